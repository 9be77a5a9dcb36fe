import type { createAuth } from '../auth/create-auth.ts'
import { AGENT_CLAIM } from '../auth/authorization-server.ts'
import { AGENTS } from '../agents.ts'
import { SCOPES } from '../scopes.ts'

/** With what the headless agent gets its tokens. */
export interface AgentClient {
  readonly clientId: string
  readonly clientSecret: string
}

/**
 * Registers the headless agent as a client of the authorization server, as the administrator, and gives it a new secret at each
 * start: the one before it stops working.
 */
export async function seedAgentClient(auth: ReturnType<typeof createAuth>['auth'], administrator: { readonly email: string; readonly password: string }): Promise<AgentClient> {
  const signedIn = await auth.api.signInEmail({ body: administrator, asResponse: true })
  const headers = new Headers({ cookie: signedIn.headers.getSetCookie().map((cookie) => cookie.split(';')[0]).join('; ') })
  try {
    const { id, name } = AGENTS.terminal
    const known = ((await auth.api.getOAuthClients({ headers })) ?? []).find((client) => client.client_name === name)
    const { client_id: clientId, client_secret: clientSecret } =
      known === undefined
        ? await auth.api.adminCreateOAuthClient({
            headers,
            body: { client_name: name, grant_types: ['client_credentials'], token_endpoint_auth_method: 'client_secret_basic', client_credentials_scopes: Object.values(SCOPES), metadata: { [AGENT_CLAIM]: id } },
          })
        : await auth.api.rotateClientSecret({ headers, body: { client_id: known.client_id } })
    if (clientSecret === undefined) throw new Error('The headless agent got no secret')
    return { clientId, clientSecret }
  } finally {
    await auth.api.signOut({ headers })
  }
}
