import type { MaybePromise } from '../lib/maybe-promise.ts'
import type { Principal } from '../identity/principal.ts'
import type { Duration } from '../lib/duration.ts'

/** When and by whom a call has to be approved. */
export interface ApprovalOptions {
  /** Which calls need it. Default all. Throwing counts as yes. */
  readonly when?: (args: { readonly parsedInput: never; readonly principal: Principal; readonly resource: never }) => MaybePromise<boolean>
  /** The permission that an approver must hold. */
  readonly approvers: string
  /** How many different people must say yes. Default 1. One no is final. */
  readonly quorum?: number
  /** Time to decide. Default `24h`. */
  readonly decideWithin?: Duration
  /** Time to run it once approved. Default `15m`. */
  readonly executeWithin?: Duration
  /** A line for the approver, made from the parsed input. Default: the input itself. */
  readonly summary?: (args: { readonly parsedInput: never; readonly resource: never }) => string
  /** How many requests one requester may make in an hour, over all actions. Default 30. */
  readonly requestsPerHour?: number
  /**
   * The permission with which a requester may do without approvers in an emergency: with a justification, a fresh sign-in and five
   * minutes to run it, loudly, and reviewed afterwards. Default: nobody may.
   */
  readonly breakGlass?: string
}

/** Where an approval stands. `expired` is derived from the two lifetimes, never stored. */
export type ApprovalState = 'pending' | 'approved' | 'denied' | 'withdrawn' | 'superseded' | 'executed'

/** What one person decided. */
export interface ApprovalDecision {
  readonly by: string
  readonly decision: 'approve' | 'deny'
  readonly at: number
  readonly note?: string
}

/** An emergency in which the requester did without approvers. */
export interface BreakGlass {
  readonly by: string
  readonly justification: string
  readonly at: number
  /** Who has looked at it since. */
  readonly reviewedBy?: string
  readonly reviewedAt?: number
}

/** One approval: a human decision on one call, bound to its digest. */
export interface ApprovalRecord {
  readonly id: string
  readonly state: ApprovalState
  readonly digest: string
  readonly action: string
  readonly definitionHash: string
  readonly environment: string
  readonly tenant?: string
  readonly requester: string
  /** None of these may decide: subject, actor, every actor between, the owner of each agent among them, and who gave the grant. */
  readonly excluded: readonly string[]
  readonly resource?: { readonly type: string; readonly id?: string }
  /** Parsed input and bind arguments in their canonical form, encrypted where the store persists. Removed when the approval is settled. */
  readonly input: string | null
  /** The line that the approver reads, encrypted where the store persists. Empty where the action declares none: the input is shown. */
  readonly summary: string
  readonly approvers: string
  readonly quorum: number
  readonly decisions: readonly ApprovalDecision[]
  readonly createdAt: number
  readonly decideBy: number
  readonly executeWithinMs: number
  /** Set by the decision that reached the quorum. */
  readonly executeBy: number | null
  /** The permission that lets the requester break the glass, where the action allows it. */
  readonly breakGlassPermission?: string
  readonly breakGlass?: BreakGlass
}

/** Which approvals to list, and how many. */
export interface ApprovalFilter {
  readonly environment?: string
  /** `null`: those of no tenant. Left out: all. */
  readonly tenant?: string | null
  /** Of those that all the rest leaves. Default 100. */
  readonly limit?: number
}

/** Which pending approvals to list. */
export interface PendingFilter extends ApprovalFilter {
  readonly now: number
  /** Those that one of these permissions may decide. Left out: all. */
  readonly approvers?: readonly string[]
  /** Those that this person has no part in and has not decided yet. Left out: all. */
  readonly decider?: string
}

/** Where approvals are kept. Every method is one atomic step. Consuming happens in the ledger, with the intent. */
export interface ApprovalStore {
  /** Stores a new one, and marks older pending ones of the same requester, action and resource in its environment and tenant as superseded. */
  create(record: ApprovalRecord): MaybePromise<void>
  get(id: string): MaybePromise<ApprovalRecord | null>
  /** The newest one of this requester with this digest that is not executed, withdrawn or superseded. */
  findByDigest(digest: string, requester: string): MaybePromise<ApprovalRecord | null>
  /** Adds a decision where the approval is pending, not expired, and this person has not decided yet. Null when that does not hold. */
  decide(id: string, decision: ApprovalDecision): MaybePromise<ApprovalRecord | null>
  /** The requester takes it back while it is pending or approved. False when it is neither. */
  withdraw(id: string, requester: string, now: number): MaybePromise<boolean>
  /** Those that wait for a decision, oldest first. */
  pending(filter: PendingFilter): MaybePromise<readonly ApprovalRecord[]>
  /** Those of one requester, newest first. */
  ofRequester(requester: string, filter: ApprovalFilter): MaybePromise<readonly ApprovalRecord[]>
  /**
   * The requester approves by themself, where the approval is pending and names a permission for it: from then on it is like one that
   * was approved, with `executeWithinMs` to run it. Null when that does not hold.
   */
  breakGlass(id: string, glass: { readonly by: string; readonly requester: string; readonly justification: string; readonly at: number; readonly executeWithinMs: number }): MaybePromise<ApprovalRecord | null>
  /** Somebody else has looked at an emergency. False when there is none to review, or it is their own. */
  review(id: string, by: string, now: number): MaybePromise<boolean>
  /** Emergencies that nobody has reviewed, oldest first. */
  unreviewed(filter: ApprovalFilter): MaybePromise<readonly ApprovalRecord[]>
  /** Somebody has left: withdraws every open request in which they are requester, subject, actor, owner or giver of the grant; with a tenant, of that tenant. Returns how many. */
  withdrawAll(principalId: string, now: number, tenant?: string): MaybePromise<number>
}
