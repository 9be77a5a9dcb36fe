import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { IntentEvent, OutcomeEvent } from '../../audit/types.ts'
import { memoryLedger } from './ledger.ts'

const facts = { action: 'order.cancel', definitionHash: 'h', environment: 'test', transport: 'direct', passed: [], version: '0' }
const intent = (id: string, time = 1): IntentEvent => ({ kind: 'intent', id, time, facts: { ...facts, actor: { kind: 'user', id: `u-${id}` } } })
const outcome = (id: string, time = 2): OutcomeEvent => ({ kind: 'outcome', id, time, outcome: 'success', durationMs: 1 })

describe('memoryLedger', () => {
  it('admits without a promise and finds the events of a principal, outcome included', async () => {
    const ledger = memoryLedger()
    expect(ledger.admit({ intent: intent('a') })).toEqual({ admitted: true })
    ledger.record(outcome('a'))
    const found = await ledger.events.search({ principal: 'u-a', order: 'oldest' })
    expect(found.map(({ event }) => event.kind)).toEqual(['intent', 'outcome'])
    expect(await ledger.events.search({ principal: 'u-b' })).toEqual([])
  })

  it('keeps the newest `capacity` events and pages through them in both directions', async () => {
    const ledger = memoryLedger({ capacity: 3 })
    for (const id of ['a', 'b', 'c', 'd', 'e']) ledger.admit({ intent: intent(id) })
    const newest = await ledger.events.search({ limit: 2 })
    expect(newest.map(({ event }) => event.id)).toEqual(['e', 'd'])
    const rest = await ledger.events.search({ limit: 2, after: newest[1]?.position })
    expect(rest.map(({ event }) => event.id)).toEqual(['c'])
    const oldest = await ledger.events.search({ order: 'oldest', limit: 2 })
    expect(oldest.map(({ event }) => event.id)).toEqual(['c', 'd'])
    expect((await ledger.events.search({ order: 'oldest', after: oldest[1]?.position })).map(({ event }) => event.id)).toEqual(['e'])
  })

  it('closes old open intents as unknown, once', async () => {
    const ledger = memoryLedger()
    ledger.admit({ intent: intent('old', 0) })
    ledger.admit({ intent: intent('closed', 0) })
    ledger.record(outcome('closed'))
    ledger.admit({ intent: intent('young', 900) })
    expect(await ledger.reconcile(500, 1_000)).toBe(1)
    expect(await ledger.reconcile(500, 1_000)).toBe(0)
    const unknown = await ledger.events.search({ outcome: 'unknown' })
    expect(unknown.map(({ event }) => event.id)).toEqual(['old'])
  })

  it('refuses what it has no store for, and takes no part when another refuses', () => {
    const grant = { id: 'g', now: 0 }
    const approval = { id: 'p', digest: 'd', now: 0 }
    expect(memoryLedger().admit({ intent: intent('a'), grant })).toMatchObject({ admitted: false, by: 'grant' })
    expect(memoryLedger().admit({ intent: intent('a'), approval })).toMatchObject({ admitted: false, by: 'approval' })
    const taken: string[] = []
    const admission = {
      grant: { refuses: () => undefined, take: () => void taken.push('grant') },
      approval: { refuses: () => 'expired', take: () => void taken.push('approval') },
    }
    expect(memoryLedger({ admission }).admit({ intent: intent('a'), grant, approval })).toEqual({ admitted: false, by: 'approval', reason: 'expired' })
    expect(taken).toEqual([])
  })

  it('knows whose call an outcome closes, in whatever order calls end', async () => {
    const ledger = memoryLedger({ capacity: 6 })
    for (const id of ['a', 'b', 'c']) ledger.admit({ intent: intent(id) })
    for (const id of ['b', 'c', 'a']) ledger.record(outcome(id))
    for (const id of ['a', 'b', 'c']) {
      const found = await ledger.events.search({ principal: `u-${id}`, order: 'oldest' })
      expect(found.map(({ event }) => `${event.kind} ${event.id}`)).toEqual([`intent ${id}`, `outcome ${id}`])
    }
    expect(await ledger.reconcile(0, 10)).toBe(0)
    // Once its intent has made room, an outcome says it still; one without an intent says nothing.
    ledger.admit({ intent: intent('d') })
    ledger.record(outcome('a'))
    expect(await ledger.events.search({ principal: 'u-a' })).toMatchObject([{ event: { kind: 'outcome', call: { actor: { id: 'u-a' } } } }])
    expect(await ledger.reconcile(0, 10)).toBe(1)
  })

  it('forgets an open intent when the ring does', async () => {
    const ledger = memoryLedger({ capacity: 1 })
    ledger.admit({ intent: intent('a', 0) })
    ledger.admit({ intent: intent('b', 0) })
    expect(await ledger.reconcile(0, 1)).toBe(1)
  })

  it('knows which intents are open, whatever came, ended and made room', async () => {
    const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
    const steps = fc.array(fc.record({ kind: fc.constantFrom('admit', 'record'), id: ids }), { maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), steps, async (capacity, list) => {
        const ledger = memoryLedger({ capacity })
        /** Events of the ring, oldest first. An id is admitted once while it is open, as ids are. */
        let ring: { readonly id: string; open: boolean }[] = []
        for (const { kind, id } of list) {
          const open = ring.find((event) => event.id === id && event.open)
          if (kind === 'admit' && open === undefined) {
            ledger.admit({ intent: intent(id, 0) })
            ring = [...ring, { id, open: true }].slice(-capacity)
          } else if (kind === 'record') {
            ledger.record(outcome(id))
            if (open !== undefined) open.open = false
            ring = [...ring, { id, open: false }].slice(-capacity)
          }
        }
        const open = ring.filter((event) => event.open).length
        expect(await ledger.reconcile(0, 1)).toBe(open)
        expect(await ledger.reconcile(0, 1)).toBe(0)
      }),
    )
  })
})
