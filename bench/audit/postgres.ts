import { createHash, randomUUID } from 'node:crypto'
import pg from 'pg'
import { postgresLedger } from 'sallyport/postgres'
import { generateSigner } from 'sallyport/audit'
import { runCallers, type CallersRun } from './callers.ts'
import { intentOf } from './event.ts'

const TEXTS = Array.from({ length: 4_096 }, (_, index) => JSON.stringify(intentOf(index)))

/** A schema of this run's own. */
export async function withSchema<T>(url: string, run: (connectionString: string) => Promise<T>): Promise<T> {
  const name = `bench_${randomUUID().replaceAll('-', '')}`
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`CREATE SCHEMA ${name}`)
    const target = new URL(url)
    target.searchParams.set('options', `-c search_path=${name}`)
    return await run(target.href)
  } finally {
    await client.query(`DROP SCHEMA IF EXISTS ${name} CASCADE`)
    await client.end()
  }
}

/** Bare inserts on one connection: 64 rows a statement. Records a second. */
export async function bareBatches(connectionString: string, ms: number): Promise<number> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  await client.query('CREATE TABLE IF NOT EXISTS record (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body TEXT NOT NULL)')
  let records = 0
  const start = performance.now()
  while (performance.now() - start < ms) {
    const batch = Array.from({ length: 64 }, () => TEXTS[(records += 1) % TEXTS.length])
    await client.query({ name: 'batch', text: 'INSERT INTO record (body) SELECT unnest($1::text[])', values: [batch] })
  }
  const seconds = (performance.now() - start) / 1_000
  await client.end()
  return records / seconds
}

/** The common way to chain: each record takes the head's row lock, hashes onto it, and commits. Records a second. */
export async function headLock(connectionString: string, callers: number, ms: number): Promise<number> {
  const pool = new pg.Pool({ connectionString, max: 10 })
  await pool.query('CREATE TABLE IF NOT EXISTS chain (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body TEXT NOT NULL, hash TEXT NOT NULL)')
  await pool.query("CREATE TABLE IF NOT EXISTS head AS SELECT 1 AS id, ''::text AS hash")
  let records = 0
  const start = performance.now()
  await Promise.all(Array.from({ length: callers }, async () => {
    while (performance.now() - start < ms) {
      const body = TEXTS[(records += 1) % TEXTS.length] ?? ''
      const client = await pool.connect()
      await client.query('BEGIN')
      const before = (await client.query<{ hash: string }>('SELECT hash FROM head WHERE id = 1 FOR UPDATE')).rows[0]?.hash ?? ''
      const hash = createHash('sha256').update(before).update(body).digest('hex')
      await client.query('INSERT INTO chain (body, hash) VALUES ($1, $2)', [body, hash])
      await client.query('UPDATE head SET hash = $1 WHERE id = 1', [hash])
      await client.query('COMMIT')
      client.release()
    }
  }))
  const seconds = (performance.now() - start) / 1_000
  await pool.end()
  return records / seconds
}

/** Sallyport's ledger. */
export async function sallyportPostgres(connectionString: string, callers: number, ms: number): Promise<CallersRun> {
  const { signerText } = generateSigner('bench.example/audit')
  const ledger = postgresLedger({ connectionString, sealing: { signers: [signerText], everyMs: 1e6 } })
  await ledger.flush()
  const run = await runCallers(ledger, callers, ms)
  // What was written is not sealed here: sealing has a figure of its own.
  await ledger.driver.transact([{ sql: 'DELETE FROM sallyport_audit_batch' }])
  await ledger.close()
  return run
}
