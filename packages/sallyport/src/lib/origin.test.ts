import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DefinitionError } from '../errors/sallyport-error.ts'
import type { CallRequest } from './call-request.ts'
import { allowOrigins, decideOrigin, originApplies, originCheck, type OriginFacts } from './origin.ts'

const nothing: OriginFacts = { secFetchSite: null, origin: null, referer: null, host: 'shop.example' }
const decide = (facts: Partial<OriginFacts>): string => {
  const decision = decideOrigin({ ...nothing, ...facts })
  return decision.allowed ? 'allowed' : (decision.reason.split(':')[0] ?? '')
}
const admin = allowOrigins(['https://admin.example', 'https://*.partner.example', 'capacitor://localhost'])

describe('decideOrigin', () => {
  test.each<[string, Partial<OriginFacts>]>([
    ['allowed', { secFetchSite: 'same-origin' }],
    // Under `Referrer-Policy: no-referrer` a page's own form sends `Origin: null`.
    ['allowed', { secFetchSite: 'same-origin', origin: 'null' }],
    ['same-site', { secFetchSite: 'same-site', origin: 'https://blog.shop.example' }],
    ['same-site', { secFetchSite: 'same-site', origin: 'https://shop.example' }],
    ['allowed', { secFetchSite: 'same-site', origin: 'https://admin.example', allowed: admin }],
    ['same-site', { secFetchSite: 'same-site', referer: 'https://admin.example/', allowed: admin }],
    ['cross-site', { secFetchSite: 'cross-site', origin: 'https://shop.example' }],
    ['cross-site', { secFetchSite: 'cross-site', origin: 'null', allowed: admin }],
    ['allowed', { secFetchSite: 'cross-site', origin: 'https://a.partner.example', allowed: admin }],
    ['cross-site', { secFetchSite: 'cross-site', origin: 'https://a.b.partner.example', allowed: admin }],
    ['cross-site', { secFetchSite: 'cross-site', origin: 'https://partner.example', allowed: admin }],
    ['missing', { secFetchSite: 'none' }],
    ['allowed', { secFetchSite: 'none', origin: 'https://shop.example' }],
    ['foreign', { secFetchSite: 'none', origin: 'https://evil.example' }],
    ['malformed', { secFetchSite: 'same-origin, same-origin', origin: 'https://shop.example' }],
    ['malformed', { secFetchSite: 'Same-Origin', origin: 'https://shop.example' }],
    ['malformed', { secFetchSite: '', origin: 'https://shop.example' }],
    ['missing', {}],
    ['null', { origin: 'null' }],
    ['null', { origin: 'null', referer: 'https://shop.example/' }],
    ['allowed', { origin: 'https://shop.example' }],
    ['allowed', { origin: 'http://shop.example' }],
    ['foreign', { origin: 'http://shop.example', secure: true }],
    ['foreign', { origin: 'https://shop.example:8443' }],
    ['allowed', { origin: 'https://shop.example:8443', host: 'shop.example:8443' }],
    ['allowed', { origin: 'https://shop.example', host: 'SHOP.example:443' }],
    ['foreign', { origin: 'https://shop.example', host: 'shop.example:80' }],
    ['allowed', { origin: 'http://[::1]:3000', host: '[::1]:3000' }],
    ['foreign', { origin: 'https://shop.example', host: null }],
    ['foreign', { origin: 'https://shop.example', host: 'evil@shop.example' }],
    ['foreign', { origin: 'https://shop.example', host: 'shop.example/' }],
    ['foreign', { origin: 'https://shop.example', host: 'shop.example, shop.example' }],
    ['malformed', { origin: 'https://shop.example/' }],
    ['malformed', { origin: 'https://SHOP.example' }],
    ['malformed', { origin: 'https://shop.example:443' }],
    ['malformed', { origin: 'https://shop.example https://evil.example' }],
    ['malformed', { origin: 'shop.example' }],
    ['malformed', { origin: '' }],
    ['malformed', { origin: '', referer: 'https://shop.example/' }],
    ['foreign', { origin: 'https://shop.example.evil.example' }],
    ['foreign', { origin: 'https://evil.example', referer: 'https://shop.example/' }],
    ['allowed', { origin: 'capacitor://localhost', allowed: admin }],
    ['foreign', { origin: 'capacitor://shop.example' }],
    ['allowed', { referer: 'https://shop.example/orders?page=2' }],
    ['foreign', { referer: 'https://evil.example/https://shop.example' }],
    ['malformed', { referer: 'https://shop.example@evil.example/' }],
    ['malformed', { referer: 'https://user:word@shop.example/' }],
    ['malformed', { referer: 'about:blank' }],
    ['malformed', { referer: 'not a url' }],
    ['missing', { referer: '' }],
  ])('%s: %j', (expected, facts) => expect(decide(facts)).toBe(expected))

  const host = fc.domain()
  const site = fc.constantFrom(null, 'same-origin', 'same-site', 'cross-site', 'none', 'other')
  const text = fc.option(fc.oneof(fc.webUrl(), fc.string(), fc.constant('null'), host.map((name) => `https://${name}`)), { nil: null })

  test('never throws, and with no page of the host or the list behind it never allows', () => {
    fc.assert(
      fc.property(site.filter((value) => value !== 'same-origin'), text, text, host, (secFetchSite, origin, referer, own) => {
        const names = (value: string | null): boolean => value !== null && value.toLowerCase().includes(own)
        fc.pre(!names(origin) && !names(referer))
        expect(decideOrigin({ secFetchSite, origin, referer, host: own }).allowed).toBe(false)
      }),
    )
  })

  test('an Origin that is present is never overruled by a Referer', () => {
    fc.assert(
      fc.property(site, host, host, text, (secFetchSite, own, other, referer) => {
        const facts = { secFetchSite, origin: `https://${other.toLowerCase()}`, host: own }
        expect(decideOrigin({ ...facts, referer })).toEqual(decideOrigin({ ...facts, referer: null }))
      }),
    )
  })

  test('what another site sent is refused whatever the host, unless the list names it', () => {
    fc.assert(
      fc.property(fc.constantFrom('same-site', 'cross-site'), host, text, (secFetchSite, name, referer) => {
        const origin = `https://${name.toLowerCase()}`
        expect(decideOrigin({ secFetchSite, origin, referer, host: name }).allowed).toBe(false)
        expect(decideOrigin({ secFetchSite, origin, referer, host: name, allowed: allowOrigins([origin]) }).allowed).toBe(true)
      }),
    )
  })
})

