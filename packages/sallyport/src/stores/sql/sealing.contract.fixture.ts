import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { macKeys, macSecretFrom } from '../../audit/mac.ts'
import { leafHash } from '../../audit/merkle/hash.ts'
import { consistencyProof, inclusionProof, verifyConsistency, verifyInclusion } from '../../audit/merkle/proof.ts'
import { readCheckpoint } from '../../audit/note/checkpoint.ts'
import { generateSigner, parseSigner, parseVerifier } from '../../audit/note/key.ts'
import { startRelay } from '../../audit/sinks/relay.ts'
import { bundleEntries } from '../../audit/tiles/bundle.ts'
import { exportTiles, tilesFolder } from '../../audit/tiles/folder.ts'
import { verifyLog } from '../../audit/verify/verify-log.ts'
import { sqlCursor } from './cursor.ts'
import { intent, outcome, writeCalls } from './events.fixture.ts'
import type { SqlLedger } from './ledger.ts'
import { sqlLogSource } from './log-source.ts'
import { closeOpenIntents } from './reconcile.ts'
import { removeBefore } from './retention.ts'
import { createSealer } from './sealer.ts'
import { checkUnsealed } from './unsealed-check.ts'

const ORIGIN = 'shop.example/audit'
const keys = generateSigner(ORIGIN)
const verifiers = [parseVerifier(keys.verifierText)]
const signer = parseSigner(keys.signerText)
const key = macKeys([macSecretFrom(signer.seed, ORIGIN)])

