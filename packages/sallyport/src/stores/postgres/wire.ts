import type { Pool, PoolClient, QueryConfig } from 'pg'
import { SqlError, type SqlResult, type SqlRow, type SqlStep, type SqlValue } from '../sql/driver.ts'

const INT8 = 20
const NUMERIC = 1700

// `bigint` and sums of it as numbers, whatever the application has set for its own queries.
const types = {
  getTypeParser(oid: number, format?: string) {
    if (oid === INT8 || oid === NUMERIC) return Number
    return defaultParser(oid, format)
  },
}

let defaultParser: (oid: number, format?: string) => unknown = () => (text: string) => text

/** Tells this module the parsers of the loaded `pg`, for all other types. */
export function useParsers(getTypeParser: unknown): void {
  defaultParser = getTypeParser as typeof defaultParser
}

/** A query with this module's types. Bytes are wrapped, not copied. */
export function config(sql: string, params: readonly SqlValue[]): QueryConfig {
  return { text: sql, values: params.map((value) => (value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value)), types: types as never }
}

/** Runs one step. False when its expectation failed. */
export async function runStep(client: PoolClient | Pool, step: SqlStep): Promise<readonly SqlRow[] | false> {
  const { sql, params } = step.each === undefined ? { sql: step.sql, params: step.params ?? [] } : manyRows(step.sql, step.each)
  const result = await client.query(config(sql, params))
  return step.expect === 'changed' && (result.rowCount ?? 0) === 0 ? false : (result.rows as SqlRow[])
}

/** `VALUES ($1, $2)` for each row, with parameters numbered on: one round trip for all rows. */
export function manyRows(sql: string, rows: readonly (readonly SqlValue[])[]): { readonly sql: string; readonly params: readonly SqlValue[] } {
  const match = /VALUES\s*(\([^()]*\))/iu.exec(sql)
  const tuple = match?.[1]
  if (tuple === undefined) throw new SqlError('invalid', 'a step with `each` is an INSERT … VALUES ($1, …)')
  const width = rows[0]?.length ?? 0
  const tuples = rows.map((_, row) => tuple.replace(/\$(\d+)/gu, (_all, n: string) => `$${Number(n) + row * width}`))
  return { sql: sql.replace(tuple, tuples.join(', ')), params: rows.flat() }
}

/** Runs a transaction on one connection. */
export async function transactOn(client: PoolClient, steps: readonly SqlStep[]): Promise<SqlResult> {
  await client.query('BEGIN')
  try {
    const rows = []
    for (const [index, step] of steps.entries()) {
      const given = await runStep(client, step)
      if (given === false) {
        await client.query('ROLLBACK')
        return { ok: false, refusedAt: index }
      }
      rows.push(given)
    }
    await client.query('COMMIT')
    return { ok: true, rows }
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {})
    throw error
  }
}

// https://www.postgresql.org/docs/current/errcodes-appendix.html: classes that say that the server, not the statement, is at fault.
const AWAY = /^(08|25006|3D|53|55P03|57|58|40|XX)/u

/** Puts an error of Postgres or its connection into the driver's three kinds. */
export function sqlErrorFrom(error: unknown): SqlError {
  if (error instanceof SqlError) return error
  const code = (error as { code?: unknown } | null)?.code
  const message = error instanceof Error ? error.message : String(error)
  // Without a five-letter SQLSTATE it is the connection that failed: ECONNREFUSED, a timeout, a socket that ended.
  if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/u.test(code) || AWAY.test(code)) return new SqlError('unavailable', message, { cause: error })
  return new SqlError(code.startsWith('23') ? 'constraint' : 'invalid', message, { cause: error })
}

/** Whether a transaction may be tried again as it is: another one got in its way. */
export function isConflict(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return code === '40001' || code === '40P01'
}
