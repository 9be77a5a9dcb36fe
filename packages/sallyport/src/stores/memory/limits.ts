import { decide, leave } from '../../limits/decide.ts'
import { block, credit, dispatch, peek, release, reserve, reset, settle } from '../../limits/reservations.ts'
import { MemoryTables } from './limits-tables.ts'
import type { LimitCheck, LimitDecision, LimitState, LimitStore, ReservationDecision } from '../../limits/types.ts'

/** Options of `memoryLimits`. */
export interface MemoryLimitsOptions {
  /**
   * Keys and reservations that are kept at most. When all are in use a new key is refused and no old one is forgotten:
   * churning through keys frees nobody. Default 100,000.
   */
  readonly maxKeys?: number
}

/** A `LimitStore` whose answers are there at once, never promises. */
export interface MemoryLimits extends LimitStore {
  decide(checks: readonly LimitCheck[], now: number): LimitDecision
  reserve(...args: Parameters<LimitStore['reserve']>): ReservationDecision
  dispatch(id: string, now: number): boolean
  peek(...args: Parameters<LimitStore['peek']>): readonly LimitState[]
}

/**
 * Limits and budgets in the memory of one process. Gone when it ends; not shared with others.
 *
 * @example
 * ```ts
 * const limits = memoryLimits({ maxKeys: 50_000 })
 * limits.decide([{ kind: 'window', name: 'address', key: 'a:203.0.113.7', limit: 5, windowMs: 60_000, cost: 1 }], Date.now())
 * ```
 */
export function memoryLimits(options: MemoryLimitsOptions = {}): MemoryLimits {
  const tables = new MemoryTables(options.maxKeys ?? 100_000)
  return {
    name: 'memory',
    decide(checks, now) {
      tables.sweep(now)
      return decide(tables, checks, now)
    },
    leave: (key, holder, now) => leave(tables, key, holder, now),
    reserve(request, now) {
      tables.sweep(now)
      return reserve(tables, request, now)
    },
    dispatch: (id, now) => dispatch(tables, id, now),
    settle: (id, amounts, now) => settle(tables, id, amounts, now),
    release: (id, now) => release(tables, id, now),
    peek: (checks, now) => peek(tables, checks, now),
    reset: (key) => reset(tables, key),
    credit: (key, amount, ttlMs, now) => credit(tables, key, amount, ttlMs, now),
    block: (key, durationMs, now) => block(tables, key, durationMs, now),
  }
}
