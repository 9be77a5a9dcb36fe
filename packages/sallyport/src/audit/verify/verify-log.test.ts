import { describe, expect, it } from 'vitest'
import { generateSigner, parseSigner, parseVerifier } from '../note/key.ts'
import { signCheckpoint } from '../note/checkpoint.ts'
import { parseNote, signatureLine, signNote } from '../note/note.ts'
import { eventText } from '../event-text.ts'
import { statementEvent } from '../statement.ts'
import { appendToBundle, bundleEntries } from '../tiles/bundle.ts'
import type { AuditEvent } from '../types.ts'
import { memoryLog, type MemoryLog } from './memory-log.fixture.ts'
import type { LogSource } from './source.ts'
import { verifyLog, type LogProblem, type LogReport } from './verify-log.ts'

const ORIGIN = 'shop.example/audit'
const keys = generateSigner(ORIGIN)
const signer = parseSigner(keys.signerText)
const verifiers = [parseVerifier(keys.verifierText)]
const SIZE = 600
const entries = Array.from({ length: SIZE }, (_, index) => Buffer.from(`{"kind":"intent","id":"call-${index}"}`))
const sealed = (sizes: readonly number[] = [100, 256, 300, 512], of = entries): MemoryLog => memoryLog(of, [signer], ORIGIN, sizes)
const EARLIER = memoryLog(entries.slice(0, 300), [signer], ORIGIN).notes[0] ?? ''

const check = (log: MemoryLog, earlier: readonly string[] = [EARLIER]): Promise<LogReport> => verifyLog(log, { verifiers, earlier })
const first = async (log: MemoryLog, earlier?: readonly string[]): Promise<LogProblem | undefined> => {
  const report = await check(log, earlier)
  expect(report.ok).toBe(false)
  return report.problems[0]
}

/** Changes the entries of one bundle. */
function rewrite(log: MemoryLog, n: number, change: (entries: Uint8Array[]) => Uint8Array[]): void {
  log.bundles.set(n, appendToBundle(new Uint8Array(), change([...bundleEntries(log.bundles.get(n) ?? new Uint8Array())])))
}

