import { describe, expect, it, onTestFinished } from 'vitest'
import { encodeBatch } from '../../audit/batch.ts'
import { macKeys, macSecretFrom } from '../../audit/mac.ts'
import { leafHash } from '../../audit/merkle/hash.ts'
import { EMPTY_TREE, growTree, rootOf } from '../../audit/merkle/tree.ts'
import { signCheckpoint } from '../../audit/note/checkpoint.ts'
import { generateSigner, parseSigner, parseVerifier, type NoteSigner } from '../../audit/note/key.ts'
import { appendToBundle, bundleEntries } from '../../audit/tiles/bundle.ts'
import { verifyLog, type LogReport } from '../../audit/verify/verify-log.ts'
import { INSERT_BATCH } from './audit-schema.ts'
import type { SqlStep } from './driver.ts'
import { intent } from './events.fixture.ts'
import type { SqlLedger } from './ledger.ts'
import { sqlLogSource } from './log-source.ts'
import { removeBefore } from './retention.ts'
import type { SealingOptions } from './sealing-options.ts'
import { createSealer, type SealRound } from './sealer.ts'

const ORIGIN = 'shop.example/audit'
const keys = generateSigner(ORIGIN)
const signer = parseSigner(keys.signerText)
const verifiers = [parseVerifier(keys.verifierText)]
const key = macKeys([macSecretFrom(signer.seed, ORIGIN)])

