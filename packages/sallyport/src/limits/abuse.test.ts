import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { DefinitionError } from '../errors/sallyport-error.ts'
import { definePolicy } from '../policy/define-policy.ts'
import { memoryLimits } from '../stores/memory/limits.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { createTestPort, testUser } from '../testing/index.ts'
import { accessLists } from './access-lists.ts'
import { limitActions } from './actions.ts'
import { createBans } from './bans.ts'
import { limitOperations, type LimitOperation } from './operations.ts'
import { signInGuard } from './sign-in-guard.ts'
import type { WindowCheck } from './types.ts'

const policy = definePolicy({ roles: { customer: ['order:read'], operator: ['limit:manage'] } })
const MINUTE = 60_000
const check: WindowCheck = { kind: 'window', name: 'address', key: 'address:203.0.113.7', limit: 2, windowMs: MINUTE, cost: 1 }

describe('bans', () => {
  it('come after repeated refusals, last longer each time, and are the same for every process', async () => {
    const store = memoryLimits()
    const clock = fakeClock()
    const bans = createBans({ store, clock, after: 3, steps: [MINUTE, 10 * MINUTE, 60 * MINUTE] })
    const other = createBans({ store, clock, after: 3, steps: [MINUTE, 10 * MINUTE, 60 * MINUTE] })
    const lengths: number[] = []
    for (let round = 0; round < 5; round++) {
      for (let strike = 0; strike < 3; strike++) lengths.push(await (strike === 1 ? other : bans).refused(check.key))
      const length = lengths.at(-1) ?? 0
      // During a ban further refusals count for nothing, wherever they happen.
      for (let i = 0; i < 20; i++) expect(await other.refused(check.key)).toBe(0)
      expect(store.decide([check], clock.now())).toMatchObject({ allowed: false, refusedBy: 'address', retryAfterMs: length })
      await clock.advance(length)
      expect(store.decide([{ ...check, cost: 0 }], clock.now()).allowed).toBe(true)
    }
    expect(lengths.filter((length) => length > 0)).toEqual([MINUTE, 10 * MINUTE, 60 * MINUTE, 60 * MINUTE, 60 * MINUTE])
  })

  it('are of nobody else, whatever their id ends in', async () => {
    const store = memoryLimits()
    const clock = fakeClock()
    const bans = createBans({ store, clock, after: 1 })
    expect(await bans.refused(check.key)).toBe(MINUTE)
    for (const end of ['strikes', 'bans']) expect(store.decide([{ ...check, key: `${check.key}:${end}` }], clock.now())).toMatchObject({ allowed: true, states: [{ remaining: 1 }] })
  })

  it('are what a caller of a port is told to wait for, longer each time, and an operator lifts them', async () => {
    const port = createTestPort({ policy, bans: { after: 2, steps: [10 * MINUTE, 60 * MINUTE] } })
    const read = port.define('order.read').noInput().authorize('order:read').outputSchema(z.string()).action(() => 'x')
    const call = async (): Promise<number> => {
      const { serverError } = await read.call({ principal: testUser('u1', ['customer']), input: undefined })
      // The strike is counted when the call has ended.
      await port.clock.advance(0)
      return serverError?.retryAfterMs ?? 0
    }
    const waits: number[] = []
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 5; i++) expect(await call()).toBe(0)
      for (let i = 0; i < 2; i++) expect(await call()).toBeLessThanOrEqual(65_000)
      waits.push(await call())
      if (round < 2) await port.clock.advance(waits.at(-1) ?? 0)
    }
    expect(waits).toEqual([10 * MINUTE, 60 * MINUTE, 60 * MINUTE])
    const limits = limitActions(port, { permission: 'limit:manage' })
    const operator = testUser('op', ['operator'], { session: { credential: 'internal', authenticatedAt: port.clock.now() } })
    expect(await limits.reset.call({ principal: operator, input: { kind: 'user', id: 'u1', reason: 'ticket 118' } })).toEqual({ data: { done: true } })
    expect(await call()).toBe(0)
  })

  it('can not be made of numbers that would ban nobody', () => {
    const make = (options: object) => () => createBans({ store: memoryLimits(), clock: fakeClock(), ...options })
    for (const options of [{ after: 0 }, { after: NaN }, { after: 1.5 }, { steps: [] }, { steps: [MINUTE, NaN] }, { steps: [-1] }, { steps: [Infinity] }, { withinMs: NaN }, { memoryMs: 0 }]) expect(make(options)).toThrow(RangeError)
  })

  it('do not come from a few refusals now and then', async () => {
    const clock = fakeClock()
    const bans = createBans({ store: memoryLimits(), clock, after: 3 })
    for (let i = 0; i < 20; i++) {
      expect(await bans.refused('k')).toBe(0)
      await clock.advance(40_000)
    }
  })
})

