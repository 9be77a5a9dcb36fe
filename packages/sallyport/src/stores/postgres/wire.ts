import pg, { type Pool, type PoolClient, type QueryConfig } from 'pg'
import { SqlError, type SqlResult, type SqlRow, type SqlStep, type SqlValue } from '../sql/driver.ts'

const INT8 = 20
const NUMERIC = 1700

// `bigint` and sums of it as numbers, whatever the application has set for its own queries.
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary'): unknown => (oid === INT8 || oid === NUMERIC ? Number : pg.types.getTypeParser(oid, format as 'text')),
}

/** A query with this module's types, and the milliseconds after which the server counts as away. Bytes are wrapped, not copied. */
export function config(sql: string, params: readonly SqlValue[], timeoutMs: number): QueryConfig & { query_timeout: number } {
  const values = params.map((value) => (value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value))
  return { text: sql, values, types: types as NonNullable<QueryConfig['types']>, query_timeout: timeoutMs }
}

/** Runs one step. False when its expectation failed. */
export async function runStep(client: PoolClient | Pool, step: SqlStep, timeoutMs: number): Promise<readonly SqlRow[] | false> {
  const { sql, params } = step.each === undefined ? { sql: step.sql, params: step.params ?? [] } : manyRows(step.sql, step.each)
  const result = await client.query(config(sql, params, timeoutMs))
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

// One round trip, whatever the server's defaults are: it acknowledges what it has written, each statement sees what others have
// committed, and rows that a client has locked are let go when that client is gone without a word.
const BEGIN_DURABLE = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL synchronous_commit = on; SET LOCAL idle_in_transaction_session_timeout = '10s'"

/** Runs a transaction on one connection. */
export async function transactOn(client: PoolClient, steps: readonly SqlStep[], timeoutMs: number): Promise<SqlResult> {
  const plain = (sql: string): Promise<unknown> => client.query(config(sql, [], timeoutMs))
  await plain(BEGIN_DURABLE)
  try {
    const rows = []
    for (const [index, step] of steps.entries()) {
      const given = await runStep(client, step, timeoutMs)
      if (given === false) {
        await plain('ROLLBACK')
        return { ok: false, refusedAt: index }
      }
      rows.push(given)
    }
    await plain('COMMIT')
    return { ok: true, rows }
  } catch (error) {
    await plain('ROLLBACK').catch(() => {})
    throw error
  }
}

// https://www.postgresql.org/docs/current/errcodes-appendix.html: classes that say that the server, not the statement, is at fault.
const AWAY = /^(08|25006|25P03|3D|53|55P03|57|58|40|XX)/u

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
