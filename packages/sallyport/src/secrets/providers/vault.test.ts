import { createServer, type Server } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SecretProviderError } from '../provider.ts'
import { vaultLeaseProvider } from './vault-leases.ts'
import { vaultProvider } from './vault.ts'

// A double of Vault's HTTP API: KV version 2 with check-and-set, AppRole, database credentials and their leases.
interface KvVersion { readonly data: Record<string, unknown>; destroyed: boolean }

let server: Server
let address = ''
let kv = new Map<string, KvVersion[]>()
let tokens = new Set<string>()
let leases = new Map<string, { renewals: number }>()
let status: number | undefined
let logins = 0
let namespaces: (string | undefined)[] = []

function respond(method: string, path: string, query: URLSearchParams, token: string | undefined, body: Record<string, unknown>): readonly [number, unknown] {
  if (status !== undefined) return [status, { errors: ['the value is top-secret-value'] }]
  if (path === '/v1/auth/approle/login') {
    if (body['role_id'] !== 'role' || body['secret_id'] !== 'sid') return [400, { errors: ['invalid role or secret ID'] }]
    logins++
    tokens = new Set([`token-${logins}`])
    return [200, { auth: { client_token: `token-${logins}`, lease_duration: 60 } }]
  }
  if (path === '/v1/auth/prod-cluster/login') {
    if (body['role'] !== 'shop' || body['jwt'] !== 'service-account-jwt') return [403, { errors: ['permission denied'] }]
    logins++
    tokens = new Set([`token-${logins}`])
    return [200, { auth: { client_token: `token-${logins}`, lease_duration: 60 } }]
  }
  if (token === undefined || !tokens.has(token)) return [403, { errors: ['permission denied'] }]
  const data = /^\/v1\/secret\/(data|destroy)\/(.+)$/.exec(path)
  if (data !== null) {
    const versions = kv.get(data[2] ?? '') ?? []
    if (data[1] === 'destroy') {
      for (const version of body['versions'] as number[]) if (versions[version - 1] !== undefined) (versions[version - 1] as KvVersion).destroyed = true
      return [204, undefined]
    }
    if (method === 'GET') {
      const number = Number(query.get('version') ?? versions.length)
      const version = versions[number - 1]
      if (version === undefined) return [404, { errors: [] }]
      const metadata = { version: number, created_time: '2026-01-02T03:04:05.678901234Z', destroyed: version.destroyed }
      return version.destroyed ? [404, { data: { data: null, metadata } }] : [200, { data: { data: version.data, metadata } }]
    }
    if ((body['options'] as { cas: number }).cas !== versions.length) return [400, { errors: ['check-and-set parameter did not match the current version'] }]
    kv.set(data[2] ?? '', [...versions, { data: body['data'] as Record<string, unknown>, destroyed: false }])
    return [200, { data: { version: versions.length + 1 } }]
  }
  if (path === '/v1/database/creds/shop') {
    const id = `database/creds/shop/${leases.size + 1}`
    leases.set(id, { renewals: 0 })
    return [200, { lease_id: id, lease_duration: 300, renewable: true, data: { username: `u${leases.size}`, password: `pw-${leases.size}-x7Qk2` } }]
  }
  if (path === '/v1/sys/leases/renew') {
    const lease = leases.get(String(body['lease_id']))
    if (lease === undefined || lease.renewals >= 2) return [400, { errors: ['lease not found'] }]
    lease.renewals++
    return [200, { lease_id: body['lease_id'], lease_duration: 300, renewable: true }]
  }
  if (path === '/v1/sys/leases/revoke') {
    leases.delete(String(body['lease_id']))
    return [204, undefined]
  }
  return [404, { errors: [] }]
}

