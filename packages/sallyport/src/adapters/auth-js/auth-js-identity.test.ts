import { Auth, skipCSRFCheck, type AuthConfig } from '@auth/core'
import type { Adapter, AdapterSession, AdapterUser } from '@auth/core/adapters'
import { encode } from '@auth/core/jwt'
import { describe, expect, test } from 'vitest'
import { DefinitionError } from '../../errors/sallyport-error.ts'
import { isPrincipal } from '../../identity/is-principal.ts'
import type { PrincipalFacts } from '../../identity/principal.ts'
import { at, call } from '../../identity/testing.fixture.ts'
import { authJsIdentity, type AuthJsSession } from './auth-js-identity.ts'

const ada: AdapterUser = { id: 'ada', email: 'ada@shop.example', emailVerified: null, name: 'Ada' }
const secret = 'for tests only: 0123456789abcdef'
const hour = 3_600_000
const quiet = { error: () => {}, warn: () => {}, debug: () => {} }
const base = {
  url: 'https://shop.example/api/auth',
  toPrincipal: ({ user }: AuthJsSession): PrincipalFacts | null => (user.id === undefined ? null : { kind: 'user', id: user.id, roles: ['customer'] }),
}

function database(): { sessions: Map<string, AdapterSession>; handler: (request: Request) => Promise<Response>; writes: string[] } {
  const sessions = new Map<string, AdapterSession>([['t1', { sessionToken: 't1', userId: 'ada', expires: new Date(Date.now() + hour) }]])
  const writes: string[] = []
  const adapter: Adapter = {
    getSessionAndUser: async (token) => {
      const session = sessions.get(token)
      return session === undefined ? null : { session, user: ada }
    },
    updateSession: async (session) => void writes.push(session.sessionToken),
    deleteSession: async (token) => void sessions.delete(token),
    // Auth.js looks for these at start and never calls them here.
    createUser: async () => ada,
    getUser: async () => ada,
    getUserByEmail: async () => ada,
    getUserByAccount: async () => ada,
    updateUser: async () => ada,
    linkAccount: async () => undefined,
    createSession: async (session) => session,
  }
  const config: AuthConfig = {
    adapter,
    secret,
    basePath: '/api/auth',
    trustHost: true,
    skipCSRFCheck,
    providers: [],
    logger: quiet,
    session: { strategy: 'database' },
    callbacks: { session: ({ session, user }) => ({ ...session, user: { ...session.user, id: user.id } }) },
  }
  return { sessions, writes, handler: (request) => Auth(request, config) as Promise<Response> }
}

const cookie = (token: string): ReturnType<typeof call> => call({ cookie: `__Secure-authjs.session-token=${token}` })

describe('database sessions', () => {
  test('finds the user of a session', async () => {
    const found = await authJsIdentity({ ...base, handler: database().handler, sessions: 'database' }).authenticate(cookie('t1'), at(Date.now()))
    expect(found).toMatchObject({ kind: 'user', id: 'ada', roles: ['customer'], session: { credential: 'cookie' } })
    expect(found?.session).not.toHaveProperty('authenticatedAt')
    expect(isPrincipal(found)).toBe(true)
  })

  test('nobody without a cookie or with an unknown one; a revoked session is gone on the next call', async () => {
    const { handler, sessions } = database()
    const provider = authJsIdentity({ ...base, handler, sessions: 'database' })
    expect(await provider.authenticate(call({}), at(Date.now()))).toBeNull()
    expect(await provider.authenticate(cookie('other'), at(Date.now()))).toBeNull()
    expect(await provider.authenticate(cookie('t1'), at(Date.now()))).not.toBeNull()
    sessions.delete('t1')
    expect(await provider.authenticate(cookie('t1'), at(Date.now()))).toBeNull()
  })

  test('says when the person signed in, where the application knows', async () => {
    const { handler } = database()
    const provider = authJsIdentity({ ...base, handler, sessions: 'database', authenticatedAt: () => 1_234 })
    expect(await provider.authenticate(cookie('t1'), at(Date.now()))).toMatchObject({ session: { authenticatedAt: 1_234 } })
  })
})

describe('JWT sessions', () => {
  const config: AuthConfig = {
    secret,
    basePath: '/api/auth',
    trustHost: true,
    providers: [],
    logger: quiet,
    callbacks: { session: ({ session, token }) => ({ ...session, user: { ...session.user, id: token.sub ?? '' } }) },
  }
  const handler = (request: Request): Promise<Response> => Auth(request, config) as Promise<Response>
  const token = (): Promise<string> => encode({ token: { sub: 'ada' }, secret, salt: '__Secure-authjs.session-token' })

  test('hold as long as the application says that they do', async () => {
    let valid = true
    const provider = authJsIdentity({ ...base, handler, sessions: { jwt: { stillValid: ({ user }) => valid && user.id === 'ada' } } })
    const request = cookie(await token())
    expect(await provider.authenticate(request, at(Date.now()))).toMatchObject({ id: 'ada' })
    valid = false
    expect(await provider.authenticate(request, at(Date.now()))).toBeNull()
    expect(await provider.authenticate(cookie('forged.token'), at(Date.now()))).toBeNull()
  })

  test('are refused without a way to revoke them', () => {
    expect(() => authJsIdentity({ ...base, handler, sessions: { jwt: {} } as never })).toThrow(DefinitionError)
  })
})

describe('answers that are none', () => {
  const answering = (response: () => Response) => authJsIdentity({ ...base, handler: async () => response(), sessions: 'database' })
  test.each<[string, () => Response]>([
    ['an error', () => new Response('no', { status: 500 })],
    ['an empty object', () => Response.json({})],
    ['a session without a user', () => Response.json({ expires: '2999-01-01T00:00:00Z' })],
    ['a user whose id is no text', () => Response.json({ user: { id: 1 }, expires: '2999-01-01T00:00:00Z' })],
  ])('%s fails the call', async (_, response) => {
    await expect(answering(response).authenticate(cookie('t1'), at(0))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  test('a session whose end can not be read is none', async () => {
    expect(await answering(() => Response.json({ user: { id: 'ada' }, expires: 'later' })).authenticate(cookie('t1'), at(0))).toBeNull()
  })

  test.each(['shop.example', 'javascript:1', ''])('refuses the address %j', (url) => {
    expect(() => authJsIdentity({ ...base, url, handler: async () => Response.json(null), sessions: 'database' })).toThrow(DefinitionError)
  })
})
