// One question to five policies: may this customer update this order of theirs? Each is set up as its makers advise for speed.
import { AbilityBuilder, createMongoAbility, subject } from '@casl/ability'
import cedar from '@cedar-policy/cedar-wasm/nodejs'
import { newEnforcer, newModelFromString, type Enforcer } from 'casbin'
import { createPort, definePolicy, type Principal } from 'sallyport'
import { memoryStore } from 'sallyport/memory'
import { Call } from '../../packages/sallyport/src/pipeline/call.ts'
import { authorization } from '../../packages/sallyport/src/pipeline/controls/authorization.ts'

const ROUNDS = 40

/** The first quartile of a list. */
export function quartile(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 4)] ?? Number.NaN
}

const order = { id: 'o1', userId: 'u1', version: 1 }
const foreign = { id: 'o2', userId: 'u2', version: 1 }

/** Nanoseconds of one decision, by policy: the first quartile of rounds in which all take turns. */
export async function measurePolicies(): Promise<Record<'plain' | 'sallyport' | 'casl' | 'casbin' | 'cedar', number>> {
  const candidates = { plain: plain(), sallyport: sallyport(), casl: casl(), casbin: await casbin(), cedar: cedarPolicy() }
  for (const [name, { decide, decideForeign }] of Object.entries(candidates)) {
    if ((await decide()) !== true || (await decideForeign()) !== false) throw new Error(`${name} decides wrongly`)
  }
  const times: Record<string, number[]> = {}
  for (let round = -2; round < ROUNDS; round++) {
    for (const [name, { decide, calls }] of Object.entries(candidates)) {
      const started = performance.now()
      for (let i = 0; i < calls; i++) {
        const answer = decide()
        if (answer !== true) await answer
      }
      if (round >= 0) (times[name] ??= []).push(((performance.now() - started) * 1e6) / calls)
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, list]) => [name, quartile(list)])) as Record<keyof typeof candidates, number>
}

/** What one would write by hand: a role map and a predicate, asked through one function with who, what and which. */
function plain() {
  const roles: Readonly<Record<string, ReadonlySet<string>>> = { customer: new Set(['order:read', 'order:update']), manager: new Set(['order:read', 'price:update']) }
  const predicates: Readonly<Record<string, (user: { readonly id: string }, one: typeof order) => boolean>> = { 'order:update': (user, one) => one.userId === user.id }
  const may = (user: { readonly id: string; readonly roles: readonly string[] }, permission: string, one: typeof order): boolean =>
    user.roles.some((role) => roles[role]?.has(permission) === true) && predicates[permission]?.(user, one) !== false
  // Another user and order each time, or the compiler works the answer out once.
  const users = Array.from({ length: 64 }, (_, i) => ({ id: `u${i}`, roles: ['customer'] }))
  const orders = users.map(({ id }, i) => ({ id: `o${i}`, userId: id, version: i }))
  let at = 0
  const decide = (): boolean => {
    at = (at + 1) & 63
    return may(users[at] as (typeof users)[number], 'order:update', orders[at] as typeof order)
  }
  return { decide, decideForeign: () => may({ id: 'u1', roles: ['customer'] }, 'order:update', foreign), calls: 50_000 }
}

/** The control `authorization` of an action, as the pipeline runs it: permission, resource, owner. */
function sallyport() {
  const port = createPort<Principal, 'order:read' | 'order:update' | 'price:update'>({
    name: 'bench-policy', environment: 'bench', identity: { name: 'none', authenticate: () => null }, store: memoryStore(), schemaAudit: 'off',
    policy: definePolicy({ roles: { customer: ['order:read', 'order:update'], manager: ['order:read', 'price:update'] } }),
  })
  const users = Array.from({ length: 64 }, (_, i): Principal => ({ kind: 'user', id: `u${i}`, roles: ['customer'], session: { credential: 'internal' } }))
  const orders = users.map(({ id }, i) => ({ id: `o${i}`, userId: id, version: i }))
  let loaded = order
  let at = 0
  const action = port.define('order.update').noInput().authorize('order:update', { resource: () => loaded, owner: ({ userId }) => userId }).waive('projection', 'nothing is returned').action(() => undefined)
  const check = authorization.prepare(action.definition, port.runtime)
  const call = new Call(port.runtime, action.definition, { request: null, vouched: true, principal: users[1] as Principal, clientInput: undefined, bindArgs: [], prevResult: undefined, approval: null, signal: undefined, refused: undefined })
  const decide = (): boolean => typeof check?.(call) === 'symbol'
  return {
    decide: () => {
      at = (at + 1) & 63
      call.principal = users[at] as Principal
      loaded = orders[at] as typeof order
      return decide()
    },
    decideForeign: () => {
      call.principal = users[1] as Principal
      loaded = foreign
      try {
        return decide()
      } catch {
        return false
      }
    },
    calls: 50_000,
  }
}

/** CASL, with the ability kept for the session. */
function casl() {
  const { can, build } = new AbilityBuilder(createMongoAbility)
  can(['read', 'update'], 'Order', { userId: 'u1' })
  can('read', 'Price')
  const ability = build()
  const mine = subject('Order', { ...order })
  const theirs = subject('Order', { ...foreign })
  return { decide: () => ability.can('update', mine), decideForeign: () => ability.can('update', theirs), calls: 50_000 }
}

/** casbin: RBAC with ownership in the matcher. */
async function casbin() {
  const model = newModelFromString(`
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = g(r.sub, p.sub) && r.obj.type == p.obj && r.act == p.act && r.obj.userId == r.sub
`)
  const enforcer: Enforcer = await newEnforcer(model)
  await enforcer.addPolicies([['customer', 'order', 'read'], ['customer', 'order', 'update'], ['manager', 'price', 'update']])
  await enforcer.addRoleForUser('u1', 'customer')
  const ask = (one: typeof order): Promise<boolean> => enforcer.enforce('u1', { ...one, type: 'order' }, 'update')
  return { decide: () => ask(order), decideForeign: () => ask(foreign), calls: 400 }
}

/** Cedar, with the policies parsed before. */
function cedarPolicy() {
  const staticPolicies = `
permit (principal in Role::"customer", action in [Action::"read", Action::"update"], resource is Order) when { resource.owner == principal };
permit (principal in Role::"manager", action == Action::"update", resource is Price);`
  const parsed = cedar.preparsePolicySet('bench', { staticPolicies })
  if (parsed.type !== 'success') throw new Error('Cedar does not read the policies')
  const role = { type: 'Role', id: 'customer' }
  const user = { type: 'User', id: 'u1' }
  const ask = (one: typeof order): boolean => {
    const resource = { type: 'Order', id: one.id }
    const answer = cedar.statefulIsAuthorized({
      principal: user, action: { type: 'Action', id: 'update' }, resource, context: {}, preparsedPolicySetId: 'bench',
      entities: [
        { uid: user, attrs: {}, parents: [role] },
        { uid: resource, attrs: { owner: { __entity: { type: 'User', id: one.userId } } }, parents: [] },
      ],
    })
    return answer.type === 'success' && answer.response.decision === 'allow'
  }
  return { decide: () => ask(order), decideForeign: () => ask(foreign), calls: 400 }
}
