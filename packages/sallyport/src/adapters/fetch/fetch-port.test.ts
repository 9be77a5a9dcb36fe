import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { issueApiKey } from '../../identity/api-key.ts'
import { memoryApiKeyStore } from '../../identity/api-key-store.ts'
import { apiKeys } from '../../identity/api-keys.ts'
import { firstOf } from '../../identity/first-of.ts'
import type { Principal } from '../../identity/principal.ts'
import type { IdentityProvider } from '../../identity/provider.ts'
import { definePolicy } from '../../policy/define-policy.ts'
import { createTestPort } from '../../testing/index.ts'
import { fetchAdapter } from './fetch-adapter.ts'
import { toFetchHandler } from './fetch-handler.ts'

const cookies: IdentityProvider = {
  name: 'cookies',
  authenticate: ({ headers }): Principal | null => (headers.get('cookie') === 'session=ada' ? { kind: 'user', id: 'ada', roles: ['customer'], session: { credential: 'cookie' } } : null),
}

/** A shop behind HTTP: one action that changes an order, one that streams, one that anybody may call. */
async function shop() {
  const store = memoryApiKeyStore()
  const port = createTestPort({
    identity: firstOf([apiKeys({ store }), cookies]),
    policy: definePolicy({ roles: { customer: ['order:update'] } }),
    adapter: fetchAdapter({ trustedProxies: 0, allowedOrigins: ['https://admin.example'] }),
    limits: { perAddress: 5 },
  })
  const { key } = await issueApiKey({ store, principal: { kind: 'user', id: 'bob', roles: ['customer'] }, expiresIn: '1d', now: port.clock.now() })
  const ran: string[] = []
  const change = port
    .define('order.change')
    .inputSchema(z.strictObject({ id: z.string().max(20) }))
    .authorize('order:update', { resource: ({ parsedInput }) => (parsedInput.id === 'none' ? null : { id: parsedInput.id }) })
    .outputSchema(z.object({ by: z.string() }))
    .maxBytes(1_000)
    .action(async ({ principal, parsedInput }) => {
      ran.push(parsedInput.id)
      return { by: principal.id, secret: 'dropped' }
    })
  const stream = port
    .define('order.watch')
    .noInput()
    .public('prices are on the front page')
    .outputStream(z.object({ price: z.number() }))
    .action(async function* () {
      yield { price: 1 }
      yield { price: 2 }
    })
  const handler = toFetchHandler({ '/change': change, '/watch': stream })
  const post = (path: string, body: unknown, headers: Record<string, string>, socketAddress = '192.0.2.1') =>
    handler(new Request(`https://shop.example${path}`, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', host: 'shop.example', ...headers } }), { socketAddress })
  const codeOf = async (response: Response): Promise<string | number> => (response.ok ? response.status : ((await response.json()) as { code: string }).code)
  return { port, key, ran, handler, post, codeOf }
}

describe('a port behind HTTP', () => {
  test('a page of the application gets through, and sees what the schema lets out', async () => {
    const { post, ran } = await shop()
    const response = await post('/change', { id: '1' }, { cookie: 'session=ada', origin: 'https://shop.example' })
    expect([response.status, await response.json()]).toEqual([200, { data: { by: 'ada' } }])
    expect(ran).toEqual(['1'])
  })

  test.each<[string | number, Record<string, string>]>([
    ['FORBIDDEN', { cookie: 'session=ada' }],
    ['FORBIDDEN', { cookie: 'session=ada', origin: 'null' }],
    ['FORBIDDEN', { cookie: 'session=ada', origin: 'https://evil.example' }],
    ['FORBIDDEN', { cookie: 'session=ada', origin: 'http://shop.example' }],
    ['FORBIDDEN', { cookie: 'session=ada', origin: 'https://shop.example', 'sec-fetch-site': 'cross-site' }],
    ['FORBIDDEN', { cookie: 'session=ada', origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' }],
    ['FORBIDDEN', { cookie: 'session=ada', authorization: 'Bearer x' }],
    [200, { cookie: 'session=ada', origin: 'https://admin.example', 'sec-fetch-site': 'cross-site' }],
    ['UNAUTHENTICATED', {}],
    ['UNAUTHENTICATED', { cookie: 'session=eve', origin: 'https://shop.example' }],
    ['UNAUTHENTICATED', { authorization: 'Bearer junk' }],
    ['UNAUTHENTICATED', { 'x-api-key': 'sp_junk' }],
  ])('%s for %j', async (expected, headers) => {
    const { post, ran, codeOf } = await shop()
    expect(await codeOf(await post('/change', { id: '1' }, headers))).toBe(expected)
    expect(ran).toHaveLength(expected === 200 ? 1 : 0)
  })

  test('a key needs no origin; a bad one is nobody, whatever cookie comes with it', async () => {
    const { post, key, codeOf } = await shop()
    const response = await post('/change', { id: '1' }, { authorization: `Bearer ${key}` })
    expect(await response.json()).toEqual({ data: { by: 'bob' } })
    const both = { authorization: `Bearer ${key}x`, cookie: 'session=ada', origin: 'https://shop.example' }
    expect(await codeOf(await post('/change', { id: '1' }, both))).toBe('UNAUTHENTICATED')
  })

  test('what is too large or too deep, or not there, is refused and audited', async () => {
    const { port, post, key, codeOf, ran } = await shop()
    const as = { authorization: `Bearer ${key}` }
    expect(await codeOf(await post('/change', { id: 'x'.repeat(1_000) }, as))).toBe('PAYLOAD_TOO_LARGE')
    expect(await codeOf(await post('/change', JSON.parse('['.repeat(60) + ']'.repeat(60)), as))).toBe('PAYLOAD_TOO_LARGE')
    expect(await codeOf(await post('/change', { id: 'none' }, as))).toBe('NOT_FOUND')
    expect(ran).toEqual([])
    const outcomes = (await port.events()).map(({ event }) => (event.kind === 'outcome' ? event.control : ''))
    expect(outcomes).toEqual(expect.arrayContaining(['size', 'authorization']))
  })

  test('a body that does not come to its end is waited for no longer than the port says', async () => {
    const { port, handler, key, codeOf, ran } = await shop()
    let cancelled = false
    const body = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(new TextEncoder().encode('{"id":')), cancel: () => void (cancelled = true) })
    const slow: RequestInit & { readonly duplex: 'half' } = { method: 'POST', body, duplex: 'half', headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` } }
    const answered = handler(new Request('https://shop.example/change', slow))
    await port.clock.advance(40_000)
    expect(await codeOf(await answered)).toBe('INVALID_INPUT')
    expect([cancelled, ran]).toEqual([true, []])
    expect((await port.events()).map(({ event }) => event)).toContainEqual(expect.objectContaining({ kind: 'outcome', control: 'size', reason: 'the body took longer than 30000 ms' }))
  })

  test('calls are counted by the address on the socket, whatever x-forwarded-for says', async () => {
    const { post, codeOf } = await shop()
    const codes: (string | number)[] = []
    for (let call = 0; call < 6; call++) codes.push(await codeOf(await post('/watch', null, { 'x-forwarded-for': `198.51.100.${call}` })))
    expect(codes.slice(0, 5)).toEqual([200, 200, 200, 200, 200])
    expect(codes[5]).toBe('RATE_LIMITED')
    expect(await codeOf(await post('/watch', null, {}, '192.0.2.9'))).toBe(200)
  })

  test('a stream comes part by part', async () => {
    const { post } = await shop()
    expect(await (await post('/watch', null, {})).text()).toBe('{"data":{"price":1}}\n{"data":{"price":2}}\n{"done":true}\n')
  })
})

describe('a port without an adapter', () => {
  test.each([['development', undefined, 1], ['test', undefined, 0], ['development', fetchAdapter({ trustedProxies: 0 }), 0]] as const)('says once in %s that nothing limits addresses', async (environment, adapter, lines) => {
    const port = createTestPort({ environment, policy: definePolicy({ roles: {} }), identity: cookies, ...(adapter === undefined ? {} : { adapter }) })
    const action = port.define('shop.hours').noInput().public('anybody may know').outputSchema(z.string()).action(() => 'nine to five')
    for (let i = 0; i < 3; i++) await toFetchHandler(action)(new Request('https://shop.example/', { method: 'POST' }))
    await action.call({ principal: null, input: undefined })
    expect(port.log.filter(({ code }) => code === 'NO_ADAPTER')).toHaveLength(lines)
  })

  test.each<[number, string]>([[200, 'same-origin'], [403, 'cross-site']])('answers %i to a page of a %s, as one with an adapter would', async (status, site) => {
    const port = createTestPort({ identity: cookies, policy: definePolicy({ roles: { customer: ['order:update'] } }) })
    const change = port.define('order.change').noInput().authorize('order:update').outputSchema(z.int()).action(() => 1)
    expect(change.posture.origin.state).toBe('met')
    const response = await toFetchHandler(change)(new Request('https://shop.example/', { method: 'POST', headers: { cookie: 'session=ada', 'sec-fetch-site': site } }))
    expect(response.status).toBe(status)
  })
})