/** What somebody can do who writes the tables of a sealed log, and has no key. `open` gives a ledger on an empty database that seals only when it is asked. */
export function sealedTamperContract(name: string, open: (signers: readonly string[], more?: SealingOptions) => Promise<SqlLedger>): void {
  describe(`${name} sealed log in the hands of who writes its tables`, () => {
    async function sealedLedger(calls: number, signers: readonly string[] = [keys.signerText]): Promise<SqlLedger> {
      const ledger = await open(signers)
      onTestFinished(() => ledger.close())
      await write(ledger, 0, calls)
      await ledger.seal()
      return ledger
    }

    async function write(ledger: SqlLedger, from: number, to: number): Promise<void> {
      for (let index = from; index < to; index += 1) await ledger.admit({ intent: intent(`call-${index}`, {}, index + 1) })
    }

    /** The process that sealed has ended, and another one goes on. */
    let restarts = 0
    const sealAgain = (ledger: SqlLedger, signers: readonly NoteSigner[] = [signer]): Promise<SealRound> =>
      createSealer({ driver: ledger.driver, origin: ORIGIN, signers, key, holder: `restart-${(restarts += 1)}`, now: () => Date.now() + restarts * 20_000 }).run()
    const verify = (ledger: SqlLedger): Promise<LogReport> => verifyLog(sqlLogSource(ledger.driver), { verifiers })

    /** Puts another entry in the place of one, with all the hashes that follow from it. */
    async function rewrite(ledger: SqlLedger, at: number, text: string): Promise<Buffer> {
      const [row] = await ledger.driver.query('SELECT data FROM sallyport_audit_bundle WHERE n = 0')
      const entries = bundleEntries(row?.['data'] as Uint8Array).map((entry, index) => (index === at ? Buffer.from(text) : Buffer.from(entry)))
      const { tree, tiles } = growTree(EMPTY_TREE, Buffer.concat(entries.map(leafHash)))
      await ledger.driver.transact([
        { sql: 'UPDATE sallyport_audit_bundle SET data = $1 WHERE n = 0', params: [appendToBundle(new Uint8Array(), entries)] },
        ...tiles.map(({ level, n, hashes }) => ({ sql: 'UPDATE sallyport_audit_tile SET data = $1 WHERE level = $2 AND n = $3', params: [hashes, level, n] })),
      ])
      return rootOf(tree)
    }

    it('is not signed again by a sealer that finds other hashes than the checkpoint has', async () => {
      const ledger = await sealedLedger(40)
      await rewrite(ledger, 7, '{"kind":"intent","id":"forged","time":8}')
      await write(ledger, 40, 42)
      await expect(sealAgain(ledger)).rejects.toThrow('run verify')
      expect(await verify(ledger)).toMatchObject({ ok: false, size: 40 })
      expect(await ledger.driver.query('SELECT count FROM sallyport_audit_batch')).not.toEqual([])
    })

    it('says itself, sealed, that it was rolled back under the process that seals it', async () => {
      const ledger = await sealedLedger(0)
      const { driver } = ledger
      const sealer = createSealer({ driver, origin: ORIGIN, signers: [signer], key, holder: 'lives', now: () => Date.now() + (restarts += 1) * 20_000 })
      await write(ledger, 0, 10)
      await sealer.run()
      const [bundle] = await driver.query('SELECT data FROM sallyport_audit_bundle')
      const [tile] = await driver.query('SELECT data FROM sallyport_audit_tile')
      const [checkpoint] = await driver.query('SELECT size, time, note FROM sallyport_audit_checkpoint')
      await write(ledger, 10, 20)
      expect(await sealer.run()).toMatchObject({ size: 20 })
      await driver.transact([
        { sql: 'UPDATE sallyport_audit_bundle SET count = 10, data = $1', params: [bundle?.['data'] as Uint8Array] },
        { sql: 'UPDATE sallyport_audit_tile SET data = $1', params: [tile?.['data'] as Uint8Array] },
        { sql: 'UPDATE sallyport_audit_tree SET size = 10' },
        { sql: 'UPDATE sallyport_audit_checkpoint SET size = 10, note = $1', params: [String(checkpoint?.['note'])] },
      ])
      expect(await verify(ledger)).toMatchObject({ ok: true, size: 10 })
      await write(ledger, 20, 21)
      // It looks again once it has lost the place that it knew.
      while ((await sealer.run()).size === undefined);
      expect(await verify(ledger)).toMatchObject({ ok: true, size: 12, rolledBack: { below: 20, sequence: 10 } })
      expect(await sealer.run()).toEqual({ sealed: 0, size: 12, refused: 0 })
    })

    it('is told of by who seals, and not only found by who asks', async () => {
      const told: string[] = []
      const ledger = await open([keys.signerText], { everyMs: 5, onError: (error) => void told.push(error.message) })
      onTestFinished(() => ledger.close())
      await ledger.flush()
      await ledger.driver.transact([{ sql: 'UPDATE sallyport_audit_tree SET size = 300' }])
      await ledger.admit({ intent: intent('call') })
      while (told.length === 0) await new Promise((resolve) => setImmediate(resolve))
      expect(told[0]).toContain('run verify')
      await ledger.driver.transact([{ sql: 'UPDATE sallyport_audit_tree SET size = 0' }])
      while ((await ledger.driver.query('SELECT size FROM sallyport_audit_tree'))[0]?.['size'] === 0) await ledger.admit({ intent: intent('next') })
      expect(await verify(ledger)).toMatchObject({ ok: true })
    })

    it('is not gone on with where its size or its last bundle was changed', async () => {
      const ledger = await sealedLedger(40)
      const [row] = await ledger.driver.query('SELECT data FROM sallyport_audit_bundle WHERE n = 0')
      const data = row?.['data'] as Uint8Array
      const forged = appendToBundle(data, [Buffer.from('{"kind":"intent","id":"forged","time":8}')])
      for (const [sql, value, whole] of [
        ['UPDATE sallyport_audit_bundle SET data = $1 WHERE n = 0', forged, data],
        ['UPDATE sallyport_audit_bundle SET data = $1 WHERE n = 0', data.subarray(0, data.length - 1), data],
        ['UPDATE sallyport_audit_tree SET size = $1', 39, 40],
      ] as const) {
        await ledger.driver.transact([{ sql, params: [value] }])
        await expect(sealAgain(ledger)).rejects.toThrow('run verify')
        await ledger.driver.transact([{ sql, params: [whole] }])
      }
      await write(ledger, 40, 42)
      expect(await sealAgain(ledger)).toMatchObject({ sealed: 2, size: 42 })
      expect(await verify(ledger)).toMatchObject({ ok: true, size: 42 })
    })

    it('says itself, sealed, that entries were there before its key signed, whoever removed the checkpoints', async () => {
      const ledger = await sealedLedger(40)
      const root = await rewrite(ledger, 7, '{"kind":"intent","id":"forged","time":8}')
      await ledger.driver.transact([{ sql: 'DELETE FROM sallyport_audit_checkpoint' }])
      await write(ledger, 40, 42)
      await sealAgain(ledger)
      expect(await verify(ledger)).toMatchObject({ ok: true, size: 43, unvouched: { below: 40, sequence: 40 } })

      const mallory = parseSigner(generateSigner(ORIGIN).signerText)
      const other = await sealedLedger(40)
      await rewrite(other, 7, '{"kind":"intent","id":"forged","time":8}')
      await other.driver.transact([{ sql: 'UPDATE sallyport_audit_checkpoint SET note = $1', params: [signCheckpoint({ origin: ORIGIN, size: 40, root }, [mallory])] }])
      await sealAgain(other)
      expect(await verify(other)).toMatchObject({ ok: true, unvouched: { below: 40 } })
    })

    it('is signed for the first time by who has a key, and says so; by who has another key than before, too', async () => {
      const ledger = await sealedLedger(3, [])
      expect(await verify(ledger)).toMatchObject({ ok: false, problems: [{ kind: 'no-checkpoint' }] })
      expect(await sealAgain(ledger)).toEqual({ sealed: 1, size: 4, refused: 0 })
      expect(await verify(ledger)).toMatchObject({ ok: true, size: 4, unvouched: { below: 3, sequence: 3 } })
      expect(await sealAgain(ledger)).toEqual({ sealed: 0, size: 4, refused: 0 })
      const [next, lost] = [generateSigner(ORIGIN), generateSigner(ORIGIN)]
      const by = (text: string): Promise<LogReport> => verifyLog(sqlLogSource(ledger.driver), { verifiers: [parseVerifier(text)] })
      // Both sign what is there, also when nothing has been written since: the new key vouches for the same log.
      await sealAgain(ledger, [signer, parseSigner(next.signerText)])
      await sealAgain(ledger, [parseSigner(next.signerText)])
      expect(await by(next.verifierText)).toMatchObject({ ok: true, size: 4, unvouched: { below: 3 } })
      await sealAgain(ledger, [parseSigner(lost.signerText)])
      expect(await by(lost.verifierText)).toMatchObject({ ok: true, size: 5, unvouched: { below: 4, sequence: 4 } })
    })

    it('is not deceived by other counters than its sealer has seen, while that lives', async () => {
      const ledger = await sealedLedger(0)
      const { driver } = ledger
      const sealer = createSealer({ driver, origin: ORIGIN, signers: [signer], key, holder: 'lives', now: () => Date.now() + (restarts += 1) * 20_000 })
      const batch = (writer: string, first: number): readonly SqlStep[] => [{ sql: INSERT_BATCH, params: [writer, first, 1, 0, encodeBatch(writer, first, [`{"kind":"outcome","id":"${writer}-${first}","time":1,"outcome":"success"}`], 1, key)] }]
      for (const [writer, first] of [['b', 0], ['a', 0], ['a', 1]] as const) {
        await driver.transact(batch(writer, first))
        await sealer.run()
      }
      // One is deleted, and the counter moved past it; another is put in again, and the counter removed.
      await driver.transact([{ sql: "UPDATE sallyport_audit_writer SET next = 2 WHERE writer = 'b'" }, ...batch('b', 2)])
      expect(await sealer.run()).toMatchObject({ sealed: 2, refused: 0 })
      await driver.transact([{ sql: "DELETE FROM sallyport_audit_writer WHERE writer = 'b'" }, ...batch('b', 0)])
      expect(await sealer.run()).toMatchObject({ sealed: 1, refused: 1 })
      expect((await ledger.events.search({ outcome: 'unknown', order: 'oldest' })).map(({ event }) => event.kind === 'outcome' && event.reason)).toEqual([
        'unsealed entries of writer b: entries 1 to 1 are missing', 'unsealed entries of writer b: entries are there twice',
      ])
    })

    it('does not make the reconciler say of a call what its intent does not', async () => {
      const ledger = await sealedLedger(2)
      const call = JSON.stringify({ action: 'secret.reveal', environment: 'test', transport: 'direct', actor: { kind: 'user', id: 'somebody-else' } })
      await ledger.driver.transact([
        { sql: "UPDATE sallyport_audit_open SET call = $1, time = 7 WHERE id = 'call-0'", params: [call] },
        { sql: "INSERT INTO sallyport_audit_open (id, time, call) VALUES ('invented', 1, $1)", params: [call] },
      ])
      expect(await ledger.reconcile(500, 1_000)).toBe(2)
      await ledger.seal()
      const closed = (await ledger.events.search({ outcome: 'unknown', order: 'oldest' })).map(({ event }) => event)
      expect(closed).toMatchObject([{ id: 'call-0', durationMs: 999, call: { action: 'order.cancel', actor: { id: 'user-call-0' } } }, { id: 'call-1' }])
      expect(closed).toHaveLength(2)
      expect(await ledger.driver.query('SELECT id FROM sallyport_audit_open')).toEqual([])
    })

    it('does not make retention remove, and say that it may, what is younger or was changed', async () => {
      const ledger = await sealedLedger(600)
      const { driver } = ledger
      await driver.transact([{ sql: 'UPDATE sallyport_audit_bundle SET max_time = 0' }])
      await expect(removeBefore(driver, 300)).rejects.toThrow('run verify')
      await driver.transact([{ sql: 'UPDATE sallyport_audit_bundle SET max_time = CASE WHEN n = 0 THEN 256 ELSE 600 END' }])
      const [row] = await driver.query('SELECT data FROM sallyport_audit_bundle WHERE n = 0')
      const entries = bundleEntries(row?.['data'] as Uint8Array).map((entry, index) => (index === 7 ? Buffer.from('{"kind":"intent","id":"forged","time":8}') : entry))
      await driver.transact([{ sql: 'UPDATE sallyport_audit_bundle SET data = $1 WHERE n = 0', params: [appendToBundle(new Uint8Array(), entries)] }])
      await expect(removeBefore(driver, 300)).rejects.toThrow('run verify')
      expect(await driver.query('SELECT n FROM sallyport_audit_bundle')).toHaveLength(3)
      expect(await ledger.events.search({ id: 'audit:retention:256' })).toEqual([])
      await driver.transact([{ sql: 'UPDATE sallyport_audit_bundle SET data = $1 WHERE n = 0', params: [row?.['data'] as Uint8Array] }])
      expect(await removeBefore(driver, 300)).toEqual({ entries: 256, minimumIndex: 256 })
    })
  })
}
