import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { definePolicy } from '../policy/define-policy.ts'
import { createTestPort, testUser } from '../testing/index.ts'
import { limitActions } from './actions.ts'

const policy = definePolicy({ roles: { customer: ['order:read'], operator: ['limit:manage'] } })
const user = testUser('u1', ['customer'])

function setUp() {
  const port = createTestPort({ policy })
  const operator = testUser('op', ['operator'], { tier: 'enterprise', session: { credential: 'internal', authenticatedAt: port.clock.now() } })
  const limits = limitActions(port, { permission: 'limit:manage' })
  const chat = port.define('chat.ask').noInput().authorize('order:read').tokens().outputSchema(z.string()).action(async ({ budget }) => {
    const hold = await budget.reserve({ inputTokens: 1_000, maxOutputTokens: 8_000 })
    await hold.dispatch()
    await hold.settle({ inputTokens: 1_000, outputTokens: 8_000 })
    return 'x'
  })
  const ask = async () => (await chat.call({ principal: user, input: undefined })).serverError?.code ?? 'ok'
  const left = async () => Object.fromEntries(((await limits.read.call({ principal: operator, input: { kind: 'user', id: 'u1' } })).data?.left ?? []).map(({ name, remaining }) => [name, remaining]))
  return { port, operator, limits, ask, left }
}

describe('limitActions', () => {
  it('read what is left, charging nothing', async () => {
    const { ask, left } = setUp()
    expect(await left()).toEqual({ principal: 5, tokens: 10_000 })
    expect(await ask()).toBe('ok')
    expect(await left()).toEqual({ principal: 4, tokens: 1_000 })
    expect(await left()).toEqual({ principal: 4, tokens: 1_000 })
  })

  it('give a one-off extra amount, and reset', async () => {
    const { ask, left, limits, operator } = setUp()
    expect([await ask(), await ask()]).toEqual(['ok', 'BUDGET_EXCEEDED'])
    expect(await limits.credit.call({ principal: operator, input: { kind: 'user', id: 'u1', tokens: 9_000, hours: 1, reason: 'ticket 118' } })).toEqual({ data: { done: true } })
    expect([await ask(), await ask()]).toEqual(['ok', 'BUDGET_EXCEEDED'])
    await limits.reset.call({ principal: operator, input: { kind: 'user', id: 'u1', reason: 'ticket 119' } })
    // What was given and not used stays: 1,000 of it.
    expect(await left()).toMatchObject({ principal: 5, tokens: 11_000 })
    expect(await ask()).toBe('ok')
  })

  it('reset what one action counts of a principal, and its slots', async () => {
    const { port, limits, operator } = setUp()
    const action = port.define('order.read').noInput().authorize('order:read').limit({ perPrincipal: 1, concurrency: 1 }).outputSchema(z.string()).action(() => 'x')
    const call = async () => (await action.call({ principal: user, input: undefined })).serverError?.code ?? 'ok'
    const reset = (more: { readonly action?: string }) => limits.reset.call({ principal: operator, input: { kind: 'user', id: 'u1', reason: 'ticket 120', ...more } })
    expect([await call(), await call()]).toEqual(['ok', 'RATE_LIMITED'])
    await reset({})
    expect(await call()).toBe('RATE_LIMITED')
    await reset({ action: 'order.read' })
    expect(await call()).toBe('ok')
    // A call of another process that died holds the one slot.
    const slot = { kind: 'concurrency', name: 'slot', key: 'default:action-concurrency:order.read:user:u1', limit: 1, holder: 'dead', leaseMs: 600_000 } as const
    expect((await port.store.limits.decide([slot], port.clock.now())).allowed).toBe(true)
    await reset({ action: 'order.read' })
    expect(await call()).toBe('ok')
  })

  it('ban, and a reset lifts it', async () => {
    const { ask, limits, operator } = setUp()
    await limits.ban.call({ principal: operator, input: { kind: 'user', id: 'u1', minutes: 10, reason: 'scraping' } })
    expect(await ask()).toBe('RATE_LIMITED')
    await limits.reset.call({ principal: operator, input: { kind: 'user', id: 'u1', reason: 'it was a test' } })
    expect(await ask()).toBe('ok')
  })

  it('are audited with who and why, and refuse who may not', async () => {
    const { port, limits, operator } = setUp()
    await limits.reset.call({ principal: operator, input: { kind: 'user', id: 'u1', reason: 'ticket 119' } })
    expect((await port.events())[0]?.event).toMatchObject({ facts: { action: 'limit.reset', actor: { id: 'op' }, fields: { id: 'u1', reason: 'ticket 119' } } })
    expect((await limits.reset.call({ principal: user, input: { kind: 'user', id: 'u1', reason: 'mine' } })).serverError?.code).toBe('REAUTHENTICATE')
    const stale = { ...operator, session: { credential: 'internal' as const } }
    expect((await limits.ban.call({ principal: stale, input: { kind: 'user', id: 'u1', minutes: 1, reason: 'no sign-in' } })).serverError?.code).toBe('REAUTHENTICATE')
    expect((await limits.read.call({ principal: user, input: { kind: 'user', id: 'u2' } })).serverError?.code).toBe('FORBIDDEN')
  })
})
