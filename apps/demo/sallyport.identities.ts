// For `npx sallyport identities list` in this folder, beside the running shop: with it the command knows people, permissions, sessions and secrets.
import { join } from 'node:path'
import { createPort, identityActions } from 'sallyport'
import { betterAuthIdentity } from 'sallyport/better-auth'
import { sqliteStore } from 'sallyport/sqlite'
import { keysOf } from './run/environment.ts'
import { secrets } from './sallyport.secrets.ts'
import { createAuth } from './src/auth/create-auth.ts'
import { policy } from './src/policy.ts'
import { files } from './src/settings.ts'

const directory = process.env['DEMO_DATA'] ?? join(import.meta.dirname, '.data')
// Nobody signs in here: the address is not asked for.
const { auth } = createAuth({ path: files.accounts(directory), origin: 'http://localhost:3000', secret: keysOf(directory).authSecret })

async function rolesOf(id: string): Promise<readonly string[] | null> {
  const { internalAdapter } = await auth.$context
  const user = (await internalAdapter.findUserById(id)) as { readonly role?: unknown } | null
  return user === null ? null : typeof user.role === 'string' ? [user.role] : []
}

const port = createPort({
  name: 'quayside-command',
  environment: 'production',
  // Agents are let in by the registry, where they end; people have sessions.
  identity: betterAuthIdentity(auth, { toPrincipal: () => null }),
  policy,
  rolesOf,
  store: sqliteStore({ path: files.ledger(directory) }),
  secrets,
})

export const identities = identityActions(port, { permission: 'identity:govern' })
