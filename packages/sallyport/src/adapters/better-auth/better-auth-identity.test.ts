import { betterAuth } from 'better-auth'
import { memoryAdapter } from 'better-auth/adapters/memory'
import { admin, bearer } from 'better-auth/plugins'
import { beforeEach, describe, expect, test } from 'vitest'
import { isPrincipal } from '../../identity/is-principal.ts'
import { at, call } from '../../identity/testing.fixture.ts'
import { betterAuthIdentity } from './better-auth-identity.ts'

type Rows = Record<string, Record<string, unknown>[]>
let rows: Rows
const PASSWORD = 'a long enough password'

function makeAuth(tables: Rows) {
  return betterAuth({
    baseURL: 'http://shop.example',
    secret: 'for tests only: 0123456789abcdef0123456789abcdef',
    database: memoryAdapter(tables),
    emailAndPassword: { enabled: true, password: { hash: async (password) => `hash:${password}`, verify: async ({ hash, password }) => hash === `hash:${password}` } },
    // The cache is on, as applications turn it on: the provider has to read past it.
    session: { cookieCache: { enabled: true, maxAge: 300 } },
    plugins: [admin(), bearer()],
    telemetry: { enabled: false },
    logger: { disabled: true },
  })
}
let auth: ReturnType<typeof makeAuth>

beforeEach(() => {
  rows = { user: [], session: [], account: [], verification: [] }
  auth = makeAuth(rows)
})

async function signUp(name: string): Promise<{ cookie: string; token: string; id: string }> {
  const response = await auth.api.signUpEmail({ body: { email: `${name}@shop.example`, password: PASSWORD, name }, asResponse: true })
  const body: { user: { id: string } } = await response.json()
  const token = response.headers.get('set-auth-token')
  return { cookie: cookiesOf(response.headers), token: token ?? '', id: body.user.id }
}

/** As a browser keeps them: the last of a name counts, an empty one is deleted. */
function cookiesOf(headers: Headers): string {
  const jar = new Map(headers.getSetCookie().map((cookie) => (cookie.split(';')[0] ?? '').split(/=(.*)/s) as [string, string]))
  return [...jar].filter(([, value]) => value !== '').map(([name, value]) => `${name}=${value}`).join('; ')
}

const identity = () =>
  betterAuthIdentity(auth, {
    toPrincipal: ({ user }) => (user.banned === true ? null : { kind: 'user', id: user.id, roles: [user.role ?? 'user'] }),
  })

