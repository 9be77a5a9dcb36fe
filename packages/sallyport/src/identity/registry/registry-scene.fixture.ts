import { expect } from 'vitest'
import type { ActionResult } from '../../action/result.ts'
import { grantActions } from '../../grants/actions.ts'
import { recordShape, trueShape } from '../../lib/shape.ts'
import { definePolicy } from '../../policy/define-policy.ts'
import { defineSecrets } from '../../secrets/secrets.ts'
import { memorySecretState } from '../../secrets/state.ts'
import type { Store } from '../../stores/types.ts'
import { createTestPort, testRequest, testUser } from '../../testing/index.ts'
import { memoryApiKeyStore } from '../api-key-store.ts'
import { apiKeys } from '../api-keys.ts'
import { firstOf } from '../first-of.ts'
import type { Principal } from '../principal.ts'
import { identityActions, type IdentityActionsOptions } from './actions.ts'
import { registryIdentity } from './registry-identity.ts'

const policy = definePolicy({ roles: { governor: ['identity:govern'], customer: ['order:read', 'order:cancel', 'grant:give'] } })
export type Permission = (typeof policy.permissions)[number]
export const code = (result: ActionResult): string | undefined => result.serverError?.code ?? (result.validationErrors === undefined ? undefined : 'INVALID_INPUT')
let count = 0

/** Opens a shop with a registry on a store that others may share: each has ids and an environment of its own. */
export async function openRegistry(open: () => Promise<Required<Store>>, options: Partial<IdentityActionsOptions<Permission>> = {}) {
  const store = await open()
  const unique = `registry-${process.pid}-${++count}`
  const roles = new Map<string, readonly string[]>([['gov', ['governor']], ['own', []], ['new', []], ['ann', ['customer']]])
  const subjectOf = (id: string) => (roles.has(id) ? { kind: 'user' as const, id, roles: roles.get(id) ?? [] } : null)
  const keys = memoryApiKeyStore()
  const identity = firstOf([registryIdentity({ identities: store.identities, grants: store.grants, environment: unique, subjectOf }), apiKeys({ store: keys })])
  const bot = `bot-${unique}`
  const person_ = `zoe-${unique}`
  const { local: _local, ...state } = memorySecretState()
  const secrets = defineSecrets({
    environment: unique,
    // As one that several processes share.
    state,
    isolation: { key: 'a fingerprint key for tests' },
    provider: { name: 'test', read: async ({ name: asked }) => ({ value: `a value of ${asked} in ${unique}`, version: '1' }) },
    secrets: {
      BOTS: { description: 'what the agent signs in with elsewhere', principal: `agent:${bot}` },
      ZOES: { description: 'what a person signs in with elsewhere', principal: person_ },
      SHARED: { description: 'what the shop signs in with', principal: 'service:shop' },
      NOBODYS: { description: 'what belongs to nobody' },
      ACMES: { description: 'what a person signs in with elsewhere, for a tenant', principal: `user:${person_}`, tenant: 'acme' },
      TEAMS: { description: 'what a person answers for and others use', owner: person_ },
    },
  })
  await secrets.load()
  const port = createTestPort<Principal, Permission>({ name: unique, environment: unique, policy, store, identity, secrets, rolesOf: (id) => roles.get(id) ?? null })
  const ran: string[] = []
  const left: string[] = []
  const cancel = port.define('order.cancel').noInput().authorize('order:cancel').outputSchema(recordShape({ done: trueShape() })).action(({ principal }) => {
    ran.push(`${principal.kind} ${principal.id} for ${principal.subject?.id ?? 'itself'}`)
    return { done: true } as const
  })
  const person = (id: string): Principal => testUser(id, roles.get(id) ?? [], { tier: 'enterprise', session: { credential: 'internal', authenticatedAt: port.clock.now() } })
  const identities = identityActions(port, { permission: 'identity:govern', actions: [cancel], alsoEnd: (id, { tenant }) => void left.push(tenant === undefined ? id : `${id} of ${tenant}`), ...options })
  const grants = grantActions(port, { permission: 'grant:give', actions: [cancel] })
  const register = (more: object = {}) =>
    identities.register.call({
      principal: person('gov'),
      input: { id: bot, kind: 'agent', name: 'Helper', purpose: 'Cancels orders when asked to.', owner: 'own', ceiling: ['order:cancel'], ...more },
    })
  const one = (action: 'suspend' | 'activate' | 'revoke', by = 'gov') => identities[action].call({ principal: person(by), input: { identityId: bot } }) as Promise<ActionResult>
  const rotate = async (more: object = {}): Promise<string> => {
    const issued = await identities.rotate.call({ principal: person('gov'), input: { identityId: bot, ...more } })
    expect(code(issued)).toBeUndefined()
    return issued.data?.secret ?? ''
  }
  /** A request of the agent, as it would come over a network. */
  const ask = async (secret: string, headers: object = {}): Promise<string | undefined> => {
    const all = new Headers({ host: 'shop.example', authorization: `Bearer ${secret}`, 'user-agent': 'helper/1', ...headers })
    return (await cancel.handle(testRequest({}, { headers: all }), undefined)).result.serverError?.code
  }
  const give = () => grants.give.call({ principal: person('ann'), input: { actor: bot, actions: ['order.cancel'], forMe: true, uses: 100, seconds: 3_600, token: true } })
  return { store, port, roles, ran, left, cancel, person, identities, grants, keys, secrets, leaver: person_, bot, register, one, rotate, ask, give }
}
