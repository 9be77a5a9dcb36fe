import type { MaybePromise } from '../lib/maybe-promise.ts'

/** A just-in-time, expiring, counted, revocable right of a principal to call named actions on named resources. */
export interface GrantRecord {
  readonly id: string
  readonly environment: string
  readonly tenant?: string
  /** For whom the holder acts: a person's id, or null for a service that acts for itself. */
  readonly subject: string | null
  /** Who may use it. */
  readonly actor: string
  readonly chain: readonly string[]
  /** The task that it was given for: it holds for principals with this `task` alone. Left out: for any. */
  readonly taskId?: string
  /** Names of the actions. No patterns. */
  readonly actions: readonly string[]
  /** Ids of the resources, by type. `null`: any that the policy allows. */
  readonly resources: { readonly [type: string]: readonly string[] } | null
  /** Values that top-level fields of the parsed input must have. */
  readonly input: { readonly [field: string]: readonly (string | number | boolean)[] } | null
  /** Fields of the result that may be seen, `items.price` for one of each item; `null` for all that the action lets out. */
  readonly fields: readonly string[] | null
  readonly maxUses: number
  readonly uses: number
  readonly notBefore: number
  readonly expiresAt: number
  readonly parentId: string | null
  /** Ids of all grants above it, the parent first. Left out where there is no parent. */
  readonly ancestors?: readonly string[]
  /** SHA-256 of its token, lower-case hex, where it has one. */
  readonly tokenHash?: string
  /** The person who gave it. Their current permissions bound it where there is no subject. */
  readonly grantedBy: string
  /** Of the approval under which it was given, where giving needs one. */
  readonly approvalId?: string
  readonly revokedAt: number | null
  readonly createdAt: number
}

/** Which grants to list. All that are given must hold. */
export interface GrantFilter {
  readonly environment?: string
  /** `null`: those of no tenant. Left out: all. */
  readonly tenant?: string | null
  readonly actor?: string
  readonly subject?: string
  readonly grantedBy?: string
  readonly parentId?: string
  /** Default 100. */
  readonly limit?: number
}

/** What a call looks for. */
export interface GrantQuery {
  readonly environment: string
  readonly tenant?: string
  readonly subject: string | null
  readonly actor: string
  readonly action: string
  readonly now: number
}

/** Where grants are kept. Every method is one atomic step. Taking a use happens in the ledger, with the intent. */
export interface GrantStore {
  /** Stores a new one. False when it has a parent that is not live: then nothing is stored. */
  create(grant: GrantRecord): MaybePromise<boolean>
  get(id: string): MaybePromise<GrantRecord | null>
  /** The one with this token, dead or alive. */
  findByToken(tokenHash: string): MaybePromise<GrantRecord | null>
  /** Those that are live for this caller and action, the soonest to expire first. */
  find(query: GrantQuery): MaybePromise<readonly GrantRecord[]>
  /** Revokes it and all that descend from it. Returns how many. */
  revoke(id: string, now: number): MaybePromise<number>
  /** All of one actor or subject, newest first. */
  list(filter: GrantFilter): MaybePromise<readonly GrantRecord[]>
  /**
   * Somebody has left: revokes every live grant whose actor, subject or giver they are, or in whose chain they stand, and all that descend
   * from those, and refuses what such requests still ask for. With a tenant, what is of that tenant. Returns how many grants.
   */
  revokeAll(principalId: string, now: number, tenant?: string): MaybePromise<number>
  /** Requests that wait for a person. */
  readonly requests: GrantRequestStore
}

/** What an agent or a service asks a person for. */
export interface GrantRequest {
  readonly id: string
  readonly environment: string
  readonly tenant?: string
  readonly subject: string | null
  readonly actor: string
  readonly chain: readonly string[]
  readonly taskId?: string
  readonly actions: readonly string[]
  readonly resources: GrantRecord['resources']
  readonly input: GrantRecord['input']
  readonly fields: GrantRecord['fields']
  readonly uses: number
  /** How long it asks to hold the grant, milliseconds. */
  readonly durationMs: number
  /** In its own words: shown to the person, never believed. */
  readonly reason: string
  readonly createdAt: number
  /** Until when it can be answered. */
  readonly answerBy: number
  readonly state: 'pending' | 'given' | 'refused'
  readonly answeredBy?: string
  readonly grantId?: string
}

/** Where requests are kept. */
export interface GrantRequestStore {
  create(request: GrantRequest): MaybePromise<void>
  get(id: string): MaybePromise<GrantRequest | null>
  /** Those that can still be answered, oldest first. With a person as `subject`: those for them, then those for nobody. */
  pending(filter: { readonly now: number; readonly environment: string; readonly tenant?: string; readonly subject?: string; readonly limit?: number }): MaybePromise<readonly GrantRequest[]>
  /** Those of one actor, newest first. `null`: of no tenant, for nobody. What is left out is of any. */
  ofActor(actor: string, filter: { readonly environment?: string; readonly tenant?: string | null; readonly subject?: string | null; readonly limit?: number }): MaybePromise<readonly GrantRequest[]>
  /** Settles one that is pending. With a grant, both are stored or neither. False when it was settled, or is too late. */
  answer(id: string, answer: { readonly by: string; readonly now: number; readonly grant: GrantRecord | null }): MaybePromise<boolean>
}
