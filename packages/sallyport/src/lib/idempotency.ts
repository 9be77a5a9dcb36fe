import type { MaybePromise } from './maybe-promise.ts'

/** A call that may be repeated, and what became of its first time. */
export interface IdempotencyRecord {
  /** Hash of action, principal, tenant, environment and the key that was given. */
  readonly key: string
  /** Hash of the parsed input. */
  readonly inputDigest: string
  /** Correlation id of the first call. */
  readonly callId: string
  readonly createdAt: number
  readonly expiresAt: number
  readonly state: 'running' | 'done'
  /** The grant that the first call used, where it used one. */
  readonly grantId: string | null
  /** The first result, encrypted where the store persists. Null while it runs, and where it has no form that can be kept. */
  readonly result: string | null
}

/** Where first results are kept. Every method is one atomic step. Claiming a key that is free, or has expired, happens in the ledger, with the intent. */
export interface IdempotencyStore {
  /** The call that has the key: null where it is free, or what had it has expired. */
  find(key: string, now: number): MaybePromise<IdempotencyRecord | null>
  /** Keeps the first result of the call that claimed the key. */
  complete(key: string, callId: string, kept: { readonly result: string | null; readonly grantId: string | null; readonly now: number }): MaybePromise<void>
}
