import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { definePolicy } from '../policy/define-policy.ts'
import { createTestPort, testRequest, testUser } from '../testing/index.ts'
import { defaultTiers, type Tier } from './tiers.ts'
import type { BudgetReservation } from './types.ts'

const policy = definePolicy({ roles: { customer: ['order:read'] } })
const user = (id: string, tier?: string) => testUser(id, ['customer'], tier === undefined ? {} : { tier })

/** How many of so many calls at one moment are let through. */
async function admitted(call: () => Promise<{ readonly serverError?: { readonly code: string } }>, calls: number): Promise<number> {
  let count = 0
  for (let i = 0; i < calls; i++) if ((await call()).serverError === undefined) count++
  return count
}

describe('tiers', () => {
  it('are those of the table unless the port says otherwise', () => {
    expect(defaultTiers).toEqual({
      free: { requestsPerMinute: 5, tokensPerHour: 10_000 },
      pro: { requestsPerMinute: 30, tokensPerHour: 100_000 },
      enterprise: { requestsPerMinute: 100, tokensPerHour: 1_000_000 },
      agent: { requestsPerMinute: 50, tokensPerHour: 500_000 },
    })
  })

  it.each([[undefined, 5], ['free', 5], ['pro', 30], ['enterprise', 100], ['agent', 50]] as const)('limit a caller of tier %s to %i calls a minute, over all actions', async (tier, limit) => {
    const port = createTestPort({ policy })
    const actions = ['order.read', 'order.list'].map((name) => port.define(name).noInput().authorize('order:read').outputSchema(z.string()).action(() => 'x'))
    let turn = 0
    expect(await admitted(async () => actions[turn++ % 2]?.call({ principal: user('u1', tier), input: undefined }) ?? {}, limit + 10)).toBe(limit)
  })

  it('are looked up at each call, so a caller can change its own and a port its numbers', async () => {
    const tiers: Record<string, Tier> = { free: { requestsPerMinute: 2, tokensPerHour: 1 }, pro: { requestsPerMinute: 3, tokensPerHour: 1 } }
    const port = createTestPort({ policy, tiers })
    const action = port.define('order.read').noInput().authorize('order:read').outputSchema(z.string()).action(() => 'x')
    const as = (tier: string) => admitted(() => action.call({ principal: user('u1', tier), input: undefined }), 10)
    expect(await as('free')).toBe(2)
    expect(await as('pro')).toBe(1)
    tiers['free'] = { requestsPerMinute: 7, tokensPerHour: 1 }
    expect(await as('free')).toBe(4)
    expect((await action.call({ principal: user('u2', 'gold'), input: undefined })).serverError?.code).toBe('UNAVAILABLE')
  })
})

describe('the two decisions of a call', () => {
  const setUp = () => {
    const port = createTestPort({ policy, name: 'shop', adapter: { name: 'test', current: () => null, clientAddress: () => '203.0.113.7' }, limits: { perAddress: 12, perTenant: 9, global: 8 } })
    port.signIn({ ...user('u1', 'enterprise'), tenant: 't1' })
    const action = (name: string, limits: { weight?: number; perAction?: number }) =>
      port.define(name).inputSchema(z.object({ n: z.number() })).authorize('order:read').limit(limits).outputSchema(z.number()).action(({ parsedInput }) => parsedInput.n)
    const left = async (...keys: readonly (readonly [key: string, limit: number])[]) =>
      (await port.store.limits.peek(keys.map(([key, limit]) => ({ kind: 'window' as const, name: 'x', key, limit, windowMs: 60_000, cost: 0 })), port.clock.now())).map(({ remaining }) => remaining)
    const all = () => left(['shop:address:203.0.113.7', 12], ['shop:principal:user:u1', 100], ['shop:tenant:t1', 9], ['shop:global', 8])
    return { action, all, left, port }
  }

  it('tell the caller of both, in their order', async () => {
    const { action } = setUp()
    const { limits } = await action('order.read', { perAction: 6 }).handle(testRequest(), { n: 1 })
    expect(limits?.map(({ name, remaining }) => [name, remaining])).toEqual([['address', 11], ['principal', 99], ['tenant', 8], ['action', 5], ['global', 7]])
  })

  it('charge the tenant that the caller has now', async () => {
    const { action, left, port } = setUp()
    const read = action('order.read', {})
    const signIn = (tenant: string) => port.signIn({ ...user('u1', 'enterprise'), tenant })
    for (const tenant of ['t1', 't2', 't2', 't1']) {
      signIn(tenant)
      await read.handle(testRequest(), { n: 1 })
    }
    port.signIn(user('u1', 'enterprise'))
    await read.handle(testRequest(), { n: 1 })
    expect(await left(['shop:tenant:t1', 9], ['shop:tenant:t2', 9], ['shop:principal:user:u1', 100])).toEqual([7, 7, 95])
  })

  it('charge the address in the first, and principal, tenant, action and everybody in the second, all or none', async () => {
    const { action, all, left } = setUp()
    const weighty = action('order.weighty', { weight: 3, perAction: 6 })
    for (let i = 0; i < 2; i++) expect((await weighty.handle(testRequest(), { n: 1 })).result.data).toBe(1)
    expect(await all()).toEqual([10, 94, 3, 2])
    const refused = await weighty.handle(testRequest(), { n: 1 })
    // The address is charged, of the rest nothing: refused by one of them, nothing is taken of any.
    expect([refused.result.serverError?.code, refused.limits?.map(({ name }) => name)]).toEqual(['RATE_LIMITED', ['principal', 'tenant', 'action', 'global']])
    expect(await all()).toEqual([9, 94, 3, 2])
    expect(await left(['shop:action:order.weighty', 6])).toEqual([0])
  })

  it('stay charged when a later control refuses', async () => {
    const { action, all } = setUp()
    const read = action('order.read', {})
    expect((await read.handle(testRequest(), { n: 'no number' })).result.validationErrors).toBeDefined()
    expect(await all()).toEqual([11, 99, 8, 7])
  })
})

