import { expect, it } from 'vitest'
import type { Principal } from '../identity/principal.ts'
import { recordShape, textShape, trueShape } from '../lib/shape.ts'
import { definePolicy } from '../policy/define-policy.ts'
import { memoryStore } from '../stores/memory/store.ts'
import { createTestPort, testAgent, testUser } from '../testing/index.ts'
import type { GrantRecord } from './types.ts'

const policy = definePolicy({ roles: { customer: ['order:cancel'], other: ['order:read'] } })

/** What makes a grant cover the call, and each way in which it does not. */
const GRANTS: Readonly<Record<string, Partial<GrantRecord> | null>> = {
  'a live one': {},
  'one for the task': { taskId: 'refund-7' },
  'one for the resource': { resources: { order: ['1', '2'] } },
  'one for the input': { input: { orderId: ['1'] } },
  none: null,
  'one that is revoked': { revokedAt: 1 },
  'one that has expired': { expiresAt: 1 },
  'an early one': { notBefore: Number.MAX_SAFE_INTEGER - 1 },
  'one that is used up': { uses: 9 },
  'one of another agent': { actor: 'rob' },
  'one for another person': { subject: 'bea' },
  'one for another action': { actions: ['order.read'] },
  'one of another tenant': { tenant: 'acme' },
  'one of another environment': { environment: 'elsewhere' },
  'one for another task': { taskId: 'refund-8' },
  'one for another resource': { resources: { order: ['2'] } },
  'one for another type of resource': { resources: { product: ['1'] } },
  'one for another input': { input: { orderId: ['2'] } },
}
const COVERS = new Set(['a live one', 'one for the task', 'one for the resource', 'one for the input'])
const both = [true, false] as const

it('is what the subject, or the giver, holds now, the ceiling, a live grant and the policy have in common: whichever is missing, nothing runs', async () => {
  let calls = 0
  let ran = 0
  for (const careless of both) for (const forSomebody of both) for (const held of both) for (const ceiling of both) for (const permitted of both) for (const [name, change] of Object.entries(GRANTS)) {
    // Without a subject the grant must name none.
    if (!forSomebody && change?.subject !== undefined) continue
    const roles = held ? ['customer'] : ['other']
    const store = memoryStore()
    // A store that gives grants of anybody, dead or alive, opens nothing either.
    const grants = careless ? { ...store.grants, find: () => store.grants.list({}) } : store.grants
    const port = createTestPort<Principal, string>({ store: { ...store, grants }, policy: { ...policy, decide: () => ({ effect: permitted ? 'permit' : 'deny' }) }, rolesOf: () => roles })
    const before = ran
    const cancel = port.define('order.cancel').inputSchema(recordShape({ orderId: textShape(9) })).authorize('order:cancel', { resource: ({ parsedInput }) => ({ id: parsedInput.orderId }) })
      .outputSchema(recordShape({ done: trueShape() })).action(() => {
        ran++
        return { done: true } as const
      })
    if (change !== null) {
      const created = await port.store.grants.create({
        id: 'g', environment: 'test', subject: forSomebody ? 'ann' : null, actor: 'bot', chain: [], actions: ['order.cancel'], resources: null, input: null, fields: null, maxUses: 9, uses: 0, notBefore: 0,
        expiresAt: Number.MAX_SAFE_INTEGER, parentId: null, grantedBy: 'ann', revokedAt: null, createdAt: 0, ...change,
      })
      expect(created).toBe(true)
    }
    const agent = testAgent('bot', ceiling ? ['order:cancel'] : ['order:read'], { task: 'refund-7', ...(forSomebody ? { subject: testUser('ann', roles) } : {}) })
    const result = await cancel.call({ principal: agent, input: { orderId: '1' } })
    const may = held && ceiling && permitted && COVERS.has(name)
    expect([name, { careless, forSomebody, held, ceiling, permitted }, result.data !== undefined, ran - before]).toEqual([name, { careless, forSomebody, held, ceiling, permitted }, may, may ? 1 : 0])
    calls++
  }
  expect([calls, ran]).toEqual([2 * (8 * Object.keys(GRANTS).length + 8 * (Object.keys(GRANTS).length - 1)), 4 * COVERS.size])
})

it('of who acts for itself is what the giver holds in the tenant of the grant, whatever they hold elsewhere', async () => {
  const port = createTestPort<Principal, string>({ policy, rolesOf: (_id, { tenant }) => (tenant === 'acme' ? ['customer'] : tenant === 'globex' ? [] : null) })
  const cancel = port.define('order.cancel').noInput().authorize('order:cancel').outputSchema(recordShape({ done: trueShape() })).action(() => ({ done: true }) as const)
  for (const tenant of ['acme', 'globex', undefined]) {
    const ofTenant = tenant === undefined ? {} : { tenant }
    await port.store.grants.create({
      id: `g-${tenant}`, environment: 'test', ...ofTenant, subject: null, actor: 'bot', chain: [], actions: ['order.cancel'], resources: null, input: null, fields: null, maxUses: 9, uses: 0, notBefore: 0,
      expiresAt: Number.MAX_SAFE_INTEGER, parentId: null, grantedBy: 'ann', revokedAt: null, createdAt: 0,
    })
    const result = await cancel.call({ principal: testAgent('bot', ['order:cancel'], ofTenant), input: undefined })
    expect([tenant, result.serverError?.code]).toEqual([tenant, tenant === 'acme' ? undefined : 'GRANT_REQUIRED'])
  }
})
