import type { MaybePromise } from '../lib/maybe-promise.ts'

/** One limit that a decision checks. Keys are opaque to a store: the caller has put scope and id in. */
export type LimitCheck = WindowCheck | ConcurrencyCheck

/**
 * What a limit does while the store can't be asked. `closed` refuses with `UNAVAILABLE`; `open` lets the call through;
 * `local` enforces a share of the limit in the memory of this process.
 */
export type StoreFailurePolicy = 'closed' | 'open' | 'local'

/** At most `limit` units in any span of `windowMs`. */
export interface WindowCheck {
  readonly kind: 'window'
  /** The limit's name, as it is told to the caller: `address`, `principal`, `action`, `tenant`, `global`. */
  readonly name: string
  readonly key: string
  readonly limit: number
  readonly windowMs: number
  /** Units that this call takes. Default of the port: 1. */
  readonly cost: number
  /** Default `closed`. Read by `withFailurePolicy`, not by a store. */
  readonly onStoreFailure?: StoreFailurePolicy
}

/** At most `limit` calls at once. The holder gives its slot back; a crashed holder's is free again after `leaseMs`. */
export interface ConcurrencyCheck {
  readonly kind: 'concurrency'
  readonly name: string
  readonly key: string
  readonly limit: number
  /** Who holds the slot: the correlation id of the call. */
  readonly holder: string
  readonly leaseMs: number
  /** Default `closed`. Read by `withFailurePolicy`, not by a store. */
  readonly onStoreFailure?: StoreFailurePolicy
}

/** What is left of one limit after a decision. */
export interface LimitState {
  readonly name: string
  readonly limit: number
  readonly remaining: number
  /** Milliseconds until the full limit is there again. */
  readonly resetMs: number
}

/** All were checked and all were charged, or nothing was charged. */
export type LimitDecision =
  | { readonly allowed: true; readonly states: readonly LimitState[] }
  | { readonly allowed: false; readonly refusedBy: string; readonly retryAfterMs: number; readonly states: readonly LimitState[] }

/** One budget that a reservation holds against. The unit is whatever the budget counts: tokens, or micro-units of money. */
export interface BudgetCheck {
  readonly name: string
  readonly key: string
  readonly limit: number
  readonly windowMs: number
  readonly amount: number
}

/** A request to hold amounts of several budgets at once. */
export interface ReservationRequest {
  /** Chosen by the caller, unique: the correlation id and a counter. Repeating it does not reserve twice. */
  readonly id: string
  readonly budgets: readonly BudgetCheck[]
  /** After this, a reservation that was never dispatched is released and a dispatched one is charged in full. */
  readonly ttlMs: number
}

/** What remains after the reservation, or which budget refused it. */
export type ReservationDecision =
  | { readonly reserved: true; readonly states: readonly LimitState[] }
  | { readonly reserved: false; readonly refusedBy: string; readonly retryAfterMs: number; readonly states: readonly LimitState[] }

/** Where limits and budgets are kept. Every method is one atomic step. */
export interface LimitStore {
  readonly name: string
  /** Checks all, then charges all; charges nothing when one refuses. */
  decide(checks: readonly LimitCheck[], now: number): MaybePromise<LimitDecision>
  /** Gives a concurrency slot back. Idempotent. */
  leave(key: string, holder: string, now: number): MaybePromise<void>
  reserve(request: ReservationRequest, now: number): MaybePromise<ReservationDecision>
  /** The model call is about to go out: from now on an expiry charges. False when the reservation is gone. */
  dispatch(id: string, now: number): MaybePromise<boolean>
  /** Replaces the hold by the actual amounts, in the order of the request's budgets. Idempotent. */
  settle(id: string, amounts: readonly number[], now: number): MaybePromise<void>
  /** Gives the whole hold back. Idempotent; does nothing after `settle`. */
  release(id: string, now: number): MaybePromise<void>
  /** What is left, charging nothing. */
  peek(checks: readonly (WindowCheck | BudgetCheck)[], now: number): MaybePromise<readonly LimitState[]>
  /** Forgets what was charged to a key. */
  reset(key: string, now: number): MaybePromise<void>
  /** A one-off extra amount for a key, until it is used or `ttlMs` has passed. Throws RangeError for what is not finite. */
  credit(key: string, amount: number, ttlMs: number, now: number): MaybePromise<void>
  /** A ban: refuses every check of a key for this long. Never shortens one that holds; `reset` lifts it. Throws RangeError for what is not finite. */
  block(key: string, durationMs: number, now: number): MaybePromise<void>
  close?(): MaybePromise<void>
}

/** What a model call is expected to take at most. */
export interface ModelCallEstimate {
  /** Tokens of the prompt, counted or over-estimated. */
  readonly inputTokens: number
  /** The most that the model may answer. The provider must be told the same number. */
  readonly maxOutputTokens: number
  /** For money budgets: the name under which the price table knows the model. */
  readonly model?: string
}

/** What a model call took, as the model's provider reports it. */
export interface ModelUsage {
  readonly inputTokens: number
  readonly outputTokens: number
}

/** One hold. Whoever made it calls `dispatch` before the model call and `settle` or `release` in `finally`. */
export interface BudgetReservation {
  readonly id: string
  /** From now on an expiry charges the estimate. Throws `UNAVAILABLE` when the hold is gone. */
  dispatch(): Promise<void>
  /** Replaces the hold by what was used. Idempotent. */
  settle(usage: ModelUsage): Promise<void>
  /** Gives the hold back, for a model call that never went out. Idempotent. */
  release(): Promise<void>
}

/** The token and money budgets of one call, as a handler gets them in `budget`. */
export interface BudgetSession {
  /** Holds the maximum of every budget that applies, in one step. Throws `BUDGET_EXCEEDED`, or `UNAVAILABLE` when the store can't say. */
  reserve(estimate: ModelCallEstimate): Promise<BudgetReservation>
  /** What this call has used so far. */
  readonly usage: ModelUsage
}
