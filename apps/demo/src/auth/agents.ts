import 'server-only'
import { registryIdentity, SallyportError, type IdentityProvider, type IdentityRecord, type IdentityStore, type Principal } from 'sallyport'
import { jwks, jwtIdentity } from 'sallyport/jwt'
import { once } from '../once.ts'
import { readSettings } from '../settings.ts'
import { store } from '../store.ts'
import { AGENT_CLAIM, issuerOf, resourceOf } from './authorization-server.ts'
import { rolesOf } from './names.ts'

/** The environment in which the shop's agents are registered: the port's own. */
export const ENVIRONMENT = 'production'

/** Lets agents in by tokens of the shop's authorization server, and by credentials of the registry. Made when the first one comes, for `next build` has no registry. */
export const agentIdentity: IdentityProvider = {
  name: 'agents',
  authenticate: (request, options) => once('agent-identity', registry).authenticate(request, options),
}

function registry(): IdentityProvider {
  return registryIdentity({
    identities: identities(),
    grants: store().grants,
    environment: ENVIRONMENT,
    tokens: agentTokens(readSettings().origin),
    subjectOf: async (id) => {
      const roles = await rolesOf(id)
      return roles.length === 0 ? null : { kind: 'user', id, roles }
    },
  })
}

/** Reads access tokens for the MCP server. Which agent a token is of stands in it; what that agent may do does not. */
function agentTokens(origin: string): IdentityProvider {
  return jwtIdentity({
    keys: jwks(`${issuerOf(origin)}/jwks`),
    algorithms: ['EdDSA'],
    typ: 'at+jwt',
    issuer: issuerOf(origin),
    audience: resourceOf(origin),
    toPrincipal: ({ [AGENT_CLAIM]: agent }) => (typeof agent === 'string' ? { kind: 'agent', id: agent, roles: [] } : null),
  })
}

/**
 * An agent that runs in this process, acting for the person who is signed in. What the registry says of it holds at this
 * moment: suspended, it is nobody.
 */
export async function agentFor(agentId: string, { id, roles }: Principal): Promise<Principal> {
  const agent = await identities().get(agentId)
  if (agent?.state !== 'active') throw new SallyportError('FORBIDDEN', { reason: `the agent '${agentId}' is ${agent?.state ?? 'not registered'}` })
  return { kind: 'agent', id: agent.id, roles: [], ceiling: agent.ceiling, owner: agent.owner, subject: { kind: 'user', id, roles }, session: { credential: 'internal' } }
}

/** What people call an agent. */
export async function agentName(id: string): Promise<string> {
  return (await identities().get(id))?.name ?? 'An agent that has left'
}

/** Every agent that is registered. */
export async function listAgents(): Promise<readonly IdentityRecord[]> {
  return identities().list({ environment: ENVIRONMENT, limit: 50 })
}

function identities(): IdentityStore {
  const { identities: found } = store()
  if (found === undefined) throw new Error('The store has no registry')
  return found
}
