import 'server-only'
import { nextCookies } from 'better-auth/next-js'
import { secrets } from '../data/secrets.ts'
import { once } from '../once.ts'
import { files, readSettings } from '../settings.ts'
import { store } from '../store.ts'
import { createAuth } from './create-auth.ts'

/** Better Auth as this application uses it. Made when it is first asked for, once per process. */
export function auth() {
  return once('auth', () => {
    const { dataDirectory, origin } = readSettings()
    const isActive = async (agentId: string): Promise<boolean> => (await store().identities?.get(agentId))?.state === 'active'
    return createAuth({ path: files.accounts(dataDirectory), origin, secret: secrets().get('AUTH_SECRET').reveal(), plugins: [nextCookies()], isActive }).auth
  })
}
