import { generateKeyPair, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { grant } from '../../grants/store.contract.fixture.ts'
import { at, call } from '../../identity/testing.fixture.ts'
import { memoryGrants } from '../../stores/memory/grants.ts'
import { grantTokenIdentity, signGrantToken } from './grant-token.ts'

const NOW = Date.UTC(2026, 0, 1)
const { publicKey, privateKey } = await generateKeyPair('EdDSA')
const live = grant('g', { chain: ['planner'], notBefore: 0, expiresAt: NOW + 3_600_000, createdAt: 0 })

async function setup() {
  const grants = memoryGrants()
  await grants.create(live)
  const identity = grantTokenIdentity({
    keys: publicKey, algorithms: ['EdDSA'], issuer: 'planner.example', audience: 'shop.example', grants, environment: 'test',
    actorOf: (id) => (id === 'bot' ? { kind: 'agent', ceiling: ['order:cancel'], owner: 'own' } : null),
    subjectOf: (id) => (id === 'ann' ? { kind: 'user', id, roles: ['customer'] } : null),
  })
  const authenticate = (token: string, now = NOW) => identity.authenticate(call({ authorization: `Bearer ${token}` }), at(now))
  return { grants, authenticate }
}
const sign = (more: object = {}) => signGrantToken({ grant: live, key: privateKey, algorithm: 'EdDSA', issuer: 'planner.example', audience: 'shop.example', now: NOW, ...more })

describe('signed grant tokens', () => {
  it('carry an agent, its person and the chain to another service', async () => {
    const { authenticate } = await setup()
    expect(await authenticate(await sign())).toMatchObject({
      kind: 'agent', id: 'bot', roles: [], ceiling: ['order:cancel'], owner: 'own', chain: ['planner'], subject: { kind: 'user', id: 'ann', roles: ['customer'] }, session: { credential: 'bearer', scopes: 'all' },
    })
  })

  it('are refused late, elsewhere, after a revocation, and in any other form', async () => {
    const { grants, authenticate } = await setup()
    const refused = async (token: string, now?: number): Promise<void> => void (await expect(authenticate(token, now)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' }))
    await refused(await sign(), NOW + 306_000)
    await refused(await sign({ audience: 'other.example' }))
    await refused(await sign({ issuer: 'evil.example' }))
    await refused(await sign({ grant: { ...live, subject: 'bea' } }))
    await refused(await sign({ grant: { ...live, actor: 'rob' } }))
    await refused(await sign({ grant: { ...live, id: 'other' } }))
    const long = new SignJWT({ grant: 'g', act: { sub: 'bot' } }).setProtectedHeader({ alg: 'EdDSA', typ: 'sallyport-grant+jwt' }).setSubject('ann').setIssuer('planner.example').setAudience('shop.example')
    await refused(await long.setIssuedAt(NOW / 1_000).setExpirationTime(NOW / 1_000 + 3_600).sign(privateKey))
    const plain = new SignJWT({ grant: 'g', act: { sub: 'bot' } }).setProtectedHeader({ alg: 'EdDSA' }).setSubject('ann').setIssuer('planner.example').setAudience('shop.example')
    await refused(await plain.setIssuedAt(NOW / 1_000).setExpirationTime(NOW / 1_000 + 60).sign(privateKey))
    await grants.revoke('g', NOW)
    await refused(await sign())
  })

  it('are not signed for long, nor for a dead grant', async () => {
    await expect(sign({ expiresIn: '6m' })).rejects.toThrow(/five minutes/)
    await expect(sign({ grant: { ...live, revokedAt: 1 } })).rejects.toThrow(/not live/)
  })
})
