import { oauthProvider } from '@better-auth/oauth-provider'
import { APIError } from 'better-auth/api'
import { jwt } from 'better-auth/plugins'
import { SCOPES } from '../scopes.ts'

/** Names the registered agent in an access token: a client is how an agent signs in, not who it is. */
export const AGENT_CLAIM = 'agent'

/** Where tokens for the shop's MCP server come from: what their `iss` says. */
export const issuerOf = (origin: string): string => `${origin}/api/auth`

/** The shop's MCP server: what the `aud` of its tokens says. */
export const resourceOf = (origin: string): string => `${origin}/mcp`

/**
 * The shop as an OAuth 2.1 authorization server for its own agents: client credentials alone, tokens of five minutes (RFC 9068) for the
 * MCP server and nothing else, signed with keys that Better Auth makes and publishes. People sign in elsewhere: no code flow, no consent.
 * An agent that `isActive` says no to gets none: the registry would let nobody in by it.
 */
export function authorizationServer(origin: string, isActive: (agentId: string) => Promise<boolean>) {
  return [
    jwt({ jwt: { issuer: issuerOf(origin) }, disableSettingJwtHeader: true }),
    oauthProvider({
      loginPage: '/sign-in',
      consentPage: '/sign-in',
      scopes: Object.values(SCOPES),
      grantTypes: ['client_credentials'],
      resources: [resourceOf(origin)],
      enforcePerClientResources: false,
      m2mAccessTokenExpiresIn: 5 * 60,
      clientPrivileges: ({ user }) => user?.['role'] === 'administrator',
      async customAccessTokenClaims({ metadata }) {
        const agent: unknown = metadata?.[AGENT_CLAIM]
        if (typeof agent !== 'string' || !(await isActive(agent))) throw new APIError('UNAUTHORIZED', { error: 'invalid_client', error_description: 'The agent of this client is not active.' })
        return { [AGENT_CLAIM]: agent }
      },
    }),
  ] as const
}