describe('allowOrigins', () => {
  test.each(['*', 'null', 'shop.example', 'https://', 'https://shop.example/', 'https://SHOP.example', 'https://*.example', 'https://*', 'https://a.*.example.com', 'https://*.*.example.com', 'https://shop.example:443', ''])(
    'refuses %j',
    (entry) => expect(() => allowOrigins([entry])).toThrow(DefinitionError),
  )

  test('a star stands for one label and nothing else', () => {
    const list = allowOrigins(['https://*.example.com'])
    expect(list.has('https://a.example.com')).toBe(true)
    for (const other of ['https://example.com', 'https://a.b.example.com', 'http://a.example.com', 'https://a.example.com:8443', 'https://aXexample.com', 'https://a-example.com', 'https://.example.com']) expect(list.has(other)).toBe(false)
  })
})

const request = (headers: Record<string, string>, more: Partial<CallRequest> = {}): CallRequest => ({ transport: 'fetch', method: 'POST', headers: new Headers(headers), ...more })

describe('originApplies', () => {
  test.each<[boolean, Record<string, string>]>([
    [true, { cookie: 'a=b' }],
    [true, { cookie: 'a=b', authorization: 'Bearer x' }],
    [false, { authorization: 'Bearer x' }],
    [false, { authorization: 'bearer x', origin: 'https://other.example' }],
    [false, { authorization: 'DPoP x' }],
    [true, { authorization: 'Basic x' }],
    [true, { authorization: 'Negotiate x' }],
    [true, { origin: 'https://shop.example' }],
    [true, { 'sec-fetch-site': 'none' }],
    [false, {}],
    [false, { 'x-api-key': 'x' }],
  ])('%s for %j', (expected, headers) => expect(originApplies(request(headers))).toBe(expected))

  test('always for a call that a page makes through Next', () => expect(originApplies(request({ authorization: 'Bearer x' }, { transport: 'next-action' }))).toBe(true))
})

describe('originCheck', () => {
  const forged = { origin: 'https://evil.example', host: 'shop.example', 'x-forwarded-host': 'evil.example' }

  test('believes x-forwarded-host only where that is declared', () => {
    expect(originCheck()(request(forged)).allowed).toBe(false)
    expect(originCheck({ trustForwardedHost: true })(request({ origin: 'https://shop.example', host: '10.0.0.1:3000', 'x-forwarded-host': 'shop.example' })).allowed).toBe(true)
    expect(originCheck({ trustForwardedHost: true })(request({ origin: 'https://shop.example', host: 'shop.example' })).allowed).toBe(true)
    expect(originCheck({ trustForwardedHost: true })(request({ origin: 'https://shop.example', host: 'shop.example', 'x-forwarded-host': 'evil.example, shop.example' })).allowed).toBe(false)
  })

  test('over HTTPS a page on plain HTTP is foreign', () => {
    const plain = { origin: 'http://shop.example', host: 'shop.example' }
    expect(originCheck()(request(plain, { url: 'https://shop.example/api' })).allowed).toBe(false)
    expect(originCheck({ trustForwardedHost: true })(request({ ...plain, 'x-forwarded-proto': 'https' })).allowed).toBe(false)
    expect(originCheck()(request(plain)).allowed).toBe(true)
  })

  test('refuses a policy that names no origin', () => expect(() => originCheck({ allowed: ['*'] })).toThrow(DefinitionError))
})
