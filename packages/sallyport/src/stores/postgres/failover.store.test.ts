import pg from 'pg'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { generateSigner, parseVerifier } from '../../audit/note/key.ts'
import { verifyLog } from '../../audit/verify/verify-log.ts'
import { intent, outcome } from '../sql/events.fixture.ts'
import { checkIndex } from '../sql/index-check.ts'
import type { SqlLedger } from '../sql/ledger.ts'
import { sqlLogSource } from '../sql/log-source.ts'
import { postgresLedger } from './ledger.ts'
import { ownServer } from './own-server.fixture.ts'

const server = await ownServer()
const keys = generateSigner('shop.example/audit')
let calls = 0

afterAll(() => server?.remove())
afterEach(() => administer('ALTER DATABASE postgres RESET ALL'))

/** As an administrator, whose own connections are as they should be. */
async function administer(...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: server?.url, options: '-c default_transaction_read_only=off -c statement_timeout=0' })
  await client.connect()
  for (const statement of statements) await client.query(statement)
  await client.end()
}

const CUT = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()'

/** Calls, some awaited at once. Gives the ids of those that were acknowledged, and the codes of those that were not. */
async function act(ledger: SqlLedger, count = 16): Promise<{ readonly acknowledged: readonly string[]; readonly codes: readonly string[] }> {
  const [acknowledged, codes]: [string[], string[]] = [[], []]
  await Promise.all(Array.from({ length: count }, async () => {
    const id = `call-${(calls += 1)}`
    try {
      await ledger.admit({ intent: intent(id, {}, Date.now()) })
      ledger.record(outcome(id, 'success', Date.now()))
      acknowledged.push(id)
    } catch (error) {
      codes.push(String((error as { code?: unknown }).code))
    }
  }))
  return { acknowledged, codes }
}

/** Until all calls are taken. Those of a connection that has to be let go first are refused meanwhile. */
async function recovered(ledger: SqlLedger): Promise<readonly string[]> {
  const all: string[] = []
  for (let tries = 0; tries < 50; tries += 1) {
    const { acknowledged, codes } = await act(ledger)
    all.push(...acknowledged)
    if (codes.length === 0) return all
  }
  throw new Error('it did not go on by itself')
}

async function holds(ledger: SqlLedger, acknowledged: readonly string[]): Promise<void> {
  await ledger.flush()
  await ledger.seal()
  const kinds = new Map<string, string[]>()
  for (let after: string | undefined; ; ) {
    const page = await ledger.events.search({ order: 'oldest', limit: 1_000, ...(after !== undefined && { after }) })
    for (const { event } of page) kinds.set(event.id, [...(kinds.get(event.id) ?? []), event.kind])
    after = page.at(-1)?.position
    if (after === undefined) break
  }
  for (const id of acknowledged) expect(kinds.get(id)?.sort(), id).toEqual(['intent', 'outcome'])
  expect(await verifyLog(sqlLogSource(ledger.driver), { verifiers: [parseVerifier(keys.verifierText)] })).toMatchObject({ ok: true })
  expect((await checkIndex(ledger.driver)).problems).toEqual([])
}

describe.skipIf(server === undefined)('a Postgres that takes no writes for a while (skipped where a test can not start its own)', () => {
  const opened = (): SqlLedger => postgresLedger({ connectionString: server?.url ?? '', timeoutMs: 20_000, sealing: { signers: [keys.signerText], everyMs: 1e6 } })

  it('refuses calls on a standby, and goes on by itself once it is the primary, with the connections that it has', async () => {
    const ledger = opened()
    const before = await recovered(ledger)
    await administer('ALTER DATABASE postgres SET default_transaction_read_only = on', CUT)
    // What broke with the connections, and then what the standby says.
    for (const codes of [(await act(ledger)).codes, (await act(ledger)).codes, (await act(ledger)).codes]) expect(new Set(codes)).toEqual(new Set(['UNAVAILABLE']))
    await expect(ledger.seal()).rejects.toMatchObject({ kind: 'unavailable' })
    expect(await ledger.events.search({ limit: 1 })).toHaveLength(1)
    await administer('ALTER DATABASE postgres SET default_transaction_read_only = off')
    await holds(ledger, [...before, ...(await recovered(ledger))])
    await ledger.close()
  })

  it('refuses calls that the server cuts off, and goes on by itself', async () => {
    const ledger = opened()
    const before = await recovered(ledger)
    await administer("ALTER DATABASE postgres SET statement_timeout = '50ms'", CUT)
    // What every write waits for.
    const holder = new pg.Client({ connectionString: server?.url, options: '-c statement_timeout=0' })
    await holder.connect()
    await holder.query('BEGIN')
    await holder.query('LOCK TABLE sallyport_audit_batch IN ACCESS EXCLUSIVE MODE')
    await act(ledger)
    expect(new Set((await act(ledger)).codes)).toEqual(new Set(['UNAVAILABLE']))
    await holder.query('ROLLBACK')
    await holder.end()
    await administer('ALTER DATABASE postgres RESET statement_timeout')
    await holds(ledger, [...before, ...(await recovered(ledger))])
    await ledger.close()
  })

  it('takes calls with serializable transactions by default, and with fewer connections than lanes', async () => {
    await administer("ALTER DATABASE postgres SET default_transaction_isolation = 'serializable'")
    const pool = new pg.Pool({ connectionString: server?.url, max: 2 })
    const ledger = postgresLedger({ pool, timeoutMs: 20_000, sealing: { signers: [keys.signerText], everyMs: 5 } })
    const taken: string[] = []
    for (let round = 0; round < 10; round += 1) {
      const [{ acknowledged, codes }] = await Promise.all([act(ledger, 64), ledger.seal(), ledger.reconcile(60_000, Date.now()), ...Array.from({ length: 12 }, (_, index) => ledger.driver.append([`{"kind":"outcome","id":"stepped-${round}-${index}","time":1,"outcome":"success"}`], [{ sql: 'SELECT 1' }]))])
      expect(codes).toEqual([])
      taken.push(...acknowledged)
    }
    await holds(ledger, taken)
    await ledger.close()
    await pool.end()
  })
})
