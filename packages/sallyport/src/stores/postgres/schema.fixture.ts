import { randomUUID } from 'node:crypto'
import pg from 'pg'

/** The server that tests use. */
export const DATABASE_URL: string = process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/test'

/** Milliseconds that a store waits for a server that is well: a busy machine is no outage. */
export const PATIENT_MS = 60_000

/** Whether it answers. */
export async function postgresAnswers(url: string = DATABASE_URL): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  try {
    await client.connect()
    await client.end()
    return true
  } catch {
    return false
  }
}

/** An empty schema of its own: the connection string that leads to it, and its removal. */
export async function freshSchema(url: string = DATABASE_URL): Promise<{ readonly connectionString: string; drop(): Promise<void> }> {
  const name = `sallyport_${randomUUID().replaceAll('-', '')}`
  const run = async (sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query(sql)
    await client.end()
  }
  await run(`CREATE SCHEMA ${name}`)
  const target = new URL(url)
  target.searchParams.set('options', `-c search_path=${name}`)
  return { connectionString: target.href, drop: () => run(`DROP SCHEMA ${name} CASCADE`) }
}
