import { randomUUID } from 'node:crypto'
import pg, { type Pool } from 'pg'
import { isLine } from '../../audit/batch.ts'
import { macKeys } from '../../audit/mac.ts'
import { parseSigner } from '../../audit/note/key.ts'
import { notALine, SqlError, type LogDriver, type SqlResult, type SqlRow, type SqlStep, type SqlValue } from '../sql/driver.ts'
import { MIGRATION_TABLE, pendingStatements, READ_VERSION, WRITE_VERSION } from '../sql/migrations.ts'
import { createSealer } from '../sql/sealer.ts'
import { resolveSealing, sealingTold, type SealingOptions } from '../sql/sealing-options.ts'
import { gatherer, lane, type Lane } from './log-lane.ts'
import { config, isConflict, runStep, sqlErrorFrom, transactOn } from './wire.ts'

/** Options of {@link postgresDriver}: a pool of yours, which stays open, or a connection string for one of its own. */
export type PostgresDriverOptions = ({ readonly pool: Pool } | { readonly connectionString: string }) & {
  /** How the audit log is signed and sealed. */
  readonly sealing?: SealingOptions
  /** Milliseconds after which a server that does not answer counts as away. Default 3,000. */
  readonly timeoutMs?: number
  /** Entries of `appendLater` that may wait; one more throws. Default 100,000. */
  readonly maxQueued?: number
}

/** Admissions that take a grant or an approval and may run at once. Each is a writer of its own in the log. */
const ADMISSION_LANES = 4
const TRIES = 4

/**
 * Postgres behind the driver's interface. Log entries are gathered: while one group is being made durable, the next gathers,
 * so that one row and one fsync carry many calls, and no row is ever locked on the request path.
 */
