import { describe, expect, it, onTestFinished } from 'vitest'
import { parseVerifier } from '../../audit/note/key.ts'
import { verifyLog } from '../../audit/verify/verify-log.ts'
import { makeSigner } from '../sql/crash-writer.fixture.ts'
import { intent, outcome } from '../sql/events.fixture.ts'
import type { SqlLedger } from '../sql/ledger.ts'
import { sqlLogSource } from '../sql/log-source.ts'
import { cutProxy, type CutProxy } from './cut-proxy.fixture.ts'
import { postgresLedger } from './ledger.ts'
import { freshSchema, postgresAnswers } from './schema.fixture.ts'

const answers = await postgresAnswers()
const INSERT = 'INSERT INTO sallyport_audit_batch'
/** As it stands in the protocol; `READ COMMITTED` is something else. */
const COMMIT = 'COMMIT\0'

interface Scene {
  /** Reaches the database through the proxy. */
  readonly ledger: SqlLedger
  readonly proxy: CutProxy
  /** Another process, whose connection nobody cuts. It seals. */
  readonly other: SqlLedger
  readonly verifierText: string
}

/** With `synchronousCommit` off a group is a transaction with a COMMIT of its own; else it is one statement. */
async function scene(synchronousCommit: 'on' | 'off'): Promise<Scene> {
  const { connectionString, drop } = await freshSchema()
  onTestFinished(drop)
  const { signerText, verifierText } = makeSigner()
  const direct = new URL(connectionString)
  direct.searchParams.set('options', `${direct.searchParams.get('options') ?? ''} -c synchronous_commit=${synchronousCommit}`)
  const proxy = await cutProxy(direct.href)
  onTestFinished(() => proxy.close())
  const open = (url: string): SqlLedger => postgresLedger({ connectionString: url, sealing: { signers: [signerText], everyMs: 1e6 } })
  const [ledger, other] = [open(proxy.url), open(direct.href)]
  onTestFinished(async () => {
    await ledger.close()
    await other.close()
  })
  await ledger.admit({ intent: intent('a') })
  await other.flush()
  return { ledger, proxy, other, verifierText }
}

/** An outcome of the queue and an intent share a group, which is cut. The intent is refused, the outcome settled. */
async function inDoubt({ ledger, proxy }: Scene): Promise<void> {
  ledger.record(outcome('a'))
  await expect(ledger.admit({ intent: intent('refused') })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  expect(proxy.cuts()).toBe(1)
  await ledger.flush()
  await ledger.admit({ intent: intent('b') })
  ledger.record(outcome('b'))
  await ledger.flush()
}

async function whatStands({ other, verifierText }: Scene): Promise<readonly string[]> {
  const stands = async (): Promise<readonly string[]> =>
    (await other.events.search({ order: 'oldest' })).map(({ event }) => `${event.id} ${event.kind}`).sort()
  const unsealed = await stands()
  expect(await other.seal()).toMatchObject({ refused: 0 })
  expect(await stands()).toEqual(unsealed)
  expect(await verifyLog(sqlLogSource(other.driver), { verifiers: [parseVerifier(verifierText)] })).toMatchObject({ ok: true })
  return unsealed
}

const WITHOUT = ['a intent', 'a outcome', 'b intent', 'b outcome']
const WITH = [...WITHOUT, 'refused intent']

describe.skipIf(!answers)('a commit whose answer never comes (skipped where no Postgres answers)', () => {
  for (const [mode, marker] of [['on', INSERT], ['off', COMMIT]] as const) {
    describe(mode === 'on' ? 'in one statement' : 'in a transaction', () => {
      it('that was made: its outcomes stand once', async () => {
        const here = await scene(mode)
        here.proxy.cut(marker, 'answer lost')
        await inDoubt(here)
        expect(await whatStands(here)).toEqual(WITH)
      })

      it('that was made and sealed before anybody asks: its outcomes stand once', async () => {
        const here = await scene(mode)
        here.proxy.cut(marker, 'answer lost', () => here.other.seal())
        await inDoubt(here)
        expect(await whatStands(here)).toEqual(WITH)
      })

      it('that was not made: its outcomes stand once', async () => {
        const here = await scene(mode)
        here.proxy.cut(marker, 'request lost')
        await inDoubt(here)
        expect(await whatStands(here)).toEqual(WITHOUT)
      })

      it('that settling does not settle either: its outcomes stand once', async () => {
        const here = await scene(mode)
        // Lost once itself, and then the settling is made and loses its answer.
        here.proxy.cut(marker, 'request lost')
        here.ledger.record(outcome('a'))
        await expect(here.ledger.admit({ intent: intent('refused') })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
        here.proxy.cut(COMMIT, 'answer lost', () => here.other.seal())
        await here.ledger.flush()
        expect(here.proxy.cuts()).toBe(2)
        expect(await whatStands(here)).toEqual(['a intent', 'a outcome'])
      })
    })
  }

  it('that is made late, when it was settled: it is not made', async () => {
    const here = await scene('on')
    here.proxy.cut(INSERT, 'late')
    await inDoubt(here)
    await here.proxy.release()
    expect(await whatStands(here)).toEqual(WITHOUT)
  })

  it('that is made late, when it was settled and sealed: it is not made, and looks like no attack', async () => {
    const here = await scene('on')
    here.proxy.cut(INSERT, 'late')
    await inDoubt(here)
    await here.other.seal()
    await here.proxy.release()
    expect(await whatStands(here)).toEqual(WITHOUT)
  })

  it('does not hold up calls while it is in doubt', async () => {
    const here = await scene('on')
    here.proxy.cut(INSERT, 'late')
    here.ledger.record(outcome('a'))
    await expect(here.ledger.admit({ intent: intent('refused') })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    // Settling begins after a while; these do not wait for it.
    expect(await here.ledger.admit({ intent: intent('b') })).toEqual({ admitted: true })
    await here.ledger.flush()
    await here.proxy.release()
    expect(await whatStands(here)).toEqual(['a intent', 'a outcome', 'b intent'])
  })
})
