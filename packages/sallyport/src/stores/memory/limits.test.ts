import { describe, expect, it } from 'vitest'
import { describeLimitStore, START } from '../../limits/contract.fixture.ts'
import { checkAgainstExactLog } from '../../limits/exact-model.fixture.ts'
import { memoryLimits } from './limits.ts'
import type { WindowCheck } from '../../limits/types.ts'

describeLimitStore('memory', () => memoryLimits())

const check = (key: string, limit = 2): WindowCheck => ({ kind: 'window', name: 'address', key, limit, windowMs: 60_000, cost: 1 })

describe('1,000 random schedules', () => {
  it('agree with an exact log', () => checkAgainstExactLog(() => memoryLimits(), 1000))
})

describe('a full memory', () => {
  it('refuses new keys and forgets no old one', () => {
    const store = memoryLimits({ maxKeys: 3 })
    for (const key of ['a', 'b', 'c']) store.decide([check(key), check(key)], START)
    for (let i = 0; i < 1000; i++) expect(store.decide([check(`churn ${i}`)], START).allowed).toBe(false)
    for (const key of ['a', 'b', 'c']) expect(store.decide([check(key)], START).allowed).toBe(false)
  })

  it('takes new keys again when old ones are idle', () => {
    const store = memoryLimits({ maxKeys: 3 })
    for (const key of ['a', 'b', 'c']) store.decide([check(key)], START)
    expect(store.decide([check('d')], START + 65_000).allowed).toBe(true)
  })

  it('keeps nothing of decisions that were refused', () => {
    const store = memoryLimits({ maxKeys: 200 })
    for (let i = 0; i < 199; i++) store.decide([check(`old ${i}`)], START)
    for (let i = 0; i < 10; i++) expect(store.decide([check(`new ${i}`), check('old 0', 0)], START).allowed).toBe(false)
    expect(store.decide([check('another')], START).allowed).toBe(true)
  })

  it('never loses a charge to the sweep of idle keys', () => {
    const store = memoryLimits({ maxKeys: 4 })
    let now = START
    for (let round = 0; round < 50; round++) {
      now += 70_000
      for (let i = 0; i < 3; i++) store.decide([check('a', 3), check(`n${round}`, 3)], now)
      expect(store.decide([check('a', 3)], now).allowed).toBe(false)
    }
  })

  it('bounds reservations too, and releases them when they expire', () => {
    const store = memoryLimits({ maxKeys: 2 })
    const reserve = (id: string, now: number) => store.reserve({ id, budgets: [{ name: 'tokens', key: 'k', limit: 100, windowMs: 3_600_000, amount: 1 }], ttlMs: 1000 }, now).reserved
    expect([reserve('1', START), reserve('2', START), reserve('3', START)]).toEqual([true, true, false])
    expect(reserve('3', START + 1000)).toBe(true)
    expect(store.peek([{ name: 'tokens', key: 'k', limit: 100, windowMs: 3_600_000, amount: 0 }], START + 1000)[0]?.remaining).toBe(99)
  })
})