describe('betterAuthIdentity', () => {
  test('ends the sessions of who has left, and nobody else’s', async () => {
    const [ada, bob] = [await signUp('ada'), await signUp('bob')]
    const provider = identity()
    expect(await provider.end?.(ada.id, { now: Date.now(), tenant: 'acme' })).toEqual({ notEnded: [{ what: 'sessions', by: 'better-auth', why: 'no-tenant' }] })
    expect(await provider.authenticate(call({ cookie: ada.cookie }), at(Date.now()))).toMatchObject({ id: ada.id })
    expect(await provider.end?.(ada.id, { now: Date.now() })).toEqual({ sessions: 1 })
    expect(await provider.authenticate(call({ cookie: ada.cookie }), at(Date.now()))).toBeNull()
    expect(await provider.authenticate(call({ cookie: bob.cookie }), at(Date.now()))).toMatchObject({ id: bob.id })
    expect(await provider.end?.(ada.id, { now: Date.now() })).toEqual({ sessions: 0 })
  })

  test('says that it ended none where sessions are in the cookie alone, or where it is not given what ends them', async () => {
    const none = { notEnded: [{ what: 'sessions', by: 'better-auth', why: 'no-way' }] }
    const stateless = betterAuth({ baseURL: 'http://shop.example', secret: 'for tests only: 0123456789abcdef0123456789abcdef', telemetry: { enabled: false }, logger: { disabled: true } })
    const toPrincipal = () => null
    expect(await betterAuthIdentity(stateless, { toPrincipal }).end?.('ada', { now: Date.now() })).toEqual(none)
    expect(await betterAuthIdentity({ api: auth.api }, { toPrincipal }).end?.('ada', { now: Date.now() })).toEqual(none)
  })

  test('finds the user of a session, with the time of the sign-in', async () => {
    const { cookie, id } = await signUp('ada')
    const [session] = rows.session!
    const found = await identity().authenticate(call({ cookie }), at(Date.now()))
    expect(found).toEqual({
      kind: 'user',
      id,
      roles: ['user'],
      session: { id: session!.id, credential: 'cookie', authenticatedAt: (session!.createdAt as Date).getTime(), expiresAt: (session!.expiresAt as Date).getTime(), scopes: 'all' },
    })
    expect(isPrincipal(found)).toBe(true)
  })

  test('nobody without a cookie, with a forged one, or past its end', async () => {
    const { cookie } = await signUp('ada')
    expect(await identity().authenticate(call({}), at(Date.now()))).toBeNull()
    expect(await identity().authenticate(call({ cookie: cookie.replace(/session_token=./, 'session_token=_') }), at(Date.now()))).toBeNull()
    expect(await identity().authenticate(call({ cookie }), at(Date.now() + 8 * 86_400_000))).toBeNull()
  })

  test('a session that was revoked is gone on the next call, whatever the cookie cache says', async () => {
    const { cookie } = await signUp('ada')
    expect(cookie).toContain('session_data=')
    expect(await identity().authenticate(call({ cookie }), at(Date.now()))).not.toBeNull()
    rows.session!.length = 0
    // Better Auth itself still believes its cache here: the reason why the provider does not ask it.
    expect(await auth.api.getSession({ headers: new Headers({ cookie }) })).not.toBeNull()
    expect(await identity().authenticate(call({ cookie }), at(Date.now()))).toBeNull()
  })

  test('roles and bans are those of now', async () => {
    const { cookie } = await signUp('ada')
    rows.user![0]!.role = 'admin'
    expect(await identity().authenticate(call({ cookie }), at(Date.now()))).toMatchObject({ roles: ['admin'] })
    rows.user![0]!.banned = true
    expect(await identity().authenticate(call({ cookie }), at(Date.now()))).toBeNull()
  })

  test('an administrator who acts as a user stands in the chain and has not signed in as that user', async () => {
    const boss = await signUp('boss')
    const ada = await signUp('ada')
    rows.user!.find((user) => user.id === boss.id)!.role = 'admin'
    const response = await auth.api.impersonateUser({ body: { userId: ada.id }, headers: new Headers({ cookie: boss.cookie.replace(/; \S*session_data=[^;]*/, '') }), asResponse: true })
    expect(response.status).toBe(200)
    const found = await identity().authenticate(call({ cookie: cookiesOf(response.headers) }), at(Date.now()))
    expect(found).toMatchObject({ id: ada.id, chain: [boss.id] })
    expect(found?.session).not.toHaveProperty('authenticatedAt')
  })

  test('a bearer token of the bearer plugin is a bearer credential; with a cookie beside it, a cookie', async () => {
    const { token, cookie } = await signUp('ada')
    expect(await identity().authenticate(call({ authorization: `Bearer ${token}` }), at(Date.now()))).toMatchObject({ session: { credential: 'bearer' } })
    expect(await identity().authenticate(call({ authorization: `Bearer ${token}`, cookie }), at(Date.now()))).toMatchObject({ session: { credential: 'cookie' } })
  })

  test('a call does not prolong the session', async () => {
    const { cookie } = await signUp('ada')
    const soon = new Date(Date.now() + 60_000)
    rows.session![0]!.expiresAt = soon
    expect(await identity().authenticate(call({ cookie }), at(Date.now()))).not.toBeNull()
    expect(rows.session![0]!.expiresAt).toEqual(soon)
  })

  test('a database that fails fails the call', async () => {
    const { cookie } = await signUp('ada')
    Object.defineProperty(rows, 'session', { get: () => { throw new Error('down') } })
    await expect(identity().authenticate(call({ cookie }), at(Date.now()))).rejects.toThrow()
  })
})
