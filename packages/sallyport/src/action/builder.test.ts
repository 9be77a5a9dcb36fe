import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { DefinitionError } from '../errors/sallyport-error.ts'
import { definePolicy } from '../policy/define-policy.ts'
import { createTestPort, testUser } from '../testing/index.ts'
import type { AnyAction } from './action.ts'

const policy = definePolicy({ roles: { customer: ['order:read', 'order:update'], manager: ['order:approve'] } })
const makePort = () => createTestPort({ policy, rolesOf: () => ['manager'] })

// Plain JavaScript: nothing has checked the types.
// eslint-disable-next-line -- the point is that no type stands in the way
type Loose = { [method: string]: (...args: unknown[]) => Loose }
const loose = (builder: unknown): Loose => builder as Loose

describe('a definition with a hole', () => {
  it.each([
    [['access', 'input', 'output'], []],
    [['input', 'output'], ['access']],
    [['access', 'output'], ['input']],
    [['access', 'input'], ['output']],
  ])('throws and names %s', (missing, declared) => {
    let builder = loose(makePort().define('a'))
    if (declared.includes('access')) builder = builder['authorize']?.('order:read') as Loose
    if (declared.includes('input')) builder = builder['noInput']?.() as Loose
    if (declared.includes('output')) builder = builder['outputSchema']?.(z.string()) as Loose
    const define = (): unknown => builder['action']?.(() => 'x')
    expect(define).toThrow(DefinitionError)
    for (const name of missing) expect(define).toThrow(new RegExp(`${name}: \\.`))
  })

  it.each([
    ['a control that has no form of absence', (b: Loose) => b['waive']?.('authentication', 'long enough a reason')],
    ['a waiver without a reason', (b: Loose) => b['waive']?.('origin', '')],
    ['public without a reason', (b: Loose) => b['public']?.('why')],
    ['observing a control that can not be', (b: Loose) => b['observe']?.('audit', 'long enough a reason', '2027-01-01')],
    ['observing until no date', (b: Loose) => b['observe']?.('origin', 'long enough a reason', 'soon')],
    ['a schema that is none', (b: Loose) => b['inputSchema']?.({})],
    ['an error code in lower case', (b: Loose) => b['errors']?.({ outOfStock: z.string() })],
    ['a duration that is none', (b: Loose) => b['deadline']?.('5 minutes')],
    ['no bytes', (b: Loose) => b['maxBytes']?.(0)],
    ['turning screening off without a reason', (b: Loose) => b['screening']?.('off')],
    ['an owner without a resource', (b: Loose) => b['authorize']?.('order:read', { owner: () => 'u' })],
    ['waiving the audit of a privileged action', (b: Loose) => b['noInput']?.()['authorize']?.('order:read')['outputSchema']?.(z.string())['waive']?.('audit', 'long enough a reason')['action']?.(() => 'x')],
    ['waiving and declaring the output', (b: Loose) => b['noInput']?.()['authorize']?.('order:read')['outputSchema']?.(z.string())['waive']?.('projection', 'long enough a reason')['action']?.(() => 'x')],
    ['freshness of nobody', (b: Loose) => b['noInput']?.()['public']?.('long enough')['outputSchema']?.(z.string())['freshness']?.('5m')['action']?.(() => 'x')],
    ['public and a permission', (b: Loose) => b['authorize']?.('order:read')['public']?.('long enough')],
    ['a permission and public', (b: Loose) => b['public']?.('long enough')['authorize']?.('order:read')],
    ['an input and none', (b: Loose) => b['inputSchema']?.(z.string())['noInput']?.()],
    ['no input and one', (b: Loose) => b['noInput']?.()['inputSchema']?.(z.string())],
    ['a result and a stream', (b: Loose) => b['outputSchema']?.(z.string())['outputStream']?.(z.string())],
    ['a stream and a result', (b: Loose) => b['outputStream']?.(z.string())['outputSchema']?.(z.string())],
    ['waiving what is observed', (b: Loose) => b['observe']?.('origin', 'long enough a reason', '2027-01-01')['waive']?.('origin', 'long enough a reason')],
    ['observing what is waived', (b: Loose) => b['waive']?.('origin', 'long enough a reason')['observe']?.('origin', 'long enough a reason', '2027-01-01')],
    ['observing until a day that there is not', (b: Loose) => b['observe']?.('origin', 'long enough a reason', '2027-02-31')],
    ['a screening that there is not', (b: Loose) => b['screening']?.('rejected')],
    ['a weight of nothing, which would waive all limits', (b: Loose) => b['limit']?.({ weight: 0 })],
    ['a limit that is no number', (b: Loose) => b['limit']?.({ perPrincipal: Number.NaN })],
    ['a limit that there is not', (b: Loose) => b['limit']?.({ perPrincpal: 1 })],
    ['options that are none', (b: Loose) => b['authorize']?.('order:read', null)],
    ['a resource that was not found', (b: Loose) => b['authorize']?.('order:read', { resource: undefined, owner: () => 'u' })],
    ['an owner that was not found', (b: Loose) => b['authorize']?.('order:read', { resource: () => null, owner: undefined })],
    ['an option that there is not', (b: Loose) => b['authorize']?.('order:read', { resource: () => null, onwer: () => 'u' })],
    ['a tenant without a resource', (b: Loose) => b['authorize']?.('order:read', { tenant: () => 't' })],
    ['a condition that is no function', (b: Loose) => b['authorize']?.('order:read', { when: true })],
    ['a type without a name', (b: Loose) => b['authorize']?.('order:read', { type: '' })],
    ['disclosing a field that the result does not have', (b: Loose) => b['noInput']?.()['authorize']?.('order:read')['outputSchema']?.(z.object({ key: z.string() }))['discloses']?.('kye', 'long enough a reason')['action']?.(() => 'x')],
    ['disclosing a field of a stream, whose parts are all scrubbed', (b: Loose) => b['noInput']?.()['authorize']?.('order:read')['outputStream']?.(z.object({ key: z.string() }))['discloses']?.('key', 'long enough a reason')['action']?.(() => 'x')],
    ['middleware that was not found', (b: Loose) => b['use']?.(undefined)],
    ['validated middleware that was not found', (b: Loose) => b['useValidated']?.(undefined)],
    ['a key of repeats that was not found', (b: Loose) => b['idempotent']?.(undefined)],
    ["an error of its own under one of the library's codes", (b: Loose) => b['errors']?.({ TIMEOUT: z.object({ step: z.string() }) })],
    ['an error without a schema', (b: Loose) => b['errors']?.({ OUT_OF_STOCK: {} })],
    ['an approval by nobody', (b: Loose) => b['approval']?.({})],
    ['an approval with a quorum that was mistyped', (b: Loose) => b['approval']?.({ approvers: 'order:approve', qourum: 2 })],
    ['tokens of nobody', (b: Loose) => b['noInput']?.()['public']?.('long enough')['outputSchema']?.(z.string())['tokens']?.()['action']?.(() => 'x')],
  ])('throws for %s', (_name, build) => {
    expect(() => build(loose(makePort().define('a')))).toThrow(DefinitionError)
  })

  it('throws for approval on a port that does not know roles', () => {
    const port = createTestPort({ policy })
    expect(() => port.define('a').noInput().authorize('order:read').approval({ approvers: 'order:approve' }).outputSchema(z.string()).action(() => 'x')).toThrow(/rolesOf/)
  })

  it.each(['', '1a', 'a b', 'a..b', '__proto__'])('throws for the name %j', (name) => {
    expect(() => makePort().define(name)).toThrow(DefinitionError)
  })
})

