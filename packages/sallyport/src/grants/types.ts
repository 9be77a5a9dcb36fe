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
  readonly taskId?: string
  /** Names of the actions. No patterns. */
  readonly actions: readonly string[]
  /** Ids of the resources, by type. `null`: any that the policy allows. */
  readonly resources: { readonly [type: string]: readonly string[] } | null
  /** Values that top-level fields of the parsed input must have. */
  readonly input: { readonly [field: string]: readonly (string | number | boolean)[] } | null
  /** Fields of the result that may be seen, `null` for all that the action lets out. */
  readonly fields: readonly string[] | null
  readonly maxUses: number
  readonly uses: number
  readonly notBefore: number
  readonly expiresAt: number
  readonly parentId: string | null
  /** The person who gave it. Their current permissions bound it where there is no subject. */
  readonly grantedBy: string
  readonly approvalId?: string
  readonly revokedAt: number | null
  readonly createdAt: number
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
  create(grant: GrantRecord): MaybePromise<void>
  get(id: string): MaybePromise<GrantRecord | null>
  /** Those that are live for this caller and action, the soonest to expire first. */
  find(query: GrantQuery): MaybePromise<readonly GrantRecord[]>
  /** Revokes it and all that descend from it. Returns how many. */
  revoke(id: string, now: number): MaybePromise<number>
  /** All of one actor or subject, newest first. */
  list(filter: { readonly actor?: string; readonly subject?: string; readonly limit?: number }): MaybePromise<readonly GrantRecord[]>
}
