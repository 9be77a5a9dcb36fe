import { encodeBatch } from '../../audit/batch.ts'
import type { MacKey } from '../../audit/mac.ts'
import { INSERT_BATCH, WRITER_IDLE_MS } from '../sql/audit-schema.ts'
import { SqlError, type SqlResult, type SqlStep } from '../sql/driver.ts'
import { isBusy } from './busy.ts'
import { openConnection, runStep, sqlErrorFrom, type Connection } from './connection.ts'
import type { Place } from './protocol.ts'

/** One transaction that a caller asked for. A group commit carries many, each all or nothing. */
export interface Unit {
  readonly steps: readonly SqlStep[]
  readonly entries: readonly string[]
}

/** Entries that need no unit of their own: texts of one or several lines, an entry a line. */
export interface PlainEntries {
  readonly texts: readonly string[]
  readonly count: number
}

/** What became of a unit. */
export type UnitResult = SqlResult | SqlError

/** Writes groups of units to one file, one durable commit a group. */
export interface GroupCommitter {
  /** Results in the order of the units. @throws SqlError `unavailable` when the group could not be committed: nothing of it was. */
  commit(units: readonly Unit[], plain?: PlainEntries): readonly UnitResult[]
  /** Where the entries of the next group will stand. Asked before each. */
  place(): Place
  query(sql: string, params: SqlStep['params']): ReturnType<Connection['run']>['rows']
  close(): void
}

/** What a committer needs. */
export interface GroupCommitOptions {
  readonly path: string
  /** Gives a name that nobody has written under. */
  readonly newWriter: () => string
  readonly key: MacKey | undefined
  /** Milliseconds to wait for other processes' transactions before a group is refused. */
  readonly busyTimeoutMs: number
  /** Blocks the thread. Tests replace it. */
  readonly pause: (ms: number) => void
  readonly now: () => number
}

const NOTHING: PlainEntries = { texts: [], count: 0 }

/**
 * Many transactions, one fsync. Units with steps run in a savepoint, so that one whose expectation fails takes nothing
 * with it; the entries of all units that held become one row.
 */
export function groupCommitter(options: GroupCommitOptions): GroupCommitter {
  let connection: Connection | undefined
  let writer = options.newWriter()
  let next = 0
  let wroteAt = options.now()
  const turns = takeTurns(options)

  function connected(): Connection {
    try {
      return (connection ??= openConnection(options.path, 'write'))
    } catch (error) {
      throw sqlErrorFrom(error)
    }
  }

  function commit(units: readonly Unit[], plain: PlainEntries = NOTHING): UnitResult[] {
    const open = connected()
    try {
      turns.begin(open)
      const results = units.map((unit) => runUnit(open, unit))
      const entries = units.flatMap((unit, index) => (succeeded(results[index]) ? unit.entries : []))
      const texts = entries.length === 0 ? plain.texts : entries.concat(plain.texts)
      const count = entries.length + plain.count
      if (count > 0) open.run(INSERT_BATCH, [writer, next, count, options.now(), encodeBatch(writer, next, texts, count, options.key)])
      open.database.exec('COMMIT')
      next += count
      wroteAt = options.now()
      turns.ended()
      return results
    } catch (error) {
      abandon(open)
      throw sqlErrorFrom(error)
    }
  }

  // After a failed write or fsync nothing about this connection's state is sure: a fresh one reads what is on the disk.
  function abandon(open: Connection): void {
    connection = undefined
    // The commit may have reached the disk after all: under a name of its own, what follows leaves no gap and repeats no number.
    rename()
    try {
      if (open.database.isTransaction) open.database.exec('ROLLBACK')
      open.close()
    } catch {
      // Closing a broken connection may fail too. It is let go either way.
    }
  }

  function rename(): void {
    writer = options.newWriter()
    next = 0
  }

  return {
    commit,
    place() {
      if (next > 0 && options.now() - wroteAt > WRITER_IDLE_MS) rename()
      return { writer, first: next }
    },
    query: (sql, params) => connected().run(sql, params ?? []).rows,
    close() {
      connection?.close()
      connection = undefined
    },
  }
}

function succeeded(result: UnitResult | undefined): boolean {
  return result !== undefined && !(result instanceof SqlError) && result.ok
}

function runUnit(connection: Connection, unit: Unit): UnitResult {
  if (unit.steps.length === 0) return { ok: true, rows: [] }
  const { database } = connection
  database.exec('SAVEPOINT unit')
  try {
    const rows = []
    for (const [index, step] of unit.steps.entries()) {
      const given = runStep(connection, step)
      if (given === false) {
        database.exec('ROLLBACK TO unit; RELEASE unit')
        return { ok: false, refusedAt: index }
      }
      rows.push(given)
    }
    database.exec('RELEASE unit')
    return { ok: true, rows }
  } catch (error) {
    const reason = sqlErrorFrom(error)
    // A disk that fails under one unit fails the group.
    if (reason.kind === 'unavailable' || database.isTransaction === false) throw reason
    database.exec('ROLLBACK TO unit; RELEASE unit')
    return reason
  }
}

/** Begins transactions so that several processes take turns: SQLite's lock goes to whoever happens to ask first. */
function takeTurns({ busyTimeoutMs, pause }: GroupCommitOptions): { begin(open: Connection): void; ended(): void } {
  let version: unknown
  let crowded = 0
  let startedAt = 0
  let lastHeldMs = 0

  const dataVersion = (open: Connection): unknown => open.run('PRAGMA data_version', []).rows[0]?.['data_version']
  return {
    begin(open) {
      // `data_version` changes when another connection commits. While others write, the lock is left free for as long as it
      // was held: those that wait ask every half millisecond.
      if (crowded > 0) pause(Math.min(Math.max(lastHeldMs, 1), 20))
      const deadline = performance.now() + busyTimeoutMs
      for (;;) {
        try {
          open.database.exec('BEGIN IMMEDIATE')
          break
        } catch (error) {
          if (!isBusy(error) || performance.now() >= deadline) throw error
          crowded = 16
          pause(0.3 + Math.random() * 0.4)
        }
      }
      startedAt = performance.now()
      const seen = dataVersion(open)
      crowded = seen === version ? Math.max(0, crowded - 1) : 16
      version = seen
    },
    ended() {
      lastHeldMs = performance.now() - startedAt
    },
  }
}
