import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { parseVerifier } from '../../audit/note/key.ts'
import { verifyLog } from '../../audit/verify/verify-log.ts'
import { makeSigner } from '../sql/crash-writer.fixture.ts'
import { intent, outcome } from '../sql/events.fixture.ts'
import { sqlLogSource } from '../sql/log-source.ts'
import { sqliteLedger } from './ledger.ts'

// Threads that are started meanwhile die, one after the other, at these places.
const deaths = vi.hoisted((): (readonly [place: string, times: number])[] => [])
vi.mock('node:worker_threads', async (original) => {
  const actual = await original<typeof import('node:worker_threads')>()
  return {
    ...actual,
    Worker: class extends actual.Worker {
      constructor(file: URL, options: { workerData: { mode: string } }) {
        const death = options.workerData.mode === 'write' ? deaths.shift() : undefined
        super(death === undefined ? file : new URL('./dying-worker.fixture.ts', file), { ...options, argv: death?.map(String) ?? [] })
      }
    },
  }
})

const folder = mkdtempSync(join(tmpdir(), 'sallyport-in-doubt-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
beforeEach(() => void (deaths.length = 0))

/** Calls `a` and, once its intent is durable, in one group its outcome and the intent of `b`: there the thread dies. */
async function throughDeath(...plan: (readonly [place: string, times: number])[]): Promise<{ readonly b: string; readonly stands: readonly string[] }> {
  const { signerText, verifierText } = makeSigner()
  deaths.push(...plan)
  const ledger = sqliteLedger({ path: join(folder, `${(files += 1)}.db`), sealing: { signers: [signerText], everyMs: 1e6 } })
  onTestFinished(() => ledger.close())
  // Groups one to three.
  await ledger.admit({ intent: intent('first') })
  ledger.record(outcome('first'))
  await ledger.flush()
  await ledger.admit({ intent: intent('a') })
  ledger.record(outcome('a'))
  const b = await Promise.resolve(ledger.admit({ intent: intent('b') })).then(() => 'admitted', (error: unknown) => String((error as { code?: unknown }).code))
  await ledger.flush()
  // It goes on by itself. (A thread may die just now: that call is refused.)
  const goesOn = async (): Promise<boolean> => Promise.resolve(ledger.admit({ intent: intent('later') })).then(() => true, () => false)
  for (let tries = 0; tries < 10_000 && (!(await goesOn()) || deaths.length > 0); tries += 1);
  expect(deaths).toEqual([])
  expect(await ledger.seal()).toMatchObject({ refused: 0 })
  expect(await verifyLog(sqlLogSource(ledger.driver), { verifiers: [parseVerifier(verifierText)] })).toMatchObject({ ok: true })
  const events = (await ledger.events.search({ order: 'oldest' })).map(({ event }) => `${event.id} ${event.kind}`)
  return { b, stands: events.filter((event) => !event.startsWith('later')).sort() }
}

const WITHOUT = ['a intent', 'a outcome', 'first intent', 'first outcome']
const WITH = [...WITHOUT, 'b intent'].sort()

describe('a writing thread that dies', () => {
  it('before a commit: who waits is refused, what is queued is written', async () => {
    expect(await throughDeath(['before COMMIT', 4])).toEqual({ b: 'UNAVAILABLE', stands: WITHOUT })
  })

  it('between a commit and its answer: what is queued stands once', async () => {
    expect(await throughDeath(['after COMMIT', 4])).toEqual({ b: 'UNAVAILABLE', stands: WITH })
  })

  it('before or after its answer: what is queued stands once', async () => {
    for (const place of ['before its answer', 'after its answer']) expect((await throughDeath([place, 4])).stands, place).toEqual(WITH)
  })

  it('and whose successors die while they settle it: what is queued stands once', async () => {
    for (const first of ['before COMMIT', 'after COMMIT']) {
      const { stands } = await throughDeath([first, 4], ['before COMMIT', 1], ['after COMMIT', 1])
      expect(stands, first).toEqual(first === 'before COMMIT' ? WITHOUT : WITH)
    }
  })
})
