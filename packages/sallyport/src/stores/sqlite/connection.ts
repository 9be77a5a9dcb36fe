import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { SqlError, type SqlRow, type SqlStep, type SqlValue } from '../sql/driver.ts'
import { resultCode, useWriteAheadLog } from './busy.ts'
import type { Failure } from './protocol.ts'

const MAX_STATEMENTS = 500
// https://sqlite.org/rescode.html: what a full disk, a broken disk or a lock says. None of it is the statement's fault.
const UNAVAILABLE = new Set([5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 26])
const CONSTRAINT = 19

/** One open file. Used by the two worker threads only: every call blocks its thread. */
export interface Connection {
  readonly database: DatabaseSync
  /** Rows that the statement gives back and how many it changed. */
  run(sql: string, params: readonly SqlValue[]): { readonly rows: readonly SqlRow[]; readonly changed: number }
  close(): void
}

/** Opens a file in WAL mode. `synchronous=FULL`: a commit is on the disk when it returns. */
export function openConnection(path: string, mode: 'write' | 'read'): Connection {
  const database = new DatabaseSync(path, { readOnly: mode === 'read', enableForeignKeyConstraints: true })
  // The writer waits for other processes in its own loop (see group-commit.ts): the built-in one backs off to 100 ms and starves.
  if (mode === 'write') {
    useWriteAheadLog(database, 5_000)
    database.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864')
  } else {
    database.exec('PRAGMA busy_timeout = 1000; PRAGMA cache_size = -65536; PRAGMA mmap_size = 268435456')
  }
  const statements = new Map<string, Prepared>()

  function prepared(sql: string): Prepared {
    let entry = statements.get(sql)
    if (entry === undefined) {
      const { text, order } = positional(sql)
      const statement = database.prepare(text)
      entry = { statement, order, returns: givesRows(statement, sql) }
      if (statements.size >= MAX_STATEMENTS) statements.clear()
      statements.set(sql, entry)
    }
    return entry
  }

  return {
    database,
    run(sql, params) {
      const { statement, order, returns } = prepared(sql)
      const values = order === null ? params : order.map((index) => params[index] as SqlValue)
      if (returns) {
        const rows = statement.all(...values) as SqlRow[]
        return { rows, changed: rows.length }
      }
      return { rows: [], changed: Number(statement.run(...values).changes) }
    },
    close() {
      statements.clear()
      database.close()
    },
  }
}

interface Prepared {
  readonly statement: StatementSync
  /** Which parameter stands at each place. `null` where they stand in their order. */
  readonly order: readonly number[] | null
  readonly returns: boolean
}

/** Numbered parameters as plain ones: before Node 22.16 SQLite's own `?1` can't be bound by position. */
export function positional(sql: string): { readonly text: string; readonly order: readonly number[] | null } {
  const order: number[] = []
  const text = sql.replace(/\$(\d+)/g, (_, number: string) => {
    order.push(Number(number) - 1)
    return '?'
  })
  return { text, order: order.every((index, place) => index === place) ? null : order }
}

// `columns` came with Node 22.16.
function givesRows(statement: StatementSync & { columns?: StatementSync['columns'] }, sql: string): boolean {
  return typeof statement.columns === 'function' ? statement.columns().length > 0 : /^\s*(SELECT|WITH|PRAGMA)\b|\bRETURNING\b/iu.test(sql)
}

/** Runs one step. False when its expectation failed. */
export function runStep(connection: Connection, step: SqlStep): readonly SqlRow[] | false {
  if (step.each === undefined) {
    const { rows, changed } = connection.run(step.sql, step.params ?? [])
    return step.expect === 'changed' && changed === 0 ? false : rows
  }
  const all: SqlRow[] = []
  let total = 0
  for (const params of step.each) {
    const { rows, changed } = connection.run(step.sql, params)
    all.push(...rows)
    total += changed
  }
  return step.expect === 'changed' && total === 0 ? false : all
}

/** Puts an error of SQLite into the driver's three kinds. */
export function sqlErrorFrom(error: unknown): SqlError {
  if (error instanceof SqlError) return error
  const code = resultCode(error)
  const message = error instanceof Error ? error.message : String(error)
  if (code === CONSTRAINT) return new SqlError('constraint', message, { cause: error })
  return new SqlError(code !== undefined && UNAVAILABLE.has(code) ? 'unavailable' : 'invalid', message, { cause: error })
}

/** An error of SQLite as it crosses threads. */
export function failureFrom(error: unknown): Failure {
  const { kind, message } = sqlErrorFrom(error)
  return { kind, message }
}
