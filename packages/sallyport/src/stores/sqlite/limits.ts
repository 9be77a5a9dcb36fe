import { DatabaseSync } from 'node:sqlite'
import { decide, leave } from '../../limits/decide.ts'
import { block, credit, dispatch, peek, release, reserve, reset, settle } from '../../limits/reservations.ts'
import { useWriteAheadLog } from './busy.ts'
import { SqliteTables } from './limits-tables.ts'
import { takeTurn } from './limits-turn.ts'
import type { LimitStore } from '../../limits/types.ts'

/** Options of `sqliteLimits`. */
export interface SqliteLimitsOptions {
  /** The file. Made when it is absent; `:memory:` for one process. Keep it apart from the ledger's, whose commits wait for the disk. */
  readonly path: string
  /** Keys that are kept at most, give or take 64 for each process. Then new keys are refused and no old one is forgotten. Default 100,000. */
  readonly maxKeys?: number
  /** Milliseconds to wait for the other processes. Keep it below the store's deadline, for a wait can't be cut off. Default 200. */
  readonly busyMs?: number
}

/**
 * Limits and budgets in one SQLite file that several processes of one machine share (WAL, `synchronous=NORMAL`).
 *
 * A step is one transaction on the calling thread, about 0.1 ms. It answers at once, or with a promise when it has to wait
 * for another process. After a power cut the last moments may be missing; after a crash of the process nothing is.
 *
 * @example
 * ```ts
 * const limits = sqliteLimits({ path: 'data/limits.db' })
 * ```
 */
export function sqliteLimits(options: SqliteLimitsOptions): LimitStore {
  const db = new DatabaseSync(options.path)
  useWriteAheadLog(db, 5_000)
  db.exec('PRAGMA busy_timeout = 5000; PRAGMA synchronous = NORMAL')
  const tables = new SqliteTables(db, options.maxKeys ?? 100_000)
  db.exec('PRAGMA busy_timeout = 0')
  const begin = db.prepare('BEGIN IMMEDIATE')
  const commit = db.prepare('COMMIT')
  const rollback = db.prepare('ROLLBACK')

  // Whether a transaction is open, Node tells since 22.16. Without one SQLite refuses to roll back, which is as good.
  const undo = (): void => {
    try {
      rollback.run()
    } catch {
      // None was open: what failed has ended it.
    }
  }

  const transact = <T>(now: number, run: () => T): T => {
    begin.run()
    try {
      tables.begin(now)
      const result = run()
      commit.run()
      return result
    } catch (error) {
      undo()
      throw error
    }
  }
  const step = <T>(now: number, run: () => T): T | Promise<T> => takeTurn(() => transact(now, run), options.busyMs ?? 200)

  return {
    name: 'sqlite',
    decide: (checks, now) => step(now, () => decide(tables, checks, now)),
    leave: (key, holder, now) => step(now, () => leave(tables, key, holder, now)),
    reserve: (request, now) => step(now, () => reserve(tables, request, now)),
    dispatch: (id, now) => step(now, () => dispatch(tables, id, now)),
    settle: (id, amounts, now) => step(now, () => settle(tables, id, amounts, now)),
    release: (id, now) => step(now, () => release(tables, id, now)),
    peek: (checks, now) => step(now, () => peek(tables, checks, now)),
    reset: (key, now) => step(now, () => reset(tables, key)),
    credit: (key, amount, ttlMs, now) => step(now, () => credit(tables, key, amount, ttlMs, now)),
    block: (key, durationMs, now) => step(now, () => block(tables, key, durationMs, now)),
    close: () => db.close(),
  }
}
