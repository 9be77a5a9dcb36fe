import { describe, expect, it } from 'vitest'
import type { ActionResult } from '../action/result.ts'
import { SallyportError } from '../errors/sallyport-error.ts'
import type { Principal } from '../identity/principal.ts'
import { integerShape, recordShape, textShape } from '../lib/shape.ts'
import { definePolicy } from '../policy/define-policy.ts'
import type { Store } from '../stores/types.ts'
import { createTestPort, testAgent, testRequest, testUser } from '../testing/index.ts'

const policy = definePolicy({ roles: { customer: ['order:pay'] } })
const code = (result: ActionResult): string | undefined => result.serverError?.code

/** What `.idempotent()` does, on every store. */
export function idempotencyContract(name: string, open: () => Promise<Store>): void {
  describe(`idempotent actions, on ${name}`, () => {
    let shops = 0

    async function opened(work: (amount: number) => unknown = () => undefined) {
      const store = await open()
      const unique = `idempotency-${process.pid}-${name}-${++shops}`
      const roles = new Map([['bea', ['customer']]])
      const port = createTestPort<Principal, 'order:pay'>({ name: unique, environment: unique, policy, store, rolesOf: (id) => roles.get(id) ?? null })
      const ran: number[] = []
      const pay = port
        .define('order.pay')
        .inputSchema(recordShape({ amount: integerShape(1), key: textShape(100, { min: 0 }) }))
        .authorize('order:pay')
        .idempotent(({ parsedInput, header }) => header('idempotency-key') ?? parsedInput.key, { for: '1h' })
        .waive('projection', 'The test looks at what comes back.')
        .action(async ({ parsedInput: { amount } }) => {
          ran.push(amount)
          return (await work(amount)) ?? { paid: amount, at: new Date(amount) }
        })
      const ann = testUser('ann', ['customer'], { tier: 'enterprise' })
      const call = (amount: number, key: string, principal: Principal = ann): Promise<ActionResult> => pay.call({ principal, input: { amount, key } })
      return { port, pay, ran, ann, call, roles }
    }

    it('runs once and gives the first result again, dates and all', async () => {
      const { ran, call } = await opened()
      const first = await call(5, 'k')
      expect(await call(5, 'k')).toEqual(first)
      expect(first).toEqual({ data: { paid: 5, at: new Date(5) } })
      expect(ran).toEqual([5])
    })

    it('runs once when the same call comes many times at once', async () => {
      const { ran, call } = await opened()
      const results = await Promise.all(Array.from({ length: 16 }, () => call(5, 'k')))
      expect(ran).toEqual([5])
      for (const result of results) expect(result.data !== undefined || code(result) === 'CONFLICT').toBe(true)
    })

    it('refuses the key with another input', async () => {
      const { ran, call } = await opened()
      await call(5, 'k')
      expect(code(await call(6, 'k'))).toBe('CONFLICT')
      expect(ran).toEqual([5])
    })

    it('keeps principals, and keys, apart', async () => {
      const { ran, call } = await opened()
      await call(5, 'k')
      await call(5, 'k', testUser('bea', ['customer']))
      await call(5, 'k', { ...testUser('ann', ['customer']), tenant: 'acme' })
      await call(5, 'other')
      expect(ran).toEqual([5, 5, 5, 5])
    })

    it('runs again when the declared time is over', async () => {
      const { ran, call, port } = await opened()
      await call(5, 'k')
      await port.clock.advance(3_600_000)
      await call(5, 'k')
      expect(ran).toEqual([5, 5])
    })

    it('does not run again what failed once it had started', async () => {
      const { ran, call } = await opened(() => {
        throw new SallyportError('UNAVAILABLE', { reason: 'the bank is away' })
      })
      const first = await call(5, 'k')
      expect(code(first)).toBe('UNAVAILABLE')
      expect(await call(5, 'k')).toEqual(first)
      expect(ran).toEqual([5])
    })

    it('leaves the key free when the call was refused before it ran', async () => {
      const { ran, call, port } = await opened()
      const agent = testAgent('bot', ['order:pay'], { subject: testUser('ann', ['customer']) })
      expect(code(await call(5, 'k', agent))).toBe('GRANT_REQUIRED')
      const now = port.clock.now()
      const grantId = `grant-${port.environment}`
      await port.store.grants.create({
        id: grantId, environment: port.environment, subject: 'ann', actor: 'bot', chain: [], actions: ['order.pay'], resources: null, input: null, fields: null,
        maxUses: 1, uses: 0, notBefore: now, expiresAt: now + 60_000, parentId: null, grantedBy: 'ann', revokedAt: null, createdAt: now,
      })
      expect(code(await call(5, 'k', agent))).toBeUndefined()
      // A repeat takes no use; without the grant there is no result either.
      expect(code(await call(5, 'k', agent))).toBeUndefined()
      await port.store.grants.revoke(grantId, now)
      expect(code(await call(5, 'k', agent))).toBe('GRANT_REQUIRED')
      expect(ran).toEqual([5])
    })

    it('gives the first result again within what the giver of its grant still holds, and for its task alone', async () => {
      const { call, port, roles } = await opened()
      const now = port.clock.now()
      await port.store.grants.create({
        id: `grant-${port.environment}`, environment: port.environment, subject: null, actor: 'bot', chain: [], taskId: 'one', actions: ['order.pay'], resources: null, input: null, fields: null,
        maxUses: 1, uses: 0, notBefore: now, expiresAt: now + 60_000, parentId: null, grantedBy: 'bea', revokedAt: null, createdAt: now,
      })
      const bot = testAgent('bot', ['order:pay'], { tier: 'enterprise', task: 'one' })
      const first = await call(5, 'k', bot)
      expect(code(first)).toBeUndefined()
      expect(await call(5, 'k', bot)).toEqual(first)
      expect(code(await call(5, 'k', { ...bot, task: 'two' }))).toBe('GRANT_REQUIRED')
      roles.delete('bea')
      expect(code(await call(5, 'k', bot))).toBe('GRANT_REQUIRED')
    })

    it('claims the key in the transaction of the intent, with the grant: all of it or nothing', async () => {
      const { port } = await opened()
      const { environment, store, clock } = port
      const now = clock.now()
      const grantId = `grant-${environment}`
      await store.grants.create({
        id: grantId, environment, subject: 'ann', actor: 'bot', chain: [], actions: ['order.pay'], resources: null, input: null, fields: null,
        maxUses: 2, uses: 0, notBefore: now, expiresAt: now + 60_000, parentId: null, grantedBy: 'ann', revokedAt: null, createdAt: now,
      })
      const key = `key-${environment}`
      await store.idempotency?.find(key, now)
      const admit = (id: string, more: object) =>
        store.ledger.admit({
          intent: { kind: 'intent', id: `${environment}-${id}`, time: now, facts: { action: 'order.pay', definitionHash: '', environment, transport: 'direct', passed: [], version: '0' } },
          claim: { key, inputDigest: 'd', callId: `${environment}-${id}`, createdAt: now, expiresAt: now + 1_000, state: 'running', grantId: null, result: null }, ...more,
        })
      expect(await admit('1', { grant: { id: 'no-such-grant', now } })).toMatchObject({ admitted: false, by: 'grant' })
      expect(await store.idempotency?.find(key, now)).toBeNull()
      const all = await Promise.all(Array.from({ length: 16 }, (_, i) => admit(`many-${i}`, { grant: { id: grantId, now } })))
      expect(all.filter(({ admitted }) => admitted)).toHaveLength(1)
      // Two uses were there; those that did not get the key took none.
      expect((await store.grants.get(grantId))?.uses).toBe(1)
      expect(await store.idempotency?.find(key, now)).toMatchObject({ state: 'running', callId: expect.stringMatching(/-many-/) as string })
      expect(await admit('2', {})).toMatchObject({ admitted: false, by: 'claim' })
      const events = (await store.ledger.events.search({ action: 'order.pay', limit: 1_000 })).filter(({ event }) => event.kind === 'intent' && event.facts.environment === environment)
      expect(events).toHaveLength(1)
    })

    it('never runs again what a process began and did not end, until the declared time is over', async () => {
      const { port, ran, call } = await opened()
      const { complete } = port.store.idempotency as { complete: unknown }
      // A process that dies between intent and result keeps nothing.
      Object.assign(port.store.idempotency as object, { complete: () => undefined })
      await call(5, 'k')
      Object.assign(port.store.idempotency as object, { complete })
      await port.clock.advance(3_599_999)
      expect(await call(5, 'k')).toMatchObject({ serverError: { code: 'CONFLICT', retryAfterMs: 1_000 } })
      await port.clock.advance(1)
      expect(code(await call(5, 'k'))).toBeUndefined()
      expect(ran).toEqual([5, 5])
    })

    it('asks for authorisation at each repeat, and tells the log that nothing ran', async () => {
      const { call, port } = await opened()
      await call(5, 'k')
      expect(code(await call(5, 'k', testUser('ann', [])))).toBe('FORBIDDEN')
      await call(5, 'k')
      await port.store.ledger.flush()
      const events = (await port.events()).map(({ event }) => event).filter((event) => event.kind === 'outcome' && (event.facts ?? event.call)?.environment === port.environment)
      expect(events.filter((event) => event.kind === 'outcome' && event.outcome === 'success').at(-1)).toMatchObject({ reason: expect.stringContaining('was given again') as string })
    })

    it('takes the key from a header, and refuses a call without one', async () => {
      const { pay, ran, port, ann, call } = await opened()
      expect(code(await call(5, ''))).toBe('INVALID_INPUT')
      port.signIn(ann)
      const request = testRequest({ 'idempotency-key': 'k' })
      await pay.handle(request, { amount: 5, key: '' })
      await pay.handle(request, { amount: 5, key: '' })
      expect(ran).toEqual([5])
    })
  })
}
