import { describe, expect, it } from 'vitest'
import { fakeClock } from '../testing/fake-clock.ts'
import { signInGuard } from './sign-in-guard.ts'
import type { BudgetCheck, ConcurrencyCheck, LimitStore, WindowCheck } from './types.ts'

/** A time that is the beginning of a bucket of every window that the tests use. */
export const START = 1_699_999_920_000 - (1_699_999_920_000 % 3_600_000)
const MINUTE = 60_000
const HOUR = 3_600_000

/** What every store has to do. `open` gives a store in which the keys of this run are new; it takes the time that it is passed. */
export function describeLimitStore(name: string, open: () => LimitStore | Promise<LimitStore>): void {
  let runs = 0
  const setUp = async () => {
    const run = `${++runs}.${Math.random().toString(36).slice(2)}`
    const window = (name: string, limit: number, cost = 1, windowMs = MINUTE): WindowCheck => ({ kind: 'window', name, key: `${name}:${run}`, limit, windowMs, cost })
    const slot = (holder: string, limit = 2, leaseMs = 10_000): ConcurrencyCheck => ({ kind: 'concurrency', name: 'slots', key: `slots:${run}`, limit, holder, leaseMs })
    const budget = (name: string, limit: number, amount: number, windowMs = HOUR): BudgetCheck => ({ name, key: `${name}:${run}`, limit, windowMs, amount })
    const id = (name: string): string => `${run}:${name}`
    return { store: await open(), window, slot, budget, id, key: (name: string) => `${name}:${run}` }
  }

  describe(`${name}: limits`, () => {
    it('admits up to the limit, then refuses and says by which limit, what is left and when to come again', async () => {
      const { store, window } = await setUp()
      const checks = [window('principal', 3), window('global', 10)]
      for (const remaining of [2, 1, 0]) {
        const decision = await store.decide(checks, START)
        expect(decision.allowed).toBe(true)
        expect(decision.states[0]).toEqual({ name: 'principal', limit: 3, remaining, resetMs: 65_000 })
      }
      const refused = await store.decide(checks, START + 1000)
      expect(refused).toEqual({
        allowed: false, refusedBy: 'principal', retryAfterMs: 64_000,
        states: [{ name: 'principal', limit: 3, remaining: 0, resetMs: 64_000 }, { name: 'global', limit: 10, remaining: 7, resetMs: 64_000 }],
      })
      expect((await store.decide(checks, START + 64_999)).allowed).toBe(false)
      expect((await store.decide(checks, START + 65_000)).allowed).toBe(true)
    })

    it('charges nothing of a decision that is refused, wherever the refusing limit stands', async () => {
      const { store, window, slot } = await setUp()
      await store.decide([window('full', 1)], START)
      for (const checks of [
        [window('full', 1), window('other', 5), slot('a')],
        [slot('a'), window('other', 5), window('full', 1)],
      ]) expect((await store.decide(checks, START)).allowed).toBe(false)
      const after = await store.decide([window('other', 5), slot('b')], START)
      expect(after.states.map((state) => state.remaining)).toEqual([4, 1])
    })

    it('weighs calls, adds up two checks of one key, and lets a weight of 0 look without charging', async () => {
      const { store, window } = await setUp()
      expect((await store.decide([window('w', 5, 3), window('w', 5, 3)], START)).allowed).toBe(false)
      expect((await store.decide([window('w', 5, 2), window('w', 5, 2)], START)).allowed).toBe(true)
      expect((await store.decide([window('w', 5, 0)], START)).states[0]?.remaining).toBe(1)
      expect((await store.decide([window('w', 5, 2)], START)).allowed).toBe(false)
      // The same for a key that has been charged before.
      await store.decide([window('x', 6)], START)
      expect((await store.decide([window('x', 6, 3), window('x', 6, 3)], START)).allowed).toBe(false)
      expect((await store.decide([window('x', 6, 2), window('x', 6, 3)], START)).states.map((state) => state.remaining)).toEqual([0, 0])
      await store.decide([window('v', 5, 0), window('v', 5, 2)], START)
      expect((await store.peek([window('v', 5)], START))[0]?.remaining).toBe(3)
    })

    it('refuses what is no number', async () => {
      const { store, window } = await setUp()
      for (const check of [window('n', NaN), window('n', 5, NaN), window('n', 5, -1), window('n', 5, 1, NaN), window('n', 5, 1, 0), window('n', 0)]) {
        expect((await store.decide([window('other', 5), check], START)).allowed).toBe(false)
      }
      expect((await store.decide([window('other', 5)], START)).states[0]?.remaining).toBe(4)
    })

    it('follows a limit that changes while running, and keeps what was charged when the window changes', async () => {
      const { store, window } = await setUp()
      for (let i = 0; i < 4; i++) await store.decide([window('t', 5)], START)
      expect((await store.decide([window('t', 3)], START)).allowed).toBe(false)
      expect((await store.decide([window('t', 8)], START)).states[0]?.remaining).toBe(3)
      expect((await store.decide([window('t', 6, 2, HOUR)], START)).allowed).toBe(false)
      expect((await store.decide([window('t', 6, 1, HOUR)], START)).allowed).toBe(true)
    })

    it('frees nobody when a clock is set back', async () => {
      const { store, window } = await setUp()
      for (const now of [START + 30_000, START, START - 20_000]) await store.decide([window('back', 3)], now)
      expect((await store.decide([window('back', 3)], START - 20_000)).allowed).toBe(false)
      expect((await store.decide([window('back', 3)], START + 94_999)).allowed).toBe(false)
      expect((await store.decide([window('back', 3)], START + 95_000)).allowed).toBe(true)
    })

    it('takes any string as a key and keeps keys apart', async () => {
      const { store, window } = await setUp()
      for (const text of ["o'brien", '{tag}', 'a:b', 'ключ', '🔑', '%_', '"', '\\', 'x'.repeat(500)]) {
        expect((await store.decide([window(text, 1)], START)).allowed).toBe(true)
        expect((await store.decide([window(text, 1)], START)).allowed).toBe(false)
      }
    })

    it('admits exactly the limit when all come at once', async () => {
      const { store, window } = await setUp()
      const decisions = await Promise.all(Array.from({ length: 40 }, () => store.decide([window('burst', 15), window('wide', 100)], START)))
      expect(decisions.filter((decision) => decision.allowed)).toHaveLength(15)
      expect((await store.peek([window('wide', 100)], START))[0]?.remaining).toBe(85)
    })
  })

  describe(`${name}: calls at once`, () => {
    it('holds slots until they are given back or their lease ends', async () => {
      const { store, slot, key } = await setUp()
      expect((await store.decide([slot('a')], START)).states[0]).toEqual({ name: 'slots', limit: 2, remaining: 1, resetMs: 0 })
      expect((await store.decide([slot('b')], START + 1000)).allowed).toBe(true)
      expect(await store.decide([slot('c')], START + 2000)).toMatchObject({ allowed: false, refusedBy: 'slots', retryAfterMs: 8000 })
      await store.leave(key('slots'), 'a', START + 2000)
      await store.leave(key('slots'), 'a', START + 2000)
      expect((await store.decide([slot('c')], START + 2000)).allowed).toBe(true)
      expect((await store.decide([slot('d')], START + 10_999)).allowed).toBe(false)
      expect((await store.decide([slot('d')], START + 11_000)).allowed).toBe(true)
    })

    it('gives one holder one slot, however often it asks', async () => {
      const { store, slot } = await setUp()
      for (let i = 0; i < 3; i++) expect((await store.decide([slot('a')], START)).allowed).toBe(true)
      expect((await store.decide([slot('b')], START)).allowed).toBe(true)
      expect((await store.decide([slot('c')], START)).allowed).toBe(false)
    })
  })

  describe(`${name}: budgets`, () => {
    it('reserves all or nothing, and settles what was spent, once', async () => {
      const { store, budget, id } = await setUp()
      const budgets = [budget('tokens', 100, 60), budget('money', 1000, 600)]
      expect(await store.reserve({ id: id('1'), budgets, ttlMs: MINUTE }, START)).toMatchObject({ reserved: true, states: [{ remaining: 40 }, { remaining: 400 }] })
      expect(await store.reserve({ id: id('2'), budgets, ttlMs: MINUTE }, START)).toMatchObject({ reserved: false, refusedBy: 'tokens' })
      expect(await store.reserve({ id: id('2'), budgets: [budget('money', 1000, 100), budget('tokens', 100, 41)], ttlMs: MINUTE }, START)).toMatchObject({ reserved: false, refusedBy: 'tokens' })
      expect((await store.peek(budgets, START)).map((state) => state.remaining)).toEqual([40, 400])
      expect(await store.dispatch(id('1'), START)).toBe(true)
      await store.settle(id('1'), [10, 100], START)
      await store.settle(id('1'), [60, 600], START)
      await store.release(id('1'), START)
      expect((await store.peek(budgets, START)).map((state) => state.remaining)).toEqual([90, 900])
      expect(await store.dispatch(id('1'), START)).toBe(false)
    })

    it('leaves no room to a limit of the same key for what is held', async () => {
      const { store, window, budget, id } = await setUp()
      await store.decide([window('both', 100, 30, HOUR)], START)
      await store.reserve({ id: id('1'), budgets: [budget('both', 100, 60)], ttlMs: MINUTE }, START)
      expect((await store.decide([window('both', 100, 11, HOUR)], START)).allowed).toBe(false)
      expect((await store.decide([window('both', 100, 4, HOUR)], START)).states[0]?.remaining).toBe(6)
    })

    it('does not reserve twice under one id', async () => {
      const { store, budget, id } = await setUp()
      const request = { id: id('1'), budgets: [budget('tokens', 100, 60)], ttlMs: MINUTE }
      await store.reserve(request, START)
      expect(await store.reserve(request, START)).toMatchObject({ reserved: true, states: [{ remaining: 40 }] })
      await store.release(id('1'), START)
      await store.settle(id('1'), [60], START)
      expect((await store.peek(request.budgets, START))[0]?.remaining).toBe(100)
    })

    it('charges the estimate where the actual amount is unknown, and more where more was spent', async () => {
      const { store, budget, id } = await setUp()
      for (const [name, amounts, remaining] of [['nan', [NaN], 40], ['none', [], 40], ['minus', [-5], 40], ['more', [150], 0]] as const) {
        const budgets = [budget(name, 100, 60)]
        await store.reserve({ id: id(name), budgets, ttlMs: MINUTE }, START)
        await store.settle(id(name), amounts, START)
        expect((await store.peek(budgets, START))[0]?.remaining).toBe(remaining)
      }
    })

    it('charges an expired reservation that was dispatched and releases one that was not', async () => {
      const { store, budget, id } = await setUp()
      const idle = [budget('idle', 100, 60)]
      const used = [budget('used', 100, 60)]
      await store.reserve({ id: id('idle'), budgets: idle, ttlMs: MINUTE }, START)
      await store.reserve({ id: id('used'), budgets: used, ttlMs: MINUTE }, START)
      await store.dispatch(id('used'), START)
      expect((await store.peek([...idle, ...used], START + MINUTE - 1)).map((state) => state.remaining)).toEqual([40, 40])
      expect((await store.peek([...idle, ...used], START + MINUTE)).map((state) => state.remaining)).toEqual([100, 40])
      await store.settle(id('used'), [1], START + MINUTE)
      expect(await store.dispatch(id('idle'), START + MINUTE)).toBe(false)
      expect((await store.peek(used, START + MINUTE))[0]?.remaining).toBe(40)
      expect((await store.peek(used, START + HOUR + 5 * MINUTE))[0]?.remaining).toBe(100)
    })

    it('keeps what is held while the window passes', async () => {
      const { store, budget, id } = await setUp()
      const budgets = [budget('tokens', 100, 60, MINUTE)]
      await store.reserve({ id: id('1'), budgets, ttlMs: HOUR }, START)
      expect(await store.reserve({ id: id('2'), budgets, ttlMs: HOUR }, START + 10 * MINUTE)).toMatchObject({ reserved: false })
      await store.settle(id('1'), [60], START + 10 * MINUTE)
      expect((await store.peek(budgets, START + 11 * MINUTE - 1))[0]?.remaining).toBe(40)
    })
  })

  describe(`${name}: operators`, () => {
    it('resets a key: charges, slots and ban, but not what is reserved', async () => {
      const { store, window, budget, slot, id, key } = await setUp()
      await store.decide([window('k', 2, 2)], START)
      await store.block(key('k'), MINUTE, START)
      await store.reset(key('k'), START)
      expect((await store.peek([window('k', 2)], START))[0]).toEqual({ name: 'k', limit: 2, remaining: 2, resetMs: 0 })
      await store.decide([slot('a'), slot('b')], START)
      await store.reset(key('slots'), START)
      expect((await store.decide([slot('c')], START)).allowed).toBe(true)
      await store.reserve({ id: id('1'), budgets: [budget('b', 100, 60)], ttlMs: MINUTE }, START)
      await store.reset(key('b'), START)
      expect((await store.peek([budget('b', 100, 0)], START))[0]?.remaining).toBe(40)
      await store.settle(id('1'), [60], START)
      expect((await store.peek([budget('b', 100, 0)], START))[0]?.remaining).toBe(40)
    })

    it('grants an extra amount that is used once, after the limit', async () => {
      const { store, window, key } = await setUp()
      await store.decide([window('k', 2, 2)], START)
      await store.credit(key('k'), 3, HOUR, START)
      expect((await store.decide([window('k', 2, 2)], START)).states[0]?.remaining).toBe(1)
      expect((await store.decide([window('k', 2, 2)], START)).allowed).toBe(false)
      expect((await store.decide([window('k', 2, 1)], START)).allowed).toBe(true)
      expect((await store.decide([window('k', 2, 2)], START + 2 * MINUTE)).allowed).toBe(true)
      expect((await store.decide([window('k', 2, 1)], START + 2 * MINUTE)).allowed).toBe(false)
    })

    it('counts an extra amount as left while the limit has room, and does not take it', async () => {
      const { store, window, key } = await setUp()
      await store.decide([window('k', 4)], START)
      await store.credit(key('k'), 3, HOUR, START)
      expect((await store.decide([window('k', 4)], START)).states[0]?.remaining).toBe(5)
      expect((await store.peek([window('k', 4)], START + 2 * MINUTE))[0]?.remaining).toBe(7)
    })

    it('gives an extra amount back that a released hold had taken whole', async () => {
      const { store, window, key } = await setUp()
      await store.credit(key('k'), 3, HOUR, START)
      const id = key('hold')
      const budget = { name: 'k', key: key('k'), limit: 0, windowMs: MINUTE, amount: 3 }
      expect((await store.reserve({ id, budgets: [budget], ttlMs: 1000 }, START)).reserved).toBe(true)
      await store.release(id, START)
      expect((await store.peek([window('k', 0, 1)], START))[0]?.remaining).toBe(3)
    })

    it('does not let a credit that is used up lend its end to the next one', async () => {
      const { store, window, key } = await setUp()
      await store.credit(key('k'), 1, HOUR, START)
      expect((await store.decide([window('k', 0, 1)], START)).allowed).toBe(true)
      await store.credit(key('k'), 1, 1000, START)
      expect((await store.peek([window('k', 0, 1)], START + 1001))[0]?.remaining).toBe(0)
    })

    it('lets an unused extra amount expire', async () => {
      const { store, window, key } = await setUp()
      await store.credit(key('k'), 3, 1000, START)
      expect((await store.peek([window('k', 2)], START + 999))[0]?.remaining).toBe(5)
      expect((await store.peek([window('k', 2)], START + 1000))[0]?.remaining).toBe(2)
    })

    it('gives back the extra amount that a reservation took and did not spend', async () => {
      const { store, budget, id, key } = await setUp()
      const budgets = [budget('b', 100, 140)]
      await store.credit(key('b'), 50, HOUR, START)
      await store.reserve({ id: id('1'), budgets, ttlMs: MINUTE }, START)
      expect((await store.peek(budgets, START))[0]?.remaining).toBe(10)
      await store.settle(id('1'), [120], START)
      expect((await store.peek(budgets, START))[0]?.remaining).toBe(30)
    })

    it('takes no ban and no credit that is not finite: it would be none', async () => {
      const { store, key } = await setUp()
      for (const odd of [Infinity, NaN]) {
        await expect((async () => store.block(key('k'), odd, START))()).rejects.toThrow(RangeError)
        await expect((async () => store.credit(key('k'), 1, odd, START))()).rejects.toThrow(RangeError)
        await expect((async () => store.credit(key('k'), odd, 1_000, START))()).rejects.toThrow(RangeError)
      }
    })

    it.each(['a\0b', '\ud800', 'é', ''])('counts failed sign-ins of whatever somebody writes as an account: %j', async (text) => {
      const { store, key } = await setUp()
      const guard = signInGuard({ store, clock: fakeClock(START), perAccount: 1 })
      // Random, for a database presses what repeats itself before it says that it is too long.
      for (const account of [`${text}${key('k')}`, text + Array.from({ length: 600 }, () => crypto.randomUUID()).join('')]) {
        const first = await guard({ account, address: key(`a${account.length}`) })
        if (first.allowed) await first.failed()
        expect([first.allowed, (await guard({ account, address: key('other') })).allowed]).toEqual([true, false])
      }
    })

    it('bans a key: every check of it refuses until the ban ends, and a shorter one does not shorten it', async () => {
      const { store, window, budget, id, key } = await setUp()
      await store.block(key('k'), 90_000, START)
      await store.block(key('k'), 1000, START)
      expect(await store.decide([window('k', 5)], START + 1000)).toMatchObject({ allowed: false, refusedBy: 'k', retryAfterMs: 89_000, states: [{ remaining: 0 }] })
      expect(await store.decide([window('k', 5, 0)], START + 1000)).toMatchObject({ allowed: false })
      expect(await store.reserve({ id: id('1'), budgets: [budget('k', 5, 1)], ttlMs: 1000 }, START)).toMatchObject({ reserved: false })
      expect((await store.decide([window('k', 5)], START + 90_000)).allowed).toBe(true)
    })
  })
}