/** What sealing does on every database. `open` gives a ledger on an empty database that seals only when it is asked. */
export function sealingContract(name: string, open: (signers: readonly string[]) => Promise<SqlLedger>): void {
  describe(`${name} sealing`, () => {
    async function ledgerWith(calls: number): Promise<SqlLedger> {
      const ledger = await open([keys.signerText])
      onTestFinished(() => ledger.close())
      await writeCalls(ledger, 0, calls)
      return ledger
    }

    it('seals every entry once, in contiguous numbers, and the log verifies', async () => {
      const ledger = await ledgerWith(200)
      expect(await ledger.seal()).toEqual({ sealed: 400, size: 400, refused: 0 })
      const first = (await sqlLogSource(ledger.driver).checkpoint()) ?? ''
      await writeCalls(ledger, 200, 300)
      expect(await ledger.seal()).toMatchObject({ sealed: 200, size: 600 })
      const source = sqlLogSource(ledger.driver)
      expect(await verifyLog(source, { verifiers, earlier: [first] })).toMatchObject({ ok: true, size: 600, entries: 600 })

      const [older, newer] = [readCheckpoint(first), readCheckpoint((await source.checkpoint()) ?? '')]
      expect(verifyConsistency(400, 600, await consistencyProof(source, 400, 600), older.root, newer.root)).toBe(true)
      const entry = bundleEntries((await source.bundle(1, 256)) ?? new Uint8Array())[50] ?? new Uint8Array()
      expect(verifyInclusion(306, 600, leafHash(entry), await inclusionProof(source, 306, 600), newer.root)).toBe(true)
    })

    it('seals groups that are larger than a step, all in one round', async () => {
      const ledger = await ledgerWith(0)
      for (const size of [700, 1_500, 1, 700, 1_100]) await ledger.driver.append(Array.from({ length: size }, (_, index) => `{"size":${size},"index":${index}}`))
      expect(await ledger.seal()).toEqual({ sealed: 4_001, size: 4_001, refused: 0 })
      expect(await verifyLog(sqlLogSource(ledger.driver), { verifiers })).toMatchObject({ ok: true, entries: 4_001 })
    })

    it('verifies while the application writes, seals and removes', async () => {
      const ledger = await ledgerWith(300)
      await ledger.seal()
      let calls = 300
      // Between any two reads of the verifier a lot happens.
      const busy: Pick<SqlLedger['driver'], 'query'> = {
        async query(sql, params) {
          const rows = await ledger.driver.query(sql, params)
          if (calls < 900) {
            for (const end of [calls + 10, calls + 20]) await writeCalls(ledger, end - 10, end)
            calls += 20
            await ledger.seal()
            await writeCalls(ledger, calls, (calls += 5))
            await removeBefore(ledger.driver, 400)
          }
          return rows
        },
      }
      for (let rounds = 0; rounds < 3; rounds += 1) {
        calls = Math.min(calls, 800)
        expect(await verifyLog(sqlLogSource(busy), { verifiers })).toMatchObject({ ok: true, problems: [] })
        expect((await checkUnsealed(busy, key)).problems).toEqual([])
      }
    })

    it('closes what a crash left open as unknown, once', async () => {
      const ledger = await ledgerWith(3)
      await ledger.admit({ intent: intent('open', { tenant: 'acme' }, 100) })
      await ledger.admit({ intent: intent('young', {}, 900) })
      expect(await ledger.reconcile(500, 1_000)).toBe(1)
      expect(await ledger.reconcile(500, 1_000)).toBe(0)
      const [unknown] = await ledger.events.search({ outcome: 'unknown' })
      expect(unknown?.event).toMatchObject({ id: 'open', outcome: 'unknown', durationMs: 900, call: { tenant: 'acme' } })
    })

    it('closes many open calls without asking the database for all of them at once', async () => {
      const ledger = await ledgerWith(0)
      await Promise.all(Array.from({ length: 60 }, (_, index) => ledger.admit({ intent: intent(`open-${index}`, {}, 1) })))
      let [asking, most] = [0, 0]
      const counted: SqlLedger['driver'] = {
        ...ledger.driver,
        async query(sql, params) {
          most = Math.max(most, (asking += 1))
          return ledger.driver.query(sql, params).finally(() => (asking -= 1))
        },
      }
      expect(await closeOpenIntents(counted, 0, 10)).toBe(60)
      expect(most).toBeLessThan(10)
    })

    it('closes no call twice whose intent was in doubt, and which was refused with its facts', async () => {
      const ledger = await ledgerWith(0)
      const refusal = (id: string) => ({ ...outcome(id, 'refused', 20), control: 'audit', facts: intent(id).facts })
      await ledger.admit({ intent: intent('before', {}, 10) })
      ledger.record(refusal('after'))
      await ledger.flush()
      await ledger.seal()
      await ledger.admit({ intent: intent('after', {}, 10) })
      ledger.record(refusal('before'))
      await ledger.flush()
      expect(await ledger.reconcile(500, 1_000)).toBe(0)
      await ledger.seal()
      expect(await ledger.reconcile(500, 1_000)).toBe(0)
      expect((await ledger.events.search({ order: 'oldest' })).map(({ event }) => `${event.id} ${event.kind}`).sort()).toEqual(['after intent', 'after outcome', 'before intent', 'before outcome'])
      expect(await ledger.driver.query('SELECT id FROM sallyport_audit_open')).toEqual([])
    })

    it('seals whatever a writer wrote, an event or not', async () => {
      const ledger = await ledgerWith(1)
      await ledger.driver.append(['{}', 'no JSON', 'null', '{"kind":"intent","id":"x","time":1}', '{"kind":"outcome","id":"z","time":9e15,"outcome":"success"}', '{"kind":"outcome","id":"y","time":1,"outcome":"success"}'])
      expect(await ledger.events.search({ order: 'oldest' })).toHaveLength(3)
      expect(await ledger.reconcile(1e6, 0)).toBe(0)
      expect(await ledger.driver.query('SELECT size FROM sallyport_audit_tree')).toEqual([{ size: 8 }])
      expect(await verifyLog(sqlLogSource(ledger.driver), { verifiers })).toMatchObject({ ok: true, entries: 8 })
      expect((await ledger.events.search({ id: 'y' })).map(({ sequence }) => sequence)).toHaveLength(1)
      expect(await ledger.events.search({})).toHaveLength(3)
    })

    it('verifies by the old key, by both and by the new one alone, as the signer is rotated', async () => {
      const ledger = await ledgerWith(20)
      const next = generateSigner(ORIGIN)
      const signers = [signer, parseSigner(next.signerText)]
      const rotated = macKeys(signers.map(({ seed }) => macSecretFrom(seed, ORIGIN)))
      let now = 0
      const sealBy = (holder: string, by: readonly (typeof signer)[]) =>
        createSealer({ driver: ledger.driver, origin: ORIGIN, signers: by, key: rotated, holder, leaseMs: 10, now: () => (now += 20) }).run()
      const holdsBy = async (text: string, earlier: readonly string[] = []) =>
        (await verifyLog(sqlLogSource(ledger.driver), { verifiers: [parseVerifier(text)], earlier })).ok
      expect(await sealBy('old', [signer])).toMatchObject({ sealed: 40, refused: 0 })
      expect([await holdsBy(keys.verifierText), await holdsBy(next.verifierText)]).toEqual([true, false])
      await writeCalls(ledger, 20, 30)
      expect(await sealBy('both', signers)).toMatchObject({ sealed: 20, refused: 0 })
      expect([await holdsBy(keys.verifierText), await holdsBy(next.verifierText)]).toEqual([true, true])
      const anchored = (await sqlLogSource(ledger.driver).checkpoint()) ?? ''
      await writeCalls(ledger, 30, 40)
      expect(await sealBy('new', signers.slice(1))).toMatchObject({ sealed: 20, refused: 0 })
      expect([await holdsBy(keys.verifierText), await holdsBy(next.verifierText, [anchored])]).toEqual([false, true])
    })

    it('gives no number twice while several sealers race', async () => {
      const ledger = await ledgerWith(100)
      let now = 0
      const rivals = ['a', 'b', 'c'].map((holder) => createSealer({ driver: ledger.driver, origin: ORIGIN, signers: [signer], key, holder, leaseMs: 10, now: () => (now += 20) }))
      for (let round = 0; round < 4; round += 1) {
        await Promise.all([...rivals.map((rival) => rival.run()), writeCalls(ledger, 100 + round * 20, 120 + round * 20)])
      }
      // Who was the last to seal is chance: one that was not finds its lease lost first, and takes it the next time.
      while ((await rivals[0]?.run())?.size === undefined);
      const report = await verifyLog(sqlLogSource(ledger.driver), { verifiers })
      expect(report).toMatchObject({ ok: true, size: 360, entries: 360 })
    })

    it('keeps the order of commits when the clock steps back', async () => {
      const ledger = await ledgerWith(0)
      for (const time of [1_000, 500, 2_000]) await ledger.admit({ intent: intent(`at-${time}`, {}, time) })
      await ledger.seal()
      expect((await ledger.events.search({ order: 'oldest' })).map(({ event }) => event.id)).toEqual(['at-1000', 'at-500', 'at-2000'])
      expect((await ledger.events.search({ since: 900 })).map(({ event }) => event.id)).toEqual(['at-2000', 'at-1000'])
    })

    it('finds an edit of any byte in the unsealed window, refuses to seal it, and seals that it did', async () => {
      const ledger = await ledgerWith(0)
      await ledger.admit({ intent: intent('edited') })
      await ledger.admit({ intent: intent('fine') })
      const [row] = await ledger.driver.query('SELECT position, entries FROM sallyport_audit_batch ORDER BY position LIMIT 1')
      const blob = row?.['entries'] as Uint8Array
      const put = async (bytes: Uint8Array): Promise<unknown> =>
        ledger.driver.transact([{ sql: 'UPDATE sallyport_audit_batch SET entries = $1 WHERE position = $2', params: [bytes, row?.['position'] ?? 0] }])
      expect(await checkUnsealed(ledger.driver, key)).toEqual({ entries: 2, authenticated: true, problems: [] })
      for (let byte = 0; byte < blob.length; byte += 7) {
        const bent = Uint8Array.from(blob)
        bent[byte] = (bent[byte] ?? 0) ^ 1
        await put(bent)
        expect((await checkUnsealed(ledger.driver, key)).problems, `byte ${byte}`).toHaveLength(1)
      }
      expect(await ledger.seal()).toMatchObject({ sealed: 2, refused: 1 })
      const events = (await ledger.events.search({ order: 'oldest' })).map(({ event }) => event)
      expect(events).toMatchObject([{ outcome: 'unknown', control: 'audit' }, { id: 'fine' }])
      expect((await checkUnsealed(ledger.driver, key)).problems).toHaveLength(1)
    })

    it('finds a batch that was deleted before it was sealed, and one that was replayed', async () => {
      const ledger = await ledgerWith(0)
      for (const id of ['a', 'b', 'c']) await ledger.admit({ intent: intent(id) })
      const rows = await ledger.driver.query('SELECT * FROM sallyport_audit_batch ORDER BY position')
      await ledger.driver.transact([{ sql: 'DELETE FROM sallyport_audit_batch WHERE position = $1', params: [rows[1]?.['position'] ?? 0] }])
      expect((await checkUnsealed(ledger.driver, key)).problems).toEqual([expect.stringContaining('are missing')])
      await ledger.seal()
      const first = rows[0]
      await ledger.driver.transact([{
        sql: 'INSERT INTO sallyport_audit_batch (writer, first, count, time, entries) VALUES ($1, $2, $3, 0, $4)',
        params: [first?.['writer'] ?? '', first?.['first'] ?? 0, first?.['count'] ?? 0, first?.['entries'] ?? ''],
      }])
      // One that has sealed nothing of this writer yet.
      const other = createSealer({ driver: ledger.driver, origin: ORIGIN, signers: [signer], key, holder: 'other', now: () => Date.now() + 1e6 })
      expect(await other.run()).toMatchObject({ refused: 1 })
      const reasons = (await ledger.events.search({ outcome: 'unknown' })).map(({ event }) => event.kind === 'outcome' && event.reason)
      expect(reasons).toEqual([expect.stringContaining('there twice'), expect.stringContaining('are missing')])
    })

    it('lets who delivered for a sink, and was away too long, neither go on nor move its place', async () => {
      const ledger = await ledgerWith(0)
      await ledger.flush()
      await ledger.seal()
      let now = 1_000
      const [away, next] = ['siem', 'siem'].map((sink) => sqlCursor(ledger.driver, sink, { leaseMs: 10, now: () => now }))
      expect(await away?.hold()).toBe(true)
      expect(await next?.hold()).toBe(false)
      now += 20
      expect(await next?.hold()).toBe(true)
      await next?.advance(3)
      await expect(away?.advance(5)).rejects.toThrow('another process')
      expect([await away?.hold(), await next?.hold(), await next?.read()]).toEqual([false, true, 3])
    })

    it('removes whole bundles of old entries, keeps what a sink still waits for, and still verifies', async () => {
      const ledger = await ledgerWith(400)
      await ledger.seal()
      const cursor = sqlCursor(ledger.driver, 'siem')
      expect(await cursor.hold()).toBe(true)
      await cursor.advance(300)
      expect(await sqlCursor(ledger.driver, 'siem').hold()).toBe(false)
      expect(await removeBefore(ledger.driver, 1)).toEqual({ entries: 0, minimumIndex: 0 })
      expect(await removeBefore(ledger.driver, 1e9)).toEqual({ entries: 256, minimumIndex: 256, heldBackBy: 'siem' })
      await cursor.advance(800)
      expect(await removeBefore(ledger.driver, 1e9)).toEqual({ entries: 512, minimumIndex: 768 })
      const source = sqlLogSource(ledger.driver)
      expect(await verifyLog(source, { verifiers })).toMatchObject({ ok: true, size: 802, entries: 34, retention: { below: 768, sequence: 801 } })
      const { root } = readCheckpoint((await source.checkpoint()) ?? '')
      const entry = bundleEntries((await source.bundle(3, 34)) ?? new Uint8Array())[5] ?? new Uint8Array()
      expect(verifyInclusion(773, 802, leafHash(entry), await inclusionProof(source, 773, 802), root)).toBe(true)
      expect(await ledger.events.search({ limit: 1_000 })).toHaveLength(34)
      expect(await ledger.events.search({ limit: 1_000, order: 'oldest' })).toHaveLength(34)
    })

    it('removes nothing that a sink has not taken, from the moment it is there, unless that is said', async () => {
      const ledger = await ledgerWith(400)
      await ledger.seal()
      const relay = startRelay({ events: ledger.events, cursor: sqlCursor(ledger.driver, 'away'), sink: { name: 'away', deliver: () => Promise.reject(new Error('away')) }, clock: { now: () => 0, setTimer: () => ({ cancel: () => {} }) } })
      await expect(relay.pump()).rejects.toThrow('away')
      await relay.stop()
      expect(await removeBefore(ledger.driver, 1e9)).toEqual({ entries: 0, minimumIndex: 0, heldBackBy: 'away' })
      expect(await removeBefore(ledger.driver, 1e9, { evenUndelivered: true })).toEqual({ entries: 768, minimumIndex: 768 })
      const taken: number[] = []
      const next = startRelay({ events: ledger.events, cursor: sqlCursor(ledger.driver, 'away'), sink: { name: 'away', deliver: (events) => void taken.push(...events.map(({ sequence }) => sequence ?? -1)) }, clock: { now: () => 0, setTimer: () => ({ cancel: () => {} }) } })
      await next.pump()
      await next.stop()
      expect(taken).toEqual(Array.from({ length: 33 }, (_, index) => 768 + index))
    })

    it('forgets with retention who wrote long ago, unless something of theirs waits, and nobody who writes still', async () => {
      const ledger = await ledgerWith(256)
      await ledger.seal()
      await ledger.driver.transact([
        { sql: "INSERT INTO sallyport_audit_writer (writer, next, time) VALUES ('gone', 7, 5), ('waits', 7, 5), ('undated', 7, 0)" },
        { sql: "INSERT INTO sallyport_audit_batch (writer, first, count, time, entries, refused) VALUES ('waits', 7, 1, 0, $1, 'forged')", params: [Buffer.from('x')] },
      ])
      await removeBefore(ledger.driver, 256)
      const writers = (await ledger.driver.query('SELECT writer FROM sallyport_audit_writer')).map(({ writer }) => writer)
      expect(writers).toEqual(expect.arrayContaining(['waits', 'undated']))
      expect(writers).not.toContain('gone')
      await writeCalls(ledger, 256, 300)
      expect(await ledger.seal()).toMatchObject({ sealed: 88, refused: 0 })
      expect(await ledger.events.search({ outcome: 'unknown' })).toEqual([])
    })

    it('tells what retention removed from what somebody else did, in the database and in an export', async () => {
      const ledger = await ledgerWith(256)
      await writeCalls(ledger, 256, 400)
      await ledger.seal()
      const folder = await mkdtemp(join(tmpdir(), 'sallyport-removed-'))
      onTestFinished(() => rm(folder, { recursive: true }))
      const verify = () => verifyLog(sqlLogSource(ledger.driver), { verifiers })
      expect(await removeBefore(ledger.driver, 256)).toEqual({ entries: 512, minimumIndex: 512 })
      expect(await verify()).toMatchObject({ ok: true, retention: { below: 512, sequence: 800 } })
      await exportTiles(sqlLogSource(ledger.driver), join(folder, 'a'))
      expect(await verifyLog(tilesFolder(join(folder, 'a')), { verifiers })).toMatchObject({ ok: true, entries: 801 - 512, retention: { below: 512 } })
      await ledger.driver.transact([{ sql: 'DELETE FROM sallyport_audit_bundle WHERE n = 2' }, { sql: 'UPDATE sallyport_audit_tree SET pruned = 768' }])
      expect((await verify()).problems).toMatchObject([{ kind: 'missing', from: 512, to: 768 }])
      await exportTiles(sqlLogSource(ledger.driver), join(folder, 'b'))
      expect((await verifyLog(tilesFolder(join(folder, 'b')), { verifiers })).problems).toMatchObject([{ kind: 'missing', from: 512, to: 768 }])
    })

    it('is found out when a sealed entry, a whole bundle or the tree is changed in the database', async () => {
      const ledger = await ledgerWith(300)
      await ledger.seal()
      const verify = () => verifyLog(sqlLogSource(ledger.driver), { verifiers })
      const [bundle] = await ledger.driver.query('SELECT data FROM sallyport_audit_bundle WHERE n = 1')
      const bent = Uint8Array.from(bundle?.['data'] as Uint8Array)
      bent[20] = (bent[20] ?? 0) ^ 1
      const put = (data: Uint8Array): Promise<unknown> => ledger.driver.transact([{ sql: 'UPDATE sallyport_audit_bundle SET data = $1 WHERE n = 1', params: [data] }])
      await put(bent)
      expect((await verify()).problems[0]).toMatchObject({ kind: 'entry', from: 256 })
      await put(bundle?.['data'] as Uint8Array)
      expect((await verify()).ok).toBe(true)
      await ledger.driver.transact([{ sql: 'DELETE FROM sallyport_audit_bundle WHERE n = 2' }])
      expect((await verify()).problems[0]).toMatchObject({ kind: 'missing', from: 512 })
    })
  })
}
