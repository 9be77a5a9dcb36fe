import { writeFileSync } from 'node:fs'
import { createPort, identityActions, type Principal } from 'sallyport'
import { sqliteStore } from 'sallyport/sqlite'
import { AGENTS } from '../agents.ts'
import { issuerOf, resourceOf } from '../auth/authorization-server.ts'
import { policy } from '../policy.ts'
import { files } from '../settings.ts'
import type { AgentClient } from './agent-client.ts'

/** What the seed of the agents is given. */
export interface AgentSeedOptions {
  readonly directory: string
  readonly origin: string
  /** Id of the administrator: a person answers for every agent. */
  readonly owner: string
  readonly client: AgentClient
  readonly now: number
}

/** What the headless agent reads: where the shop is, and with what it says who it is. Readable by its owner alone. */
export interface AgentFile extends AgentClient {
  readonly url: string
  /** Who gives it tokens: nobody else gets to see the secret. */
  readonly issuer: string
}

/**
 * Registers the shop's agents as the administrator, by the port's own actions, so that the log knows of it, and writes down for the
 * headless one with what it signs in.
 */
export async function seedAgents({ directory, origin, owner, client, now }: AgentSeedOptions): Promise<void> {
  const port = createPort({
    name: 'quayside',
    environment: 'production',
    identity: { name: 'nobody', authenticate: () => null },
    policy,
    rolesOf: (id) => (id === owner ? ['administrator'] : []),
    store: () => sqliteStore({ path: files.ledger(directory) }),
  })
  try {
    const identities = identityActions(port, { permission: 'identity:govern' })
    const principal: Principal<'administrator'> = { kind: 'user', id: owner, roles: ['administrator'], tier: 'enterprise', session: { credential: 'internal', authenticatedAt: now } }
    for (const { id, name, purpose, ceiling } of Object.values(AGENTS)) {
      // From an earlier start. Asking again would stand in the audit trail as a call that failed.
      const known = (await port.store.identities?.get(id)) ?? null
      if (known !== null) continue
      const { serverError } = await identities.register.call({ principal, input: { id, kind: 'agent', name, purpose, owner, ceiling } })
      if (serverError !== undefined) throw new Error(`The agent '${id}' could not be registered: ${serverError.message}`)
    }
    const file: AgentFile = { url: resourceOf(origin), issuer: issuerOf(origin), ...client }
    writeFileSync(files.agent(directory), JSON.stringify(file, null, 2), { mode: 0o600 })
  } finally {
    await port.close()
  }
}