export function postgresDriver(options: PostgresDriverOptions): LogDriver {
  const { timeoutMs = 3_000, maxQueued = 100_000 } = options
  const sealing = resolveSealing(options.sealing)
  const told = sealingTold(options.sealing)
  const key = macKeys(sealing.macSecrets)
  const pool = 'pool' in options ? options.pool : ownPool(options.connectionString, timeoutMs)
  const now = (): number => Date.now()
  let closed = false
  let sealTimer: NodeJS.Timeout | undefined

  async function inTransaction(steps: readonly SqlStep[]): Promise<SqlResult> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await once(steps)
      } catch (error) {
        if (!isConflict(error) || tries >= TRIES) throw sqlErrorFrom(error)
      }
    }
  }

  async function once(steps: readonly SqlStep[]): Promise<SqlResult> {
    const client = await pool.connect()
    let failure: Error | undefined
    client.on('error', ignore)
    try {
      return await transactOn(client, steps, timeoutMs)
    } catch (error) {
      failure = error as Error
      throw error
    } finally {
      client.off('error', ignore)
      // A connection that timed out may still be answering the last question: it is not used again.
      client.release(failure !== undefined && sqlErrorFrom(failure).kind === 'unavailable' ? failure : undefined)
    }
  }

  async function query(sql: string, params: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    try {
      return (await pool.query(config(sql, params, timeoutMs))).rows as SqlRow[]
    } catch (error) {
      throw sqlErrorFrom(error)
    }
  }

  // A single statement is a transaction by itself: one round trip, where the server waits for its disk by default.
  let durableByDefault: boolean | undefined
  async function writeOne(step: SqlStep): Promise<void> {
    try {
      durableByDefault ??= (await query('SHOW synchronous_commit'))[0]?.['synchronous_commit'] !== 'off'
      const written = durableByDefault ? (await runStep(pool, step, timeoutMs)) !== false : (await once([step])).ok
      if (!written) throw new SqlError('unavailable', 'the place of a group of entries was taken')
    } catch (error) {
      throw sqlErrorFrom(error)
    }
  }

  const gathered = gatherer(lane(key, randomUUID, now), writeOne, inTransaction, maxQueued, sealSoon)
  const idle: Lane[] = Array.from({ length: ADMISSION_LANES }, () => lane(key, randomUUID, now))
  const forLane: ((own: Lane) => void)[] = []

  async function appendWith(entries: readonly string[], steps: readonly SqlStep[]): Promise<SqlResult> {
    const own = idle.pop() ?? (await new Promise<Lane>((resolve) => forLane.push(resolve)))
    try {
      const result = await inTransaction([...steps, own.step(entries)])
      if (result.ok) own.advance(entries.length)
      else if (result.refusedAt === steps.length) throw new SqlError('unavailable', 'the place of an entry was taken')
      sealSoon()
      return result
    } catch (error) {
      own.renew([])
      throw error
    } finally {
      const next = forLane.shift()
      if (next === undefined) idle.push(own)
      else next(own)
    }
  }

  const sealer = createSealer({
    driver: { query, transact: inTransaction },
    origin: sealing.origin,
    signers: sealing.signers.map(parseSigner),
    key,
    holder: randomUUID(),
    now,
    breathe: () => new Promise((resolve) => setImmediate(resolve)),
  })
  let rounds: Promise<unknown> = Promise.resolve()
  function seal(): ReturnType<typeof sealer.run> {
    const round = rounds.then(() => sealer.run())
    rounds = round.catch(() => {})
    return round
  }
  function sealSoon(): void {
    if (closed || sealTimer !== undefined) return
    sealTimer = setTimeout(() => {
      sealTimer = undefined
      // Tried again after the next write; entries wait under their MACs.
      void seal().catch((error: unknown) => told(error as Error))
    }, sealing.everyMs)
    sealTimer.unref()
  }

  return {
    dialect: 'postgres',
    transact: inTransaction,
    query,
    seal,
    async append(entries, steps = []) {
      if (closed) throw new SqlError('unavailable', 'the ledger is closed')
      if (!entries.every(isLine)) throw notALine()
      if (entries.length === 0) return inTransaction(steps)
      if (steps.length > 0) return appendWith(entries, steps)
      await gathered.append(entries)
      return { ok: true, rows: [] }
    },
    appendLater(entry) {
      if (closed) throw new SqlError('unavailable', 'the ledger is closed')
      if (!isLine(entry)) throw notALine()
      gathered.later(entry)
    },
    flush: () => gathered.flush(),
    async migrate(name, statements) {
      const client = await pool.connect().catch((error: unknown) => {
        throw sqlErrorFrom(error)
      })
      client.on('error', ignore)
      try {
        const run = async (sql: string, params: readonly SqlValue[] = []): Promise<SqlRow | undefined> => (await client.query(config(sql, params, timeoutMs))).rows[0] as SqlRow | undefined
        await run('BEGIN')
        await run("SELECT pg_advisory_xact_lock(hashtext('sallyport migration'))")
        await run(MIGRATION_TABLE)
        const version = Number((await run(READ_VERSION, [name]))?.['version'] ?? 0)
        for (const statement of pendingStatements(name, version, statements, 'postgres')) await run(statement)
        await run(WRITE_VERSION, [name, statements.length])
        await run('COMMIT')
      } catch (error) {
        await client.query('ROLLBACK').catch(() => {})
        throw error instanceof Error && error.message.includes('upgrade the library') ? error : sqlErrorFrom(error)
      } finally {
        client.off('error', ignore)
        client.release()
      }
    },
    async close() {
      if (closed) return
      await gathered.flush()
      closed = true
      clearTimeout(sealTimer)
      await seal().then(() => sealer.stop()).catch(() => {})
      if (!('pool' in options)) await pool.end()
    },
  }
}

// A connection that breaks fails its query, which tells. Without a listener it would end the process as well.
const ignore = (): void => {}

function ownPool(connectionString: string, timeoutMs: number): Pool {
  const pool = new pg.Pool({ connectionString, connectionTimeoutMillis: timeoutMs, allowExitOnIdle: true, keepAlive: true })
  // An idle connection that breaks is replaced by the next query; without a listener it would end the process.
  pool.on('error', () => {})
  return pool
}
