import { afterAll, describe, expect, it } from 'vitest'
import { parseVerifier } from '../../audit/note/key.ts'
import { verifyLog } from '../../audit/verify/verify-log.ts'
import { examine, startWriter, until } from '../sql/crash.contract.fixture.ts'
import { makeSigner } from '../sql/crash-writer.fixture.ts'
import { intent, outcome } from '../sql/events.fixture.ts'
import { sqlLogSource } from '../sql/log-source.ts'
import { postgresLedger } from './ledger.ts'
import { ownServer } from './own-server.fixture.ts'

const server = await ownServer()
afterAll(() => server?.remove())

describe.skipIf(server === undefined)('a Postgres that crashes (skipped where a test can not start its own)', () => {
  it('refuses calls while it is away, loses nothing that was acknowledged, and goes on by itself', async () => {
    if (server === undefined) return
    const { signerText, verifierText } = makeSigner()
    const target = { kind: 'postgres', at: server.url, signer: signerText, name: 'writer' } as const
    const acknowledged = new Set<string>()
    const refusals = new Set<string>()
    let sinceReturn = 0
    let back = false
    const writer = startWriter(target, (id) => {
      acknowledged.add(id)
      if (back) sinceReturn += 1
    }, (code) => void refusals.add(code))
    for (let times = 0; times < 2; times += 1) {
      const before = acknowledged.size
      await until(() => acknowledged.size > before + 100)
      refusals.clear()
      server.crash()
      await until(() => refusals.size > 0)
      expect([...refusals]).toEqual(['UNAVAILABLE'])
      server.start()
      back = true
      sinceReturn = 0
      await until(() => sinceReturn > 100)
      back = false
    }
    writer.kill()
    await writer.closed
    expect(await examine(target, verifierText, acknowledged)).toMatchObject({ lost: [], twice: [], stillOpen: 0, verified: true })
  })
})

describe.skipIf(server === undefined)('a Postgres that hangs (skipped where a test can not start its own)', () => {
  it('refuses calls within the deadline, keeps what was queued, and goes on by itself', async () => {
    if (server === undefined) return
    const { signerText, verifierText } = makeSigner()
    // Far below the test's own deadline: a call that waited for the server would fail the test.
    const ledger = postgresLedger({ connectionString: server.url, timeoutMs: 500, sealing: { signers: [signerText], everyMs: 20 } })
    await ledger.flush()
    const acknowledged: string[] = []
    const refusals: string[] = []
    const call = async (id: string): Promise<void> => {
      try {
        await ledger.admit({ intent: intent(id, {}, Date.now()) })
        acknowledged.push(id)
        ledger.record(outcome(id, 'success', Date.now()))
      } catch (error) {
        refusals.push(String((error as { code?: unknown }).code))
      }
    }
    const calls = (name: string): Promise<unknown> => Promise.all(Array.from({ length: 32 }, (_, index) => call(`${name}-${index}`)))
    // On a busy machine the deadline may pass by itself.
    while (acknowledged.length < 32) await calls(`before-${refusals.length}`)
    const before = acknowledged.length
    refusals.length = 0

    server.pause()
    try {
      for (const name of ['while-1', 'while-2']) await calls(name)
      ledger.record(outcome('before-queued', 'success', Date.now()))
    } finally {
      server.resume()
    }
    expect(new Set(refusals)).toEqual(new Set(['UNAVAILABLE']))
    expect(refusals).toHaveLength(64)
    expect(acknowledged).toHaveLength(before)

    while (acknowledged.length < before + 64) await calls(`after-${acknowledged.length}-${refusals.length}`)
    await ledger.flush()
    await ledger.close()
    const reader = postgresLedger({ connectionString: server.url, timeoutMs: 60_000, sealing: { signers: [signerText], everyMs: 1e6 } })
    await reader.driver.transact([{ sql: 'UPDATE sallyport_lease SET until_ms = 0' }])
    await reader.seal()
    for (const id of acknowledged) {
      // An outcome whose commit was in doubt too.
      expect((await reader.events.search({ id })).map(({ event }) => event.kind).sort(), id).toEqual(['intent', 'outcome'])
    }
    expect(await reader.events.search({ id: 'before-queued' })).toHaveLength(1)
    expect(await verifyLog(sqlLogSource(reader.driver), { verifiers: [parseVerifier(verifierText)] })).toMatchObject({ ok: true })
    await reader.close()
  })
})
