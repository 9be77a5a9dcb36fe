import 'server-only'
import { createPort, firstOf, type LogEntry } from 'sallyport'
import { betterAuthIdentity } from 'sallyport/better-auth'
import { nextAdapter } from 'sallyport/next'
import { createScrubber, providerRules, type Scrubber } from 'sallyport/scrub'
import { agentIdentity } from './auth/agents.ts'
import { auth } from './auth/auth.ts'
import { rolesOf } from './auth/names.ts'
import { secrets } from './data/secrets.ts'
import { once } from './once.ts'
import { policy, type Role } from './policy.ts'
import { store } from './store.ts'

/** The one port of this application. Every action is defined on it. */
export const port = createPort({
  name: 'quayside',
  environment: 'production',
  // An agent says with a bearer credential who it is, a person with the cookie of a session.
  identity: firstOf([
    agentIdentity,
    betterAuthIdentity(
      // Asked for at each call: the accounts are opened when the first one comes.
      { api: { getSession: (input) => auth().api.getSession(input) } },
      { toPrincipal: ({ user }) => ({ kind: 'user', id: user.id, roles: [user.role as Role], tier: user.role === 'customer' ? 'pro' : 'enterprise' }) },
    ),
  ]),
  policy,
  rolesOf,
  // The front overwrites what a client says of its address and of the host: one proxy, and its word counts.
  adapter: nextAdapter({ trustedProxies: 1, trustForwardedHost: true }),
  store,
  secrets: secrets(),
  scrub: scrubber,
  log,
})

/** Every refusal on a line, in the terminal where `npm start` runs: what a developer sees of what a caller is not told. */
function log({ action, code, control, reason, correlationId }: LogEntry): void {
  console.warn(scrubber().scrub(`[sallyport] ${action}: ${code} by ${control}: ${reason} (${correlationId})`).text)
}

/** What redacts: the provider rules, and every secret of the shop by its value, which the port registers. */
export function scrubber(): Scrubber {
  return once('scrubber', () => createScrubber({ rules: providerRules }))
}
