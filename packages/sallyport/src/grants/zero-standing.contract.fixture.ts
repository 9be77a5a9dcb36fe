import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnyAction } from '../action/action.ts'
import { approvalActions } from '../approvals/actions.ts'
import { identityActions } from '../identity/registry/actions.ts'
import type { Principal, Subject } from '../identity/principal.ts'
import { integerShape, recordShape, textShape } from '../lib/shape.ts'
import { limitActions } from '../limits/actions.ts'
import { definePolicy } from '../policy/define-policy.ts'
import type { Store } from '../stores/types.ts'
import { createTestPort, testUser } from '../testing/index.ts'
import { grantActions } from './actions.ts'

const policy = definePolicy({ roles: { all: ['order:read', 'order:cancel', 'price:update', 'price:approve', 'grant:give', 'grant:govern', 'identity:govern'] } })
type Permission = (typeof policy.permissions)[number]
let count = 0

/** For every action and every principal that is no person: with no grant, nothing privileged runs. */
export function zeroStandingContract(name: string, open: () => Promise<Required<Store>>, numRuns: number): void {
  describe(`zero standing privilege, on ${name}`, () => {
    async function everyAction() {
      const unique = `standing-${process.pid}-${++count}`
      const store = await open()
      const port = createTestPort<Principal, Permission>({ name: unique, environment: unique, policy, store, rolesOf: () => ['all'], tiers: { agent: { requestsPerMinute: 1e6, tokensPerHour: 1e6 } as never } })
      const ran: string[] = []
      const order = recordShape({ orderId: textShape(20) })
      const own: [AnyAction, unknown][] = [
        [port.define('order.read').noInput().authorize('order:read').waive('projection', 'looked at by no one').action(() => void ran.push('read')), undefined],
        [port.define('order.cancel').inputSchema(order).authorize('order:cancel', { resource: () => ({ id: '1' }) }).waive('projection', 'looked at by no one').action(() => void ran.push('cancel')), { orderId: '1' }],
        [port.define('order.list').noInput().authorize('order:read', { scope: () => ({}) }).waive('projection', 'looked at by no one').action(() => void ran.push('list')), undefined],
        [port.define('order.watch').noInput().authorize('order:read').observe('authorization', 'only watched for now', '2099-01-01').waive('projection', 'looked at by no one').action(() => void ran.push('watch')), undefined],
        [port.define('order.repeat').noInput().authorize('order:read').idempotent(() => 'key').waive('projection', 'looked at by no one').action(() => void ran.push('repeat')), undefined],
        [
          port.define('price.change').inputSchema(recordShape({ price: integerShape(1) })).authorize('price:update').approval({ approvers: 'price:approve' })
            .waive('projection', 'looked at by no one').action(() => void ran.push('change')),
          { price: 1 },
        ],
      ]
      const actions = own.map(([action]) => action)
      const { resume: _resume, ...approvals } = approvalActions(port, { permission: 'price:approve', actions })
      const grants = grantActions(port, { permission: 'grant:give', governPermission: 'grant:govern', actions })
      const identities = identityActions(port, { permission: 'identity:govern', actions })
      const limits = limitActions(port, { permission: 'identity:govern' })
      const inputs: Readonly<Record<string, unknown>> = {
        approvalId: 'x', justification: 'There is no time to wait for anybody.', identityId: 'x', grantId: 'x', requestId: 'x', decision: 'give', actor: 'bot', actions: ['order.read'],
        forMe: true, reason: 'Because somebody said please.', tokens: 1, hours: 1, minutes: 1, id: 'bot', kind: 'agent', name: 'Bot', purpose: 'Does what it is told.', owner: 'ann', ceiling: [], personId: 'x',
      }
      const library = [...Object.values(approvals), ...Object.values(grants), ...Object.values(identities), ...Object.values(limits)].map((action): [AnyAction, unknown] => [action as unknown as AnyAction, inputFor(action as unknown as AnyAction, inputs)])
      return { port, ran, all: [...own, ...library] }
    }

    const id = fc.constantFrom('bot', 'ann', 'batch', 'x')
    const subject: fc.Arbitrary<Subject | undefined> = fc.option(fc.constant({ kind: 'user' as const, id: 'ann', roles: ['all'] }), { nil: undefined })
    const machine = fc.record({ kind: fc.constantFrom('agent' as const, 'service' as const), id, subject, owner: fc.option(id, { nil: undefined }), chain: fc.option(fc.array(id, { maxLength: 2 }), { nil: undefined }), roles: fc.constantFrom([], ['all']), tenant: fc.option(fc.constant('acme'), { nil: undefined }) })

    it('runs nothing privileged for any agent or service', async () => {
      const { port, ran, all } = await everyAction()
      // Those of the test, and every action that the library defines itself.
      expect(new Set(all.map(([action]) => action.name)).size).toBe(6 + 9 + 8 + 11 + 4)
      await fc.assert(
        fc.asyncProperty(machine, async (one) => {
          const known = Object.fromEntries(Object.entries(one).filter(([, value]) => value !== undefined))
          const session = { credential: 'bearer', authenticatedAt: port.clock.now() } as const
          const principal = { ...known, tier: 'agent', ceiling: policy.permissions, session } as unknown as Principal
          for (const [action, input] of all) {
            const result = await action.call({ principal, input })
            if (action.definition.access.kind === 'public') continue
            const refused = result.serverError?.code ?? (result.validationErrors === undefined ? 'ran' : 'invalid')
            expect([action.name, refused]).toEqual([action.name, expect.stringMatching(/^(?:GRANT_REQUIRED|FORBIDDEN|NOT_FOUND)$/)])
          }
        }),
        { numRuns },
      )
      expect(ran).toEqual([])
      const privileged = new Set(all.filter(([action]) => action.definition.access.kind !== 'public').map(([action]) => action.name))
      await port.store.ledger.flush()
      const intents = (await port.events()).filter(({ event }) => event.kind === 'intent' && event.facts.environment === port.environment && privileged.has(event.facts.action))
      expect(intents).toEqual([])
    })

    it('would have run for a person: the calls are real ones', async () => {
      const { ran, all } = await everyAction()
      const ann = testUser('ann', ['all'], { tier: 'agent' })
      for (const [action, input] of all.slice(0, 5)) expect((await action.call({ principal: ann, input })).serverError).toBeUndefined()
      expect(ran).toEqual(['read', 'cancel', 'list', 'watch', 'repeat'])
    })
  })
}

/** The part of the inputs that an action takes: what its JSON Schema requires. */
function inputFor({ definition }: AnyAction, inputs: Readonly<Record<string, unknown>>): unknown {
  if (definition.input.kind === 'none') return undefined
  const { required = [] } = (definition.input.schema['~standard'].jsonSchema?.input({ target: 'draft-2020-12' }) ?? {}) as { readonly required?: readonly string[] }
  return Object.fromEntries(required.map((name) => [name, inputs[name]]))
}