describe('calls at once', () => {
  it('are limited by the tier, over all actions, and a slot is free again when its call has ended', async () => {
    const port = createTestPort({ policy, tiers: { free: { requestsPerMinute: 100, tokensPerHour: 1, concurrency: 2 } } })
    const waiting: (() => void)[] = []
    const actions = ['order.read', 'order.list'].map((name) =>
      port.define(name).noInput().authorize('order:read').outputSchema(z.string()).action(() => new Promise<string>((resolve) => void waiting.push(() => resolve('x')))))
    const call = (i: number, id = 'u1') => actions[i]?.call({ principal: user(id), input: undefined })
    const first = [call(0), call(1)]
    await port.clock.advance(0)
    expect((await call(0))?.serverError?.code).toBe('RATE_LIMITED')
    const other = call(0, 'u2')
    await port.clock.advance(0)
    expect(waiting).toHaveLength(3)
    waiting[0]?.()
    expect(await first[0]).toEqual({ data: 'x' })
    await port.clock.advance(0)
    const third = call(0)
    await port.clock.advance(0)
    expect(waiting).toHaveLength(4)
    for (const end of waiting) end()
    expect(await Promise.all([first[1], other, third])).toEqual([{ data: 'x' }, { data: 'x' }, { data: 'x' }])
  })
})

describe('a budget that is used up', () => {
  it('says when tokens come back, and not when all of them are back, nor at once while others hold them', async () => {
    const port = createTestPort({ policy, tiers: { free: { requestsPerMinute: 500, tokensPerHour: 100 } } })
    const held: BudgetReservation[] = []
    const spend = port.define('note.write').inputSchema(z.strictObject({ tokens: z.int() })).authorize('order:read').tokens().outputSchema(z.number())
      .action(async ({ parsedInput, budget }) => held.push(await budget.reserve({ inputTokens: parsedInput.tokens, maxOutputTokens: 0 })))
    const call = (tokens: number) => spend.call({ principal: user('u1'), input: { tokens } })
    const settle = () => held.pop()?.settle({ inputTokens: 50, outputTokens: 0 })
    await call(50)
    await settle()
    await port.clock.advance(30 * 60_000)
    await call(50)
    expect((await call(1)).serverError).toMatchObject({ code: 'BUDGET_EXCEEDED', retryAfterMs: expect.toSatisfy((ms: number) => ms > 0 && ms <= 35 * 60_000) as number })
    await settle()
    const wait = (await call(1)).serverError?.retryAfterMs ?? 0
    expect(wait).toBeLessThanOrEqual(35 * 60_000)
    await port.clock.advance(wait)
    expect((await call(1)).serverError).toBeUndefined()
  })

  it('says to wait while one call holds all of it', async () => {
    const port = createTestPort({ policy, tiers: { free: { requestsPerMinute: 500, tokensPerHour: 100 } } })
    const spend = port.define('note.write').noInput().authorize('order:read').tokens().outputSchema(z.string()).action(async ({ budget }) => (await budget.reserve({ inputTokens: 100, maxOutputTokens: 0 })).id)
    await spend.call({ principal: user('u1'), input: undefined })
    expect((await spend.call({ principal: user('u1'), input: undefined })).serverError).toMatchObject({ code: 'BUDGET_EXCEEDED', retryAfterMs: expect.toSatisfy((ms: number) => ms > 0) as number })
  })
})

describe('limits that would be none, or refuse everybody', () => {
  const whole = { requestsPerMinute: 5, tokensPerHour: 10 }
  it.each<[name: string, options: object, what: RegExp]>([
    ['a number of calls that is none', { tiers: { free: { ...whole, requestsPerMinute: NaN } } }, /requestsPerMinute of tier 'free' is NaN/],
    ['tokens without an end', { tiers: { free: { ...whole, tokensPerHour: Infinity } } }, /tokensPerHour of tier 'free' is Infinity/],
    ['less than no money', { tiers: { free: { ...whole, moneyPerDay: -1 } } }, /moneyPerDay/],
    ['a text', { tiers: { free: { ...whole, concurrency: '3' } } }, /concurrency/],
    ['a mistyped name', { tiers: { free: { ...whole, concurency: 3 } } }, /'concurency'\. There are/],
    ['no tokens', { tiers: { free: { requestsPerMinute: 5 } } }, /has no tokensPerHour/],
    ['a price that is none', { prices: { m: { inputPerMillion: NaN, outputPerMillion: 1 } } }, /inputPerMillion of 'm'/],
    ['a price that is missing', { prices: { m: { inputPerMillion: 1 } } }, /outputPerMillion of 'm'/],
    ['a limit of the port that is none', { limits: { perAddress: NaN } }, /limits\.perAddress/],
  ])('are refused when the port is made: %s', (_name, options, what) => {
    expect(() => createTestPort({ policy: definePolicy({ roles: {} }), ...options })).toThrow(what)
  })
})