describe('verifyLog', () => {
  it('accepts the log as it was sealed', async () => {
    const report = await check(sealed())
    expect(report).toMatchObject({ ok: true, origin: ORIGIN, size: SIZE, entries: SIZE, problems: [] })
    expect(report.signedBy).toHaveLength(1)
  })

  it('accepts a log of exactly full bundles, and one of a single entry', async () => {
    for (const size of [1, 256, 512]) expect(await check(sealed([], entries.slice(0, size)), [])).toMatchObject({ ok: true, entries: size })
  })

  it('finds a change of every byte of a record, and names the record', async () => {
    const target = entries[270] ?? Buffer.alloc(0)
    for (let byte = 0; byte < target.length; byte += 1) {
      const log = sealed()
      rewrite(log, 1, (list) => list.map((entry, index) => (index === 270 - 256 ? Buffer.from(entry).fill((entry[byte] ?? 0) ^ 1, byte, byte + 1) : entry)))
      expect(await first(log), `byte ${byte}`).toMatchObject({ kind: 'entry', from: 270, to: 271 })
    }
  })

  it('finds a deleted, an inserted and two exchanged records', async () => {
    const deleted = sealed()
    rewrite(deleted, 1, (list) => list.filter((_, index) => index !== 10))
    expect(await first(deleted)).toMatchObject({ kind: 'missing' })
    const inserted = sealed()
    rewrite(inserted, 1, (list) => [...list.slice(0, 10), Buffer.from('{"forged":true}'), ...list.slice(10)])
    expect(await first(inserted)).toMatchObject({ kind: 'entry', from: 266 })
    const exchanged = sealed()
    rewrite(exchanged, 1, (list) => list.map((entry, index) => (index === 10 ? (list[11] ?? entry) : index === 11 ? (list[10] ?? entry) : entry)))
    const report = await check(exchanged)
    expect(report.problems.slice(0, 2)).toMatchObject([{ kind: 'entry', from: 266 }, { kind: 'entry', from: 267 }])
  })

  it('finds a bundle whose lengths were changed, and one that is gone', async () => {
    const log = sealed()
    const bundle = Uint8Array.from(log.bundles.get(1) ?? [])
    bundle[0] = 0xff
    log.bundles.set(1, bundle)
    expect(await first(log)).toMatchObject({ kind: 'entry', from: 256 })
    const gone = sealed()
    gone.bundles.delete(1)
    expect(await first(gone)).toMatchObject({ kind: 'missing', from: 256, to: 512 })
  })

  it('locates a change that was carried into the tiles, by the checkpoints that the log kept', async () => {
    const forged = entries.map((entry, index) => (index === 280 ? Buffer.from('{"forged":true}') : entry))
    const log = sealed([], forged)
    log.notes = sealed().notes
    expect(await first(log, [])).toMatchObject({ kind: 'root', from: 256, to: 512 })
  })

  it('finds a change of a tile', async () => {
    for (const name of ['0/1', '1/0']) {
      const log = sealed()
      const tile = Uint8Array.from(log.tiles.get(name) ?? [])
      tile[40] = (tile[40] ?? 0) ^ 1
      log.tiles.set(name, tile)
      expect((await check(log)).ok).toBe(false)
    }
  })

  it('finds truncation and roll-back by an earlier checkpoint, even when all is consistent in itself', async () => {
    const rolledBack = sealed([], entries.slice(0, 200))
    expect((await check(rolledBack, [])).ok).toBe(true)
    expect(await first(rolledBack)).toMatchObject({ kind: 'rolled-back', from: 200, to: 300 })
    const truncated = sealed()
    truncated.bundles.delete(2)
    expect(await first(truncated)).toMatchObject({ kind: 'missing', from: 512, to: 600 })
  })

  it('finds a fork that the log’s own key signed', async () => {
    const forked = sealed([], entries.map((entry, index) => (index === 50 ? Buffer.from('{"other":"history"}') : entry)))
    expect((await check(forked, [])).ok).toBe(true)
    expect(await first(forked)).toMatchObject({ kind: 'fork', from: 0, to: 300 })
  })

  it('finds a replaced key, another origin, and an edited checkpoint', async () => {
    const mallory = parseSigner(generateSigner(ORIGIN).signerText)
    expect(await first(memoryLog(entries, [mallory], ORIGIN))).toMatchObject({ kind: 'signature' })
    expect(await first(memoryLog(entries, [signer], 'other.example/audit'))).toMatchObject({ kind: 'origin' })
    const log = sealed()
    log.notes = [...log.notes.slice(0, -1), (log.notes.at(-1) ?? '').replace('\n600\n', '\n599\n')]
    expect(await first(log)).toMatchObject({ kind: 'signature' })
    const root = Buffer.alloc(32)
    log.notes = [signCheckpoint({ origin: ORIGIN, size: SIZE, root }, [signer])]
    expect(await first(log, [])).toMatchObject({ kind: 'root', to: 600 })
  })

  it('goes by the keys of the log alone, and by those of witnesses where they are asked to have cosigned', async () => {
    const witnessKeys = generateSigner('witness.example/w1', 'cosignature')
    const [witness, w] = [parseVerifier(witnessKeys.verifierText), parseSigner(witnessKeys.signerText)]
    const byWitness = sealed()
    byWitness.notes = [signNote(parseNote(byWitness.notes.at(-1) ?? '').text, [w], 7)]
    expect(await verifyLog(byWitness, { verifiers: [...verifiers, witness], origin: ORIGIN })).toMatchObject({ ok: false, problems: [{ kind: 'signature' }] })

    const cosigned = EARLIER + signatureLine(w, parseNote(EARLIER).text, 7)
    const ask = (earlier: string) => verifyLog(sealed(), { verifiers: [witness, ...verifiers], earlier: [earlier], witnesses: [witness] })
    expect(await ask(cosigned)).toMatchObject({ ok: true })
    expect(await ask(EARLIER)).toMatchObject({ ok: false, problems: [{ kind: 'signature', message: expect.stringContaining('not cosigned by witness.example/w1') }] })
    expect(await ask(EARLIER + signatureLine(w, 'other\n', 7))).toMatchObject({ ok: false })
  })

  it('accepts both keys during a rotation, and old checkpoints of a key that is gone', async () => {
    const next = generateSigner(ORIGIN)
    const both = memoryLog(entries, [signer, parseSigner(next.signerText)], ORIGIN)
    for (const known of [verifiers, [parseVerifier(next.verifierText)]]) expect((await verifyLog(both, { verifiers: known })).ok).toBe(true)
    both.notes = [...sealed().notes.slice(0, 2), ...both.notes]
    expect((await verifyLog(both, { verifiers: [parseVerifier(next.verifierText)] })).ok).toBe(true)
  })

  describe('of a log without its first bundles', () => {
    const saying = (text: string, at = 590): MemoryLog => {
      const log = sealed([100, 256, 300, 512], entries.with(at, Buffer.from(text)))
      log.bundles.delete(0)
      return log
    }
    const record = eventText(statementEvent('retention', 256, 7))

    it('goes by the tiles where a sealed entry says that retention removed them, and says which', async () => {
      const log = saying(record)
      expect(await check(log, [])).toMatchObject({ ok: true, entries: SIZE - 256, retention: { below: 256, sequence: 590, time: 7 } })
      const tile = Uint8Array.from(log.tiles.get('0/0') ?? [])
      tile[0] = (tile[0] ?? 0) ^ 1
      log.tiles.set('0/0', tile)
      expect((await check(log, [])).ok).toBe(false)
    })

    it('misses them where nobody says so, whatever the source claims', async () => {
      const log = sealed()
      log.bundles.delete(0)
      log.minimum = 256
      expect(await first(log)).toMatchObject({ kind: 'missing', from: 0, to: 256 })
    })

    it('misses what is removed beyond what is said, in the middle, or without its hashes', async () => {
      const more = saying(record)
      more.bundles.delete(1)
      expect(await first(more, [])).toMatchObject({ kind: 'missing', from: 256, to: 512 })
      const middle = sealed([], entries.with(590, Buffer.from(eventText(statementEvent('retention', 512, 7)))))
      middle.bundles.delete(1)
      expect(await first(middle, [])).toMatchObject({ kind: 'missing', from: 256, to: 512 })
      const bare = saying(record)
      bare.tiles.delete('0/0')
      expect(await first(bare, [])).toMatchObject({ kind: 'missing', from: 0, to: 256 })
    })

    it('believes no entry that only looks like it', async () => {
      const event = statementEvent('retention', 256, 7)
      const fakes: readonly AuditEvent[] = [
        { ...event, control: 'authorization' }, { ...event, outcome: 'refused' }, { ...event, id: 'audit:retention:256x' }, { ...event, id: 'audit:retention:300' },
        statementEvent('retention', 768, 7), { ...event, id: 'call-7', reason: '"id":"audit:retention:256"' },
      ]
      for (const fake of fakes) expect(await first(saying(eventText(fake)), []), JSON.stringify(fake)).toMatchObject({ kind: 'missing', from: 0, to: 256 })
      expect(await first(saying(record.slice(0, -1)), [])).toMatchObject({ kind: 'missing' })
      const broken = saying(record)
      broken.bundles.set(2, Buffer.concat([broken.bundles.get(2) ?? Buffer.alloc(0), Buffer.from(`\xff\xff${record}`, 'latin1')]))
      expect(await first(broken, [])).toMatchObject({ kind: 'missing', from: 0, to: 256 })
      const unsigned = sealed()
      unsigned.bundles.delete(0)
      unsigned.bundles.set(2, appendToBundle(unsigned.bundles.get(2) ?? new Uint8Array(), [Buffer.from(record)]))
      expect(await first(unsigned, [])).toMatchObject({ kind: 'missing', from: 0, to: 256 })
    })

    it('reads again what was removed while it was reading', async () => {
      const before = sealed()
      const after = sealed([], [...entries, Buffer.from(record)])
      after.bundles.delete(0)
      let removed = false
      const source: LogSource = {
        checkpoint: () => (removed ? after : before).checkpoint(),
        checkpoints: () => Promise.resolve([]),
        bundle: (n, width) => ((removed = true), after.bundle(n, width)),
        tile: (level, n, width) => after.tile(level, n, width),
        minimumIndex: () => Promise.resolve(0),
      }
      expect(await verifyLog(source, { verifiers })).toMatchObject({ ok: true, size: SIZE + 1, entries: SIZE + 1 - 256 })
    })
  })
})
