import { SallyportError } from '../errors/sallyport-error.ts'
import type { Clock } from '../lib/clock.ts'
import type { MaybePromise } from '../lib/maybe-promise.ts'
import type { BudgetCheck, LimitState, LimitStore, WindowCheck } from './types.ts'

/** What an operator did to a key, as it is recorded before it is done. */
export interface LimitOperation {
  readonly operation: 'reset' | 'credit' | 'ban'
  readonly key: string
  /** Who did it: the id of a person. */
  readonly operator: string
  readonly reason: string
  readonly time: number
  readonly amount?: number
  readonly durationMs?: number
}

/** Who does something, and why. Both are recorded. */
export interface Operator {
  readonly operator: string
  readonly reason: string
}

/** What an operator can do with limits and budgets. */
export interface LimitOperations {
  /** What is left, charging nothing. Not recorded. */
  read(checks: readonly (WindowCheck | BudgetCheck)[]): Promise<readonly LimitState[]>
  /** Forgets what was charged to a key and lifts its ban. What is reserved stays. */
  reset(key: string, by: Operator): Promise<void>
  /** A one-off extra amount, until it is used or `durationMs` has passed. */
  credit(key: string, amount: number, durationMs: number, by: Operator): Promise<void>
  /** Refuses every call of a key for this long. */
  ban(key: string, durationMs: number, by: Operator): Promise<void>
}

/**
 * The operator's functions. Each is recorded, durably, before it is done: when `record` throws, nothing happens.
 *
 * @throws `SallyportError` `INVALID_INPUT` without an operator and a reason, or with an amount or span that is not positive.
 * @example
 * ```ts
 * const operations = limitOperations({ store, clock, record: (entry) => audit.write(entry) })
 * await operations.credit('shop:tokens:user:42', 5_000, 3_600_000, { operator: 'ada', reason: 'ticket 118' })
 * ```
 */
export function limitOperations(options: { readonly store: LimitStore; readonly clock: Clock; readonly record: (entry: LimitOperation) => MaybePromise<void> }): LimitOperations {
  const { store, clock, record } = options

  async function recorded(entry: Omit<LimitOperation, 'operator' | 'reason' | 'time'>, by: Operator, act: (now: number) => MaybePromise<void>): Promise<void> {
    const time = clock.now()
    if (by.operator.trim() === '' || by.reason.trim() === '') throw new SallyportError('INVALID_INPUT', { reason: 'an operation on limits needs an operator and a reason' })
    for (const value of [entry.amount, entry.durationMs]) {
      if (value !== undefined && !(value > 0 && Number.isFinite(value))) throw new SallyportError('INVALID_INPUT', { reason: 'amounts and spans are positive numbers' })
    }
    await record({ ...entry, operator: by.operator, reason: by.reason, time })
    await act(time)
  }

  return {
    read: async (checks) => store.peek(checks, clock.now()),
    reset: (key, by) => recorded({ operation: 'reset', key }, by, (now) => store.reset(key, now)),
    credit: (key, amount, durationMs, by) => recorded({ operation: 'credit', key, amount, durationMs }, by, (now) => store.credit(key, amount, durationMs, now)),
    ban: (key, durationMs, by) => recorded({ operation: 'ban', key, durationMs }, by, (now) => store.block(key, durationMs, now)),
  }
}
