import { describe, expect, it } from 'vitest'
import { memoryLimits } from '../stores/memory/limits.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { openBudgetSession, spend, tierBudgets } from './budget-session.ts'
import { guardStream } from './stream-guard.ts'
import { costOf } from './prices.ts'
import type { LimitStore, ModelUsage } from './types.ts'

const prices = { small: { inputPerMillion: 0.15, outputPerMillion: 0.6 } }
const tier = { requestsPerMinute: 5, tokensPerHour: 1000, moneyPerDay: 300, moneyPerMonth: 400 }
const budgets = tierBudgets(tier, 'shop:user:1')

function setUp(store: LimitStore = memoryLimits()) {
  const clock = fakeClock()
  const session = openBudgetSession({ store, clock, id: crypto.randomUUID(), budgets, prices, ttlMs: 60_000 })
  const left = async (): Promise<number[]> => (await store.peek(budgets.map((terms) => ({ ...terms, amount: 0 })), clock.now())).map((state) => state.remaining)
  return { store, clock, session, left }
}

const estimate = { inputTokens: 200, maxOutputTokens: 300, model: 'small' }

describe('a budget session', () => {
  it('holds the maximum of tokens and money in one step and settles what was used, once', async () => {
    const { session, left } = setUp()
    const reservation = await session.reserve(estimate)
    expect(await left()).toEqual([500, 90, 190])
    await reservation.dispatch()
    await reservation.settle({ inputTokens: 100, outputTokens: 50 })
    await reservation.settle({ inputTokens: 200, outputTokens: 300 })
    await reservation.release()
    expect(await left()).toEqual([850, 255, 355])
    expect(session.usage).toEqual({ inputTokens: 100, outputTokens: 50 })
  })

  it('refuses with BUDGET_EXCEEDED what no budget can hold, and takes nothing', async () => {
    const { session, left } = setUp()
    await session.reserve(estimate)
    await expect(session.reserve(estimate)).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED', reason: expect.stringContaining('money-day') })
    expect(await left()).toEqual([500, 90, 190])
  })

  it('charges its maximum when a call says nothing that can be read', async () => {
    const { session, left } = setUp()
    const reservation = await session.reserve(estimate)
    await reservation.settle({ inputTokens: NaN, outputTokens: 1 })
    expect(await left()).toEqual([500, 90, 190])
  })

  it.each([[undefined], [null], [{}]])('charges its maximum when a call says %s', async (usage) => {
    const { session, left } = setUp()
    expect(await spend(session, estimate, async () => ({ value: 'text', usage: usage as never }))).toBe('text')
    expect(await left()).toEqual([500, 90, 190])
  })

  it('gives money back after a day and after 30 days, each by its own window', async () => {
    const { clock, left, session } = setUp()
    // 240 micro-units: 60 of input and 180 of output.
    const spendSome = async (): Promise<void> => {
      const reservation = await session.reserve({ inputTokens: 400, maxOutputTokens: 300, model: 'small' })
      await reservation.dispatch()
      await reservation.settle({ inputTokens: 400, outputTokens: 300 })
    }
    await spendSome()
    expect(await left()).toEqual([300, 60, 160])
    await expect(spendSome()).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' })
    // The worst of the day's window is 26 hours, of the month's 32.5 days.
    await clock.advance(26 * 3_600_000)
    expect(await left()).toEqual([1000, 300, 160])
    await expect(spendSome()).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED', reason: expect.stringContaining('money-month') })
    await clock.advance(32 * 86_400_000)
    await spendSome()
    expect(await left()).toEqual([300, 60, 160])
  })

  it('needs a price where money is counted', async () => {
    const { session, left } = setUp()
    await expect(session.reserve({ ...estimate, model: 'unknown' })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect(session.reserve({ ...estimate, model: 'constructor' })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(await left()).toEqual([1000, 300, 400])
    expect(costOf({ inputTokens: 1_000_000, outputTokens: 1_000_000 }, 'small', prices)).toBe(750_000)
  })

  it('answers UNAVAILABLE when the store fails before the model call, and keeps the answer when it fails after', async () => {
    const memory = memoryLimits()
    let broken = false
    const down = () => {
      if (broken) throw new Error('gone')
    }
    const store: LimitStore = { ...memory, reserve: (...args) => (down(), memory.reserve(...args)), dispatch: (...args) => (down(), memory.dispatch(...args)), settle: (...args) => (down(), memory.settle(...args)) }
    const { session, clock, left } = setUp(store)
    const value = await spend(session, estimate, async () => {
      broken = true
      return { value: 'text', usage: { inputTokens: 1, outputTokens: 1 } }
    })
    expect(value).toBe('text')
    await expect(session.reserve(estimate)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    // The hold was dispatched, so its expiry charges the estimate.
    await clock.advance(60_000)
    expect(await left()).toEqual([500, 90, 190])
  })
})

describe('spend', () => {
  it('charges the maximum when the call throws, and nothing when it was never sent', async () => {
    const { session, store, left } = setUp()
    await expect(spend(session, estimate, () => Promise.reject(new Error('reset by peer')))).rejects.toThrow('reset by peer')
    expect(await left()).toEqual([500, 90, 190])
    const gone = openBudgetSession({ store: { ...store, dispatch: () => false }, clock: fakeClock(), id: 'x', budgets: budgets.slice(0, 1) })
    await expect(spend(gone, estimate, () => Promise.reject(new Error('must not run')))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect((await left())[0]).toBe(500)
  })
})

async function collect<T>(stream: ReadableStream<T>): Promise<T[]> {
  const parts: T[] = []
  for await (const part of stream) parts.push(part)
  return parts
}

type Part = { readonly text?: string; readonly usage?: ModelUsage }

describe('a guarded stream', () => {
  const guard = async (parts: readonly Part[], options: { fail?: boolean } = {}) => {
    const { session, left } = setUp()
    const reservation = await session.reserve(estimate)
    await reservation.dispatch()
    let cancelled = false
    const queue = [...parts]
    const source = new ReadableStream<Part>({
      pull(controller) {
        const part = queue.shift()
        if (part !== undefined) controller.enqueue(part)
        else if (options.fail === true) controller.error(new Error('reset by peer'))
        else controller.close()
      },
      cancel: () => void (cancelled = true),
    }, { highWaterMark: 0 })
    const stream = guardStream(source, { reservation, estimate, textOf: (part) => part.text ?? '', usageOf: (part) => part.usage, countOutput: (text) => text.split(' ').length })
    return { stream, left, cancelled: () => cancelled }
  }
  const words = (count: number): Part => ({ text: Array.from({ length: count }, () => 'w').join(' ') })

  it('passes everything on and settles the provider\'s own count', async () => {
    const { stream, left } = await guard([words(100), words(150), { usage: { inputTokens: 120, outputTokens: 240 } }])
    expect(await collect(stream)).toHaveLength(3)
    expect((await left())[0]).toBe(640)
  })

  it('stops before the part that passes the reservation, says so, and stops the provider', async () => {
    const { stream, left, cancelled } = await guard([words(200), words(100), words(1), words(100)])
    const seen: Part[] = []
    await expect((async () => {
      for await (const part of stream) seen.push(part)
    })()).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' })
    expect(seen).toHaveLength(2)
    expect(cancelled()).toBe(true)
    expect((await left())[0]).toBe(1000 - 200 - 301)
  })

  it('settles what was seen when the reader leaves or the provider breaks off', async () => {
    const left: number[] = []
    const reader = await guard([words(10), words(10)])
    const iterator = reader.stream.getReader()
    await iterator.read()
    await iterator.cancel()
    expect(reader.cancelled()).toBe(true)
    left.push((await reader.left())[0] ?? 0)
    const provider = await guard([words(10)], { fail: true })
    await expect(collect(provider.stream)).rejects.toThrow('reset by peer')
    left.push((await provider.left())[0] ?? 0)
    // 19 characters are at most 57 bytes, so at most 57 tokens.
    expect(left).toEqual([1000 - 200 - 57, 1000 - 200 - 57])
  })

  it('takes the larger of several counts: one that ends with nothing has not given anything back', async () => {
    const { stream, left } = await guard([words(100), { usage: { inputTokens: 200, outputTokens: 240 } }, { usage: { inputTokens: 0, outputTokens: 0 } }])
    await collect(stream)
    expect((await left())[0]).toBe(1000 - 200 - 240)
  })

  it('charges what came after an early count when the reader leaves', async () => {
    const { stream, left } = await guard([{ usage: { inputTokens: 120, outputTokens: 1 } }, words(10), words(10), words(10)])
    const iterator = stream.getReader()
    for (let i = 0; i < 3; i++) await iterator.read()
    await iterator.cancel()
    expect((await left())[0]).toBe(1000 - 120 - 1 - 2 * 57)
  })
})