beforeEach(async () => {
  kv = new Map([['app/key', [{ data: { value: 'one', other: 'kept' }, destroyed: false }]]])
  tokens = new Set(['root'])
  leases = new Map()
  status = undefined
  logins = 0
  namespaces = []
  server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => (text += chunk.toString()))
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://vault.test')
      const token = request.headers['x-vault-token']
      namespaces.push(request.headers['x-vault-namespace']?.toString())
      const [code, body] = respond(request.method ?? 'GET', url.pathname, url.searchParams, typeof token === 'string' ? token : undefined, text === '' ? {} : (JSON.parse(text) as Record<string, unknown>))
      response.writeHead(code, { 'content-type': 'application/json' }).end(body === undefined ? '' : JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  address = typeof bound === 'object' && bound !== null ? `http://127.0.0.1:${bound.port}` : ''
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const request = { name: 'KEY', key: 'app/key' }

describe('KV version 2', () => {
  it('reads the newest version, a version, and none', async () => {
    const provider = vaultProvider({ address, auth: { token: 'root' } })
    expect(await provider.read(request)).toEqual({ value: 'one', version: '1', createdAt: Date.UTC(2026, 0, 2, 3, 4, 5, 678) })
    expect(await provider.read({ ...request, version: '7' })).toBeNull()
    expect(await provider.read({ name: 'X', key: 'not/there' })).toBeNull()
  })

  it('writes once for a rotation, keeps other fields, and destroys', async () => {
    const provider = vaultProvider({ address, auth: { token: 'root' } })
    expect(await provider.write?.({ ...request, value: 'two', rotationId: 'r1' })).toEqual({ version: '2' })
    expect(await provider.write?.({ ...request, value: 'again', rotationId: 'r1' })).toEqual({ version: '2' })
    expect((await provider.read(request))?.value).toBe('two')
    expect(kv.get('app/key')?.[1]?.data['other']).toBe('kept')
    await provider.destroy?.({ ...request, version: '1' })
    expect(await provider.read({ ...request, version: '1' })).toBeNull()
  })

  it('lets one of two writers be first', async () => {
    const provider = vaultProvider({ address, auth: { token: 'root' } })
    const versions = await Promise.all(['r1', 'r2', 'r3'].map((rotationId) => provider.write?.({ ...request, value: rotationId, rotationId })))
    expect(new Set(versions.map((version) => version?.version)).size).toBe(3)
  })

  it('signs in by AppRole, and once more when the token has ended', async () => {
    const provider = vaultProvider({ address, auth: { appRole: { roleId: 'role', secretId: () => 'sid' } } })
    await provider.read(request)
    await provider.read(request)
    expect(logins).toBe(1)
    tokens.clear()
    expect((await provider.read(request))?.value).toBe('one')
    expect(logins).toBe(2)
  })

  it("signs in with a pod's own token, in a namespace, and again before what it got has ended", async () => {
    let now = 0
    const jwts = ['service-account-jwt', 'service-account-jwt', 'of another pod']
    const provider = vaultProvider({ address, namespace: 'team-a', now: () => now, auth: { kubernetes: { role: 'shop', mount: 'prod-cluster', jwt: () => jwts.shift() ?? '' } } })
    expect((await provider.read(request))?.value).toBe('one')
    expect(logins).toBe(1)
    now += 59_000
    expect((await provider.read(request))?.value).toBe('one')
    expect(logins).toBe(2)
    expect(new Set(namespaces)).toEqual(new Set(['team-a']))
    now += 59_000
    const error = await provider.read(request).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(SecretProviderError)
    expect(String(error)).not.toContain('of another pod')
  })

  it('says what failed, and not what the answer held', async () => {
    const provider = vaultProvider({ address, auth: { token: 'root' } })
    for (const code of [403, 500, 503]) {
      status = code
      const error = await provider.read(request).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(SecretProviderError)
      expect(String(error)).toContain(String(code))
      expect(String(error)).not.toContain('top-secret-value')
    }
    await expect(vaultProvider({ address: 'http://127.0.0.1:1', auth: { token: 'x' } }).read(request)).rejects.toThrow(SecretProviderError)
    const cut = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new TypeError('terminated')) })
    await expect(vaultProvider({ address, auth: { token: 'x' }, fetch: async () => new Response(cut) }).read(request)).rejects.toThrow(SecretProviderError)
    await expect(provider.read({ name: 'X', key: '../sys/raw' })).rejects.toThrow('not a path')
  })
})

describe('leases', () => {
  it('are renewed in time, replaced when they can not be, and given back at the end', async () => {
    let now = 0
    const provider = vaultLeaseProvider({ address, auth: { token: 'root' }, now: () => now })
    const creds = { name: 'DB', key: 'database/creds/shop' }
    const first = await provider.read(creds)
    expect(JSON.parse(first?.value ?? '')).toEqual({ username: 'u1', password: 'pw-1-x7Qk2' })
    expect(first?.expiresAt).toBe(200_000)
    now = 250_000
    expect((await provider.read(creds))?.version).toBe(first?.version)
    now = 500_000
    expect((await provider.read(creds))?.version).toBe(first?.version)
    now = 750_000
    const second = await provider.read(creds)
    expect(second?.version).not.toBe(first?.version)
    expect(await provider.read({ ...creds, version: first?.version ?? '' })).toBeNull()
    await provider.close?.()
    expect([...leases.keys()]).not.toContain(second?.version)
  })
})

describe.skipIf(process.env['VAULT_ADDR'] === undefined)('a real Vault or OpenBao (VAULT_ADDR is not set: skipped)', () => {
  it('writes, reads and destroys', async () => {
    const key = `sallyport-test/${crypto.randomUUID()}`
    const provider = vaultProvider({ address: process.env['VAULT_ADDR'] ?? '', auth: { token: process.env['VAULT_TOKEN'] ?? '' } })
    const written = await provider.write?.({ name: 'K', key, value: 'one', rotationId: 'r1' })
    expect(await provider.write?.({ name: 'K', key, value: 'two', rotationId: 'r1' })).toEqual(written)
    expect((await provider.read({ name: 'K', key }))?.value).toBe('one')
    await provider.destroy?.({ name: 'K', key, version: written?.version ?? '' })
    expect(await provider.read({ name: 'K', key })).toBeNull()
  })
})
