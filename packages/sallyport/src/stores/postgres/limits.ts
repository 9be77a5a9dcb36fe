import { decide, leave, stateOf } from '../../limits/decide.ts'
import { retryAfter, room } from '../../limits/counter.ts'
import { block, credit, dispatch, peek, release, reserve, reset, settle } from '../../limits/reservations.ts'
import { joined, onAllRows, onRow, rowKeys, rowsOf, type Spread } from './limits-spread.ts'
import { limitsTransactions, type LimitsPool } from './limits-transaction.ts'
import type { LimitCheck, LimitDecision, LimitState, LimitStore, WindowCheck } from '../../limits/types.ts'
import type { PostgresTables } from './limits-tables.ts'

/** Options of `postgresLimits`. */
export interface PostgresLimitsOptions {
  /** Where the tables are. Made when they are absent. Default `sallyport`. */
  readonly schema?: string
  /**
   * Into how many rows keys are spread that every call touches, by the first or second part of the key (`shop:tenant:…`), so that
   * calls don't queue for one row. Each row has its share of the limit; a call whose row is full looks at all. All processes have to agree.
   * Default `{ global: 8, tenant: 4 }`.
   */
  readonly spread?: Spread
  /** `server` (default): the time of the database, one clock for all processes. `caller`: the time that the port passes. */
  readonly clock?: 'server' | 'caller'
}

/**
 * Limits and budgets in Postgres, for those who have only that: a decision is one short transaction of four round trips.
 *
 * Limits are committed without waiting for the disk (`synchronous_commit = off`); reservations wait.
 *
 * @param pool A pool of `pg`. The application ends it.
 * @example
 * ```ts
 * const limits = postgresLimits(new Pool({ connectionString: process.env.DATABASE_URL }))
 * ```
 */
export function postgresLimits(pool: LimitsPool, options: PostgresLimitsOptions = {}): LimitStore {
  const spread = options.spread ?? { global: 8, tenant: 4 }
  const at = options.clock === 'caller' ? (now: number): number => now : (): null => null
  const transact = limitsTransactions(pool, options.schema ?? 'sallyport')
  const onCounters = (keys: readonly string[], now: number, run: (tables: PostgresTables, now: number) => void): Promise<void> =>
    transact({ locked: keys, counters: keys, slots: keys, at: at(now) }, run)
  const onHold = <T>(id: string, now: number, run: (tables: PostgresTables, now: number) => T): Promise<T> =>
    transact({ ids: [id], sweep: true, durable: true, at: at(now) }, run)

  /** One try: on a row of each key, or, when those were full, on all of them. */
  function tryDecide(checks: readonly LimitCheck[], all: boolean, now: number): Promise<LimitDecision & { readonly tryAll: boolean }> {
    const rows = checks.map((check) => (check.kind === 'window' ? rowsOf(check.key, spread) : 1))
    const chosen = checks.map((check, i) => (check.kind === 'window' ? onRow(check, rows[i] ?? 1, Math.floor(Math.random() * (rows[i] ?? 1))) : check))
    const windows = checks.filter((check): check is WindowCheck => check.kind === 'window')
    const slots = checks.filter((check) => check.kind === 'concurrency').map((check) => check.key)
    const counters = windows.flatMap((check) => rowKeys(check.key, spread))
    const locked = all ? [...counters, ...slots] : chosen.map((check) => check.key)
    return transact({ locked, counters, slots, at: at(now) }, (tables, now) => {
      const look = (key: string) => tables.counter(key)
      const tried = all
        ? checks.flatMap((check, i) => (check.kind === 'window' && (rows[i] ?? 1) > 1 ? onAllRows(check, rows[i] ?? 1, look, now) : [check]))
        : chosen
      const decision = decide(tables, tried, now)
      const states = checks.map((check, i): LimitState => {
        if (check.kind === 'window') return stateOf(check, joined(check, rows[i] ?? 1, look, now), now)
        return decision.states[tried.indexOf(check)] as LimitState
      })
      if (decision.allowed) return { allowed: true, states, tryAll: false }
      const refusing = checks.findIndex((check) => check.name === decision.refusedBy)
      const check = checks[refusing]
      if (check?.kind !== 'window' || (rows[refusing] ?? 1) === 1) return { ...decision, states, tryAll: false }
      const sum = joined(check, rows[refusing] ?? 1, look, now)
      const tryAll = !all && room(sum, check.limit, now) >= check.cost
      return { ...decision, retryAfterMs: retryAfter(sum, check.limit, check.cost, now), states, tryAll }
    })
  }

  return {
    name: 'postgres',
    async decide(checks, now) {
      if (checks.length === 0) return { allowed: true, states: [] }
      let { tryAll, ...decision } = await tryDecide(checks, false, now)
      if (tryAll) ({ tryAll, ...decision } = await tryDecide(checks, true, now))
      return decision
    },
    leave: (key, holder, now) => transact({ locked: [key], slots: [key], at: at(now) }, (tables, now) => leave(tables, key, holder, now)),
    reserve(request, now) {
      const keys = request.budgets.map((budget) => budget.key)
      return transact({ locked: keys, counters: keys, ids: [request.id], sweep: true, durable: true, at: at(now) }, (tables, now) => reserve(tables, request, now))
    },
    dispatch: (id, now) => onHold(id, now, (tables, now) => dispatch(tables, id, now)),
    settle: (id, amounts, now) => onHold(id, now, (tables, now) => settle(tables, id, amounts, now)),
    release: (id, now) => onHold(id, now, (tables, now) => release(tables, id, now)),
    peek(checks, now) {
      const counters = checks.flatMap((check) => rowKeys(check.key, spread))
      return transact({ counters, sweep: true, at: at(now) }, (tables, now) => {
        peek(tables, [], now)
        return checks.map((check) => stateOf(check, joined({ kind: 'window', cost: 0, ...check }, rowsOf(check.key, spread), (key) => tables.counter(key), now), now))
      })
    },
    reset: (key, now) => onCounters(rowKeys(key, spread), now, (tables) => rowKeys(key, spread).forEach((row) => reset(tables, row))),
    credit: (key, amount, ttlMs, now) => onCounters([key], now, (tables, now) => credit(tables, key, amount, ttlMs, now)),
    block: (key, durationMs, now) =>
      onCounters(rowKeys(key, spread), now, (tables, now) => rowKeys(key, spread).forEach((row) => block(tables, row, durationMs, now))),
  }
}
