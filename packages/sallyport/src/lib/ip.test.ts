import fc from 'fast-check'
import { isIP, SocketAddress } from 'node:net'
import { describe, expect, test } from 'vitest'
import { DefinitionError } from '../errors/sallyport-error.ts'
import { formatIp, inCidr, maskIp, parseCidr, parseForwardedIp, parseIp } from './ip.ts'

const text = (address: string): string | undefined => {
  const parsed = parseIp(address)
  return parsed === undefined ? undefined : formatIp(parsed)
}

describe('parseIp', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8::1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ])('reads %s as %s', (given, canonical) => expect(text(given)).toBe(canonical))

  test.each(['', ' ', '1.2.3', '1.2.3.4.5', '01.2.3.4', '1.2.3.256', '1.2.3.4 ', '0x7f.0.0.1', '127.1', ':', ':::', '1:2:3:4:5:6:7', '1::2::3', '1:2:3:4:5:6:7:8:9', '12345::', 'g::', '::1.2.3.4:5', '1.2.3.4::', '::%', 'localhost', '1.2.3.4\n', `::${'0'.repeat(80)}1`])(
    'refuses %j',
    (given) => expect(parseIp(given)).toBeUndefined(),
  )

  test('agrees with the platform on what an address is', () => {
    const pieces = fc.constantFrom('0', '1', '255', '256', '01', 'ffff', 'abcd', ':', '::', '.', '1.2.3.4', 'g')
    const candidate = fc.oneof(fc.ipV4(), fc.ipV6(), fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join('')))
    fc.assert(fc.property(candidate, (address) => (parseIp(address) !== undefined) === (isIP(address) !== 0)), { numRuns: 2_000 })
  })

  test('reads what it writes, and writes what the platform writes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }).filter((bytes) => bytes[0] !== 0), (bytes) => {
        const written = formatIp({ version: 6, bytes })
        expect(parseIp(written)).toEqual({ version: 6, bytes })
        expect(new SocketAddress({ family: 'ipv6', address: written }).address).toBe(written)
      }),
    )
    fc.assert(fc.property(fc.ipV4(), (address) => text(address) === address))
  })
})

describe('parseForwardedIp', () => {
  test.each([
    [' 192.0.2.1 ', '192.0.2.1'],
    ['192.0.2.1:4711', '192.0.2.1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['2001:db8::1', '2001:db8::1'],
  ])('reads %s as %s', (given, canonical) => {
    const parsed = parseForwardedIp(given)
    expect(parsed && formatIp(parsed)).toBe(canonical)
  })

  test.each(['unknown', '_hidden', '[192.0.2.1]', '[2001:db8::1', '192.0.2.1:', '192.0.2.1:port', '"192.0.2.1"'])('refuses %s', (given) => {
    expect(parseForwardedIp(given)).toBeUndefined()
  })
})

describe('blocks of addresses', () => {
  test('an address lies in every block made from it, and leaves it when a bit of the prefix is turned', () => {
    const address = fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 }))
    fc.assert(
      fc.property(address, fc.nat(), fc.nat(), (bytes, prefixSeed, bitSeed) => {
        const ip = { version: bytes.length === 4 ? 4 : 6, bytes } as const
        const prefix = prefixSeed % (bytes.length * 8 + 1)
        const block = { address: maskIp(ip, prefix), prefix }
        expect(inCidr(ip, block)).toBe(true)
        if (prefix === 0) return
        const bit = bitSeed % prefix
        const turned = bytes.slice()
        turned[bit >> 3] = (turned[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7))
        expect(inCidr({ version: ip.version, bytes: turned }, block)).toBe(false)
      }),
    )
  })

  test('reads blocks and single addresses', () => {
    expect(parseCidr('10.0.0.0/8').prefix).toBe(8)
    expect(parseCidr('::ffff:10.0.0.0/104')).toEqual(parseCidr('10.0.0.0/8'))
    expect(parseCidr('2001:db8::1').prefix).toBe(128)
    expect(inCidr(parseIp('::ffff:10.1.2.3')!, parseCidr('10.0.0.0/8'))).toBe(true)
    expect(inCidr(parseIp('10.1.2.3')!, parseCidr('::/0'))).toBe(false)
  })

  test.each(['10.0.0.1/8', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/-1', '10.0.0.0/8/8', 'example.com', '::ffff:10.0.0.0/8'])('refuses %s', (given) => {
    expect(() => parseCidr(given)).toThrow(DefinitionError)
  })
})
