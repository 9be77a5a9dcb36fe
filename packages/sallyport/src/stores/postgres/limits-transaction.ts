import { limitsSchema } from './limits-schema.ts'
import { PostgresTables, type LoadedRows } from './limits-tables.ts'
import { DefinitionError } from '../../errors/sallyport-error.ts'

/** What the store asks of a pool of `pg`. */
export interface LimitsPool {
  connect(): Promise<LimitsClient>
}

/** What the store asks of a client of `pg`. */
export interface LimitsClient {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly Record<string, unknown>[] }>
  release(error?: Error): void
}

/** What a transaction locks and reads. */
export interface LimitsScope {
  readonly locked?: readonly string[]
  readonly counters?: readonly string[]
  readonly slots?: readonly string[]
  /** Reservations: they and the keys that they hold are locked too. */
  readonly ids?: readonly string[]
  /** Also those whose time has passed. */
  readonly sweep?: boolean
  /** Wait for the disk. */
  readonly durable?: boolean
  /** Null: the time of the server. */
  readonly at: number | null
}

/** Runs a step in a transaction. */
export type LimitsTransaction = <T>(scope: LimitsScope, run: (tables: PostgresTables, now: number) => T) => Promise<T>

/** Transactions between two removals of what is idle. */
const TRANSACTIONS_PER_SWEEP = 500

/** Makes the tables on first use, and then runs steps in them. */
export function limitsTransactions(pool: LimitsPool, schema: string): LimitsTransaction {
  if (!/^[a-z_][a-z0-9_]{0,50}$/.test(schema)) throw new DefinitionError(`"${schema}" can't be the name of a schema`)
  let ready: Promise<void> | undefined
  let sinceSweep = 0

  async function withClient<T>(begin: string, work: (client: LimitsClient) => Promise<T>): Promise<T> {
    const client = await pool.connect()
    let failed: Error | undefined
    try {
      await client.query(begin)
      const result = await work(client)
      await client.query('COMMIT')
      return result
    } catch (error) {
      failed = error instanceof Error ? error : new Error(String(error))
      // A connection that can't even roll back is thrown away, and the server rolls back.
      failed = await client.query('ROLLBACK').then(() => undefined, () => failed)
      throw error
    } finally {
      client.release(failed)
    }
  }

  async function sweep(at: number | null): Promise<void> {
    await withClient('BEGIN; SET LOCAL synchronous_commit = off', (client) => client.query(`SELECT ${schema}.limits_sweep($1)`, [at]))
  }

  return async (scope, run) => {
    ready ??= withClient('BEGIN', async (client) => void (await client.query(limitsSchema(schema))))
    try {
      await ready
    } catch (error) {
      ready = undefined
      throw error
    }
    if (++sinceSweep >= TRANSACTIONS_PER_SWEEP) {
      sinceSweep = 0
      await sweep(scope.at)
    }
    const begin = `BEGIN; SET LOCAL lock_timeout = 2000${scope.durable === true ? '' : '; SET LOCAL synchronous_commit = off'}`
    return withClient(begin, async (client) => {
      const { rows } = await client.query(`SELECT ${schema}.limits_load($1, $2, $3, $4, $5, $6) AS rows`, [
        scope.locked ?? [], scope.counters ?? [], scope.slots ?? [], scope.ids ?? [], scope.sweep ?? false, scope.at,
      ])
      const loaded = rows[0]?.['rows'] as LoadedRows
      const tables = new PostgresTables(loaded)
      const result = run(tables, loaded.now)
      const changes = tables.changes()
      if (changes !== undefined) await client.query(`SELECT ${schema}.limits_save($1, $2, $3)`, [...changes])
      return result
    })
  }
}