describe('the order of builder methods', () => {
  const order = { id: '7c9e6679-7425-40de-944b-e07fc1f90ae7', userId: 'u1' }
  const steps: Readonly<Record<string, (b: Loose) => Loose | undefined>> = {
    inputSchema: (b) => b['inputSchema']?.(z.strictObject({ id: z.uuid(), fail: z.boolean().optional() })),
    authorize: (b) => b['authorize']?.('order:update', { resource: () => order, owner: (row: typeof order) => row.userId }),
    outputSchema: (b) => b['outputSchema']?.(z.object({ id: z.string(), log: z.array(z.string()) })),
    use: (b) => b['use']?.(async ({ next, ctx }: never) => (next as (o: object) => Promise<object>)({ ctx: { log: [...((ctx as { log?: string[] }).log ?? []), 'use'] } })),
    useValidated: (b) => b['useValidated']?.(async ({ next, ctx }: never) => (next as (o: object) => Promise<object>)({ ctx: { log: [...((ctx as { log?: string[] }).log ?? []), 'validated'] } })),
    freshness: (b) => b['freshness']?.('5m'),
    metadata: (b) => b['metadata']?.({ area: 'orders' }),
    limit: (b) => b['limit']?.({ perPrincipal: 2 }),
    screening: (b) => b['screening']?.('reject'),
    loggable: (b) => b['loggable']?.(['id']),
    deadline: (b) => b['deadline']?.('10s'),
  }

  it('changes nothing: every order gives the same results, refusals and events', async () => {
    const outcomes = async (names: readonly string[]): Promise<string> => {
      const port = createTestPort({ policy })
      let builder: Loose | undefined = loose(port.define('order.update'))
      for (const name of names) builder = steps[name]?.(builder as Loose)
      const action = builder?.['action']?.(({ resource, ctx }: never) => ({ id: (resource as typeof order).id, log: (ctx as { log: string[] }).log, secret: 1 })) as unknown as AnyAction
      const now = port.clock.now()
      const fresh = { credential: 'internal', authenticatedAt: now } as const
      const results: unknown[] = []
      for (const [principal, input] of [
        [testUser('u1', ['customer'], { session: fresh }), { id: order.id }],
        [testUser('u2', ['customer'], { session: fresh }), { id: order.id }],
        [testUser('u1', [], { session: fresh }), { id: order.id }],
        [testUser('u1', ['customer']), { id: order.id }],
        [testUser('u1', ['customer'], { session: fresh }), { id: 'no' }],
        [null, { id: order.id }],
        [testUser('u1', ['customer'], { session: fresh }), { id: order.id }],
      ] as const) {
        results.push(await action.call({ principal, input }))
      }
      const events = await port.events()
      const anonymous = (value: unknown): string => JSON.stringify(value).replaceAll(/("(?:correlationId|id)":)"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f-]{17}"/g, '$1"?"')
      return anonymous([results, events, await action.definitionHash(), action.posture])
    }
    const names = Object.keys(steps)
    const expected = await outcomes(names)
    expect(expected).toContain('"data":{"id":')
    expect(expected).toContain('REAUTHENTICATE')
    // Every pair in both orders.
    for (const [i, first] of names.entries()) {
      for (const second of names.slice(i + 1)) {
        const rest = names.filter((name) => name !== first && name !== second)
        expect(await outcomes([second, first, ...rest])).toBe(expected)
      }
    }
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(names, { minLength: names.length }), async (shuffled) => {
        expect(await outcomes(shuffled)).toBe(expected)
      }),
      { numRuns: 25 },
    )
  })
})

describe('a builder', () => {
  it('is immutable: a base can be shared', () => {
    const base = makePort().define.with((builder) => builder.noInput())
    const one = base('one').authorize('order:read').outputSchema(z.string()).action(() => 'one')
    const two = base('two').public('anybody may look').outputSchema(z.string()).action(() => 'two')
    expect(one.posture.authorization.state).toBe('met')
    expect(two.posture.authorization).toEqual({ state: 'waived', reason: 'anybody may look' })
  })

  it('gives a posture for every control', () => {
    const action = makePort().define('a').noInput().authorize('order:read').waive('rate-limit', 'called by a cron job').outputSchema(z.string()).action(() => 'one')
    expect(action.posture['rate-limit']).toEqual({ state: 'waived', reason: 'called by a cron job' })
    expect(Object.values(action.posture).every(({ state }) => ['met', 'waived', 'observed', 'not-needed'].includes(state))).toBe(true)
  })
})
