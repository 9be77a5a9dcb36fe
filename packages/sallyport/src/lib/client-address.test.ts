import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DefinitionError } from '../errors/sallyport-error.ts'
import type { CallRequest } from './call-request.ts'
import { addressKey, clientAddress } from './client-address.ts'

const request = (headers: Record<string, string>, socketAddress?: string): CallRequest => ({
  transport: 'fetch',
  method: 'POST',
  headers: new Headers(headers),
  ...(socketAddress === undefined ? {} : { socketAddress }),
})

describe('a declared number of trusted proxies', () => {
  test('whatever a client puts in front, the address is the one that the outermost trusted proxy saw', () => {
    // Header values as a client may send them: no line breaks, and the header's text is what the proxies append to.
    const forged = fc.array(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string({ unit: 'grapheme-ascii' }), fc.constant('')), { maxLength: 5 })
    const hops = fc.array(fc.ipV4(), { minLength: 0, maxLength: 4 })
    fc.assert(
      fc.property(forged, fc.ipV4(), hops, fc.ipV4(), (prefix, client, inner, socket) => {
        const forwarded = [...prefix, client, ...inner].join(', ')
        const read = clientAddress({ trustedProxies: inner.length + 1 })
        expect(read(request({ 'x-forwarded-for': forwarded }, socket))).toBe(client)
      }),
    )
  })

  test('with fewer entries than proxies the address is unknown: the request did not come through them', () => {
    const read = clientAddress({ trustedProxies: 2 })
    expect(read(request({ 'x-forwarded-for': '192.0.2.1' }))).toBeUndefined()
    expect(read(request({}))).toBeUndefined()
    expect(read(request({ 'x-forwarded-for': '' }))).toBeUndefined()
    expect(read(request({ 'x-forwarded-for': ',192.0.2.1' }))).toBeUndefined()
  })

  test('without proxies only the socket counts', () => {
    const read = clientAddress({ trustedProxies: 0 })
    expect(read(request({ 'x-forwarded-for': '192.0.2.1' }, '::ffff:198.51.100.2'))).toBe('198.51.100.2')
    expect(read(request({ 'x-forwarded-for': '192.0.2.1' }))).toBeUndefined()
  })

  test.each([undefined, {}])('refuses %j, which says nothing', (source) => {
    expect(() => clientAddress(source as never)).toThrow(/trustedProxies: 0/)
  })

  test.each([-1, 1.5, Number.NaN, 33])('refuses %d proxies', (trustedProxies) => {
    expect(() => clientAddress({ trustedProxies })).toThrow(DefinitionError)
  })
})

describe('trusted proxies by their addresses', () => {
  const read = clientAddress({ trustedProxies: ['10.0.0.0/8'] })

  test('walks from the socket outwards to the first that is no proxy', () => {
    expect(read(request({ 'x-forwarded-for': '6.6.6.6, 192.0.2.1, 10.0.0.7' }, '10.0.0.8'))).toBe('192.0.2.1')
    expect(read(request({ 'x-forwarded-for': '6.6.6.6' }, '192.0.2.1'))).toBe('192.0.2.1')
    expect(read(request({}, '10.0.0.8'))).toBe('10.0.0.8')
  })

  test('vouches for nothing where no socket is visible or the header is malformed', () => {
    expect(read(request({ 'x-forwarded-for': '192.0.2.1' }))).toBeUndefined()
    expect(read(request({ 'x-forwarded-for': '192.0.2.1, junk' }, '10.0.0.8'))).toBeUndefined()
    expect(read(request({ 'x-forwarded-for': '10.0.0.9,'.repeat(40) + '10.0.0.9' }, '10.0.0.8'))).toBeUndefined()
  })

  test.each(['0.0.0.0/0', '::/0'])('refuses %s, which would believe every caller', (block) => expect(() => clientAddress({ trustedProxies: ['10.0.0.0/8', block] })).toThrow(DefinitionError))

  test('refuses an empty list', () => expect(() => clientAddress({ trustedProxies: [] })).toThrow(DefinitionError))
})

describe('a header that the front sets, and a waiver', () => {
  test('takes exactly one address', () => {
    const read = clientAddress({ header: 'x-real-ip', setBy: 'front' })
    expect(read(request({ 'x-real-ip': '2001:db8::1', 'x-forwarded-for': '6.6.6.6' }))).toBe('2001:db8::1')
    expect(read(request({ 'x-real-ip': '6.6.6.6, 192.0.2.1' }))).toBeUndefined()
    expect(read(request({ 'x-forwarded-for': '6.6.6.6' }))).toBeUndefined()
  })

  test('is not believed unless the front is said to set it', () => {
    // A caller in plain JavaScript can leave `setBy` out.
    expect(() => clientAddress({ header: 'x-real-ip' } as never)).toThrow(/front/)
    expect(() => clientAddress({ header: 'x real ip', setBy: 'front' })).toThrow(DefinitionError)
  })

  test('a waiver carries its reason and reads nothing', () => {
    const read = clientAddress({ waived: 'an internal tool behind a VPN' })
    expect(read(request({ 'x-forwarded-for': '192.0.2.1' }, '192.0.2.1'))).toBeUndefined()
    expect(read.waived).toBe('an internal tool behind a VPN')
    expect(() => clientAddress({ waived: ' ' })).toThrow(DefinitionError)
  })
})

describe('addressKey', () => {
  test('keys IPv6 by its prefix, IPv4 and IPv4-mapped by the address', () => {
    expect(addressKey('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64')
    expect(addressKey('2001:db8:1:2ff:3:4:5:6', { ipv6Prefix: 56 })).toBe('2001:db8:1:200::/56')
    expect(addressKey('203.0.113.7')).toBe('203.0.113.7')
    expect(addressKey('::ffff:203.0.113.7')).toBe('203.0.113.7')
  })

  test('callers whose address is unknown share one key', () => {
    expect(addressKey(undefined)).toBe('unknown')
    expect(addressKey('junk')).toBe('unknown')
  })

  test('all addresses of a network share its key, addresses of another never do', () => {
    const bits = (count: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: count, maxLength: count })
    const written = (network: Uint8Array, host: Uint8Array): string =>
      [...network, ...host].map((byte) => byte.toString(16).padStart(2, '0')).join('').replace(/.{4}(?=.)/g, '$&:')
    fc.assert(
      fc.property(bits(8), bits(8), bits(8), bits(8), (network, other, host, neighbour) => {
        // ::/80 holds the IPv4-mapped addresses, which are keyed as IPv4.
        fc.pre(network.some((byte) => byte !== 0) && other.some((byte) => byte !== 0))
        expect(addressKey(written(network, host))).toBe(addressKey(written(network, neighbour)))
        if (!network.every((byte, index) => byte === other[index])) expect(addressKey(written(network, host))).not.toBe(addressKey(written(other, host)))
      }),
    )
  })

  test('refuses a prefix that would merge or split too much', () => {
    expect(() => addressKey('::1', { ipv6Prefix: 16 })).toThrow(DefinitionError)
    expect(() => addressKey('::1', { ipv6Prefix: 129 })).toThrow(DefinitionError)
  })
})