describe('access lists', () => {
  const verdictOf = accessLists({
    allow: { addresses: ['10.0.0.0/8', '2001:db8::/32'], principals: ['service:monitor'] },
    deny: { addresses: ['10.6.6.0/24', '198.51.100.7'], principals: ['user:banned'] },
  })

  it.each([
    [{ address: '10.1.2.3' }, 'allowed'],
    [{ address: '::ffff:10.1.2.3' }, 'allowed'],
    [{ address: '2001:db8:1::5' }, 'allowed'],
    [{ address: '10.6.6.1' }, 'denied'],
    [{ address: '198.51.100.7' }, 'denied'],
    [{ address: '198.51.100.8' }, 'limited'],
    [{ address: 'not an address' }, 'limited'],
    [{ address: undefined }, 'limited'],
    [{ address: '192.0.2.1', principal: { kind: 'service', id: 'monitor' } }, 'allowed'],
    [{ principal: { kind: 'user', id: 'monitor' } }, 'limited'],
    [{ address: '10.1.2.3', principal: { kind: 'user', id: 'banned' } }, 'denied'],
    [{}, 'limited'],
  ] as const)('%j is %s', (facts, verdict) => {
    expect(verdictOf(facts)).toBe(verdict)
  })

  it('refuses a principal without its kind, which would stand on no list', () => {
    for (const name of ['banned', 'users:banned', 'user:', '']) expect(() => accessLists({ deny: { principals: [name] } })).toThrow(DefinitionError)
  })

  it('refuses a malformed block when it is read', () => {
    expect(() => accessLists({ deny: { addresses: ['10.0.0.0/33'] } })).toThrow('10.0.0.0/33')
  })
})

describe('failed sign-ins', () => {
  const setUp = () => {
    const clock = fakeClock()
    return { clock, guard: signInGuard({ store: memoryLimits(), clock, perAccount: 3, perAddress: 5 }) }
  }

  it('are counted by account, wherever they come from, and a success gives its place back', async () => {
    const { guard, clock } = setUp()
    for (let i = 0; i < 10; i++) {
      const attempt = await guard({ account: 'ada', address: `192.0.2.${i}` })
      if (attempt.allowed) await attempt.succeeded()
      expect(attempt.allowed).toBe(true)
    }
    for (let i = 0; i < 3; i++) {
      const attempt = await guard({ account: 'ada', address: `192.0.2.${i}` })
      if (attempt.allowed) await attempt.failed()
    }
    expect(await guard({ account: 'ada', address: '192.0.2.99' })).toMatchObject({ allowed: false, retryAfterMs: expect.any(Number) })
    expect((await guard({ account: 'bob', address: '192.0.2.99' })).allowed).toBe(true)
    await clock.advance(17 * MINUTE)
    expect((await guard({ account: 'ada', address: '192.0.2.99' })).allowed).toBe(true)
  })

  it('are counted by address, whatever the account', async () => {
    const { guard } = setUp()
    for (let i = 0; i < 5; i++) {
      const attempt = await guard({ account: `user${i}`, address: '192.0.2.1' })
      if (attempt.allowed) await attempt.failed()
    }
    expect((await guard({ account: 'another', address: '192.0.2.1' })).allowed).toBe(false)
  })

  it('hold when a hundred guesses come at once, and an attempt that nobody closes has failed', async () => {
    const { guard, clock } = setUp()
    const attempts = await Promise.all(Array.from({ length: 100 }, (_, i) => guard({ account: 'ada', address: `192.0.2.${i}` })))
    expect(attempts.filter((attempt) => attempt.allowed)).toHaveLength(3)
    await clock.advance(2 * MINUTE)
    expect((await guard({ account: 'ada', address: '192.0.2.200' })).allowed).toBe(false)
  })
})

describe('operations', () => {
  it('are recorded before they are done, with who and why', async () => {
    const store = memoryLimits()
    const clock = fakeClock()
    const entries: LimitOperation[] = []
    const operations = limitOperations({ store, clock, record: (entry) => void entries.push(entry) })
    const by = { operator: 'ada', reason: 'ticket 118' }
    store.decide([check, check], clock.now())
    await operations.credit(check.key, 3, MINUTE, by)
    expect((await operations.read([check]))[0]?.remaining).toBe(3)
    await operations.reset(check.key, by)
    expect((await operations.read([check]))[0]?.remaining).toBe(5)
    await operations.ban(check.key, MINUTE, by)
    expect((await operations.read([check]))[0]?.remaining).toBe(0)
    expect(entries.map((entry) => [entry.operation, entry.operator, entry.reason])).toEqual([
      ['credit', 'ada', 'ticket 118'], ['reset', 'ada', 'ticket 118'], ['ban', 'ada', 'ticket 118'],
    ])
  })

  it('do nothing when they can not be recorded, or without a reason, or with a number that is none', async () => {
    const store = memoryLimits()
    const clock = fakeClock()
    const failing = limitOperations({ store, clock, record: () => Promise.reject(new Error('the log is away')) })
    const working = limitOperations({ store, clock, record: () => undefined })
    const by = { operator: 'ada', reason: 'ticket 118' }
    store.decide([check, check], clock.now())
    await expect(failing.reset(check.key, by)).rejects.toThrow('the log is away')
    await expect(working.reset(check.key, { operator: 'ada', reason: ' ' })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    for (const amount of [0, -1, NaN, Infinity]) await expect(working.credit(check.key, amount, MINUTE, by)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    expect((await working.read([check]))[0]?.remaining).toBe(0)
  })
})
