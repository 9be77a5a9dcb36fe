import { writeFileSync } from 'node:fs'
import { createPort, identityActions, type Principal } from 'sallyport'
import { sqliteStore } from 'sallyport/sqlite'
import { AGENTS } from '../agents.ts'
import { policy } from '../policy.ts'
import { files } from '../settings.ts'

const LIFE_DAYS = 7

/** What the seed of the agents is given. */
export interface AgentSeedOptions {
  readonly directory: string
  readonly origin: string
  /** Id of the administrator: a person answers for every agent. */
  readonly owner: string
  readonly now: number
}

/** What the headless agent reads: where the shop is, and with what it says who it is. Readable by its owner alone. */
export interface AgentFile {
  readonly url: string
  readonly credential: string
  /** Epoch milliseconds. */
  readonly expiresAt: number
}

/**
 * Registers the shop's agents as the administrator, by the port's own actions, so that the log knows of it. The headless one gets
 * a new credential at each start; the one before it stops working.
 */
export async function seedAgents({ directory, origin, owner, now }: AgentSeedOptions): Promise<void> {
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
      const { serverError } = await identities.register.call({ principal, input: { id, kind: 'agent', name, purpose, owner, ceiling } })
      if (serverError !== undefined && serverError.code !== 'CONFLICT') throw new Error(`The agent '${id}' could not be registered: ${serverError.message}`)
    }
    const { data } = await identities.rotate.call({ principal, input: { identityId: AGENTS.terminal.id, days: LIFE_DAYS } })
    if (data === undefined) throw new Error('The headless agent got no credential')
    const file: AgentFile = { url: `${origin}/mcp`, credential: data.secret, expiresAt: data.expiresAt }
    writeFileSync(files.agent(directory), JSON.stringify(file, null, 2), { mode: 0o600 })
  } finally {
    await port.close()
  }
}
