import { describe, expect, it } from 'vitest'
import type { Clock } from '../lib/clock.ts'
import { memoryLedger } from '../stores/memory/ledger.ts'
import { sampleRefusals } from './sampling.ts'
import type { Ledger, OutcomeEvent } from './types.ts'

function fakeClock(): Clock & { advance(ms: number): void } {
  let now = 0
  let timers: { at: number; run: () => void }[] = []
  return {
    now: () => now,
    setTimer(ms, run) {
      const timer = { at: now + ms, run }
      timers.push(timer)
      return { cancel: () => void (timers = timers.filter((other) => other !== timer)) }
    },
    advance(ms) {
      now += ms
      const due = timers.filter(({ at }) => at <= now)
      timers = timers.filter(({ at }) => at > now)
      for (const { run } of due) run()
    },
  }
}

const facts = { action: 'order.cancel', definitionHash: 'h', environment: 'test', transport: 'fetch', passed: [], version: '0' }
const refusal = (index: number, control = 'rate-limit'): OutcomeEvent => ({ kind: 'outcome', id: `r${index}`, time: index, outcome: 'refused', control, durationMs: 0, facts: { ...facts, address: `198.51.100.${index % 200}` } })

describe('sampleRefusals', () => {
  it('writes the first refusals of a limit and one that counts the rest, whoever the callers are', async () => {
    const clock = fakeClock()
    const ledger = sampleRefusals(memoryLedger(), { first: 3, windowMs: 1_000, clock })
    for (let index = 0; index < 1_000; index += 1) ledger.record(refusal(index))
    expect(await ledger.events.search({})).toHaveLength(3)
    clock.advance(1_000)
    const [newest, ...others] = await ledger.events.search({})
    expect(others).toHaveLength(3)
    expect(newest?.event).toMatchObject({ id: 'r999', suppressed: 996 })
    const total = [newest, ...others].reduce((sum, stored) => sum + 1 + (stored?.event.kind === 'outcome' ? (stored.event.suppressed ?? 0) : 0), 0)
    expect(total).toBe(1_000)
  })

  it('writes every refusal of any other control, and the count at the latest when it closes', async () => {
    const clock = fakeClock()
    const ledger = sampleRefusals(memoryLedger(), { first: 1, clock })
    for (let index = 0; index < 50; index += 1) ledger.record(refusal(index, 'authorization'))
    expect(await ledger.events.search({})).toHaveLength(50)
    for (let index = 0; index < 5; index += 1) ledger.record(refusal(index))
    await ledger.flush()
    expect((await ledger.events.search({ limit: 1 }))[0]?.event).toMatchObject({ suppressed: 3 })
  })

  it('starts again in the next window', async () => {
    const clock = fakeClock()
    const ledger = sampleRefusals(memoryLedger(), { first: 1, windowMs: 1_000, clock })
    ledger.record(refusal(1))
    clock.advance(1_000)
    ledger.record(refusal(2))
    expect(await ledger.events.search({})).toHaveLength(2)
  })

  it('keeps the count exact when it is put around itself', async () => {
    const clock = fakeClock()
    const ledger = sampleRefusals(sampleRefusals(memoryLedger(), { first: 2, clock }), { first: 3, windowMs: 1_000, clock })
    for (let window = 0; window < 3; window += 1) {
      for (let index = 0; index < 100; index += 1) ledger.record(refusal(index))
      clock.advance(1_000)
    }
    await ledger.flush()
    expect(await totalOf(ledger)).toBe(300)
  })

  it('keeps the count while the queue is full, and closes the ledger all the same', async () => {
    const clock = fakeClock()
    const inner = memoryLedger()
    let [full, closed] = [false, 0]
    const ledger = sampleRefusals({
      ...inner,
      record(event) {
        if (full) throw new Error('the queue is full')
        inner.record(event)
      },
      close: () => Promise.resolve(void (closed += 1)),
    }, { first: 1, windowMs: 1_000, clock })
    for (let index = 0; index < 10; index += 1) ledger.record(refusal(index))
    full = true
    clock.advance(1_000)
    for (let index = 0; index < 10; index += 1) ledger.record(refusal(index))
    await expect(ledger.close()).rejects.toThrow('the queue is full')
    expect(closed).toBe(1)
    full = false
    clock.advance(1_000)
    expect(await totalOf(inner)).toBe(20)
  })
})

async function totalOf(ledger: Pick<Ledger, 'events'>): Promise<number> {
  const found = await ledger.events.search({ limit: 1_000 })
  return found.reduce((sum, { event }) => sum + 1 + (event.kind === 'outcome' ? (event.suppressed ?? 0) : 0), 0)
}
