import { DefinitionError } from '../errors/sallyport-error.ts'

/** An IP address in network byte order: four bytes for IPv4, sixteen for IPv6. IPv4-mapped IPv6 is IPv4. */
export interface IpAddress {
  readonly version: 4 | 6
  readonly bytes: Uint8Array
}

/** A block of addresses: all that share the first `prefix` bits. */
export interface Cidr {
  readonly address: IpAddress
  readonly prefix: number
}

/**
 * Reads an address in the text forms of RFC 4291 section 2.2 and dotted decimal. A zone (`%eth0`) is dropped. Leading zeros in
 * IPv4 are refused, since readers disagree on whether they mean octal. IPv4-mapped IPv6 (`::ffff:192.0.2.1`) comes out as IPv4.
 *
 * @returns `undefined` for anything that is not exactly one address.
 */
export function parseIp(text: string): IpAddress | undefined {
  if (text.length > 64) return undefined
  if (!text.includes(':')) {
    const bytes = new Uint8Array(4)
    return readIpv4(text, bytes, 0) ? { version: 4, bytes } : undefined
  }
  const zone = text.indexOf('%')
  if (zone === text.length - 1) return undefined
  const bytes = readIpv6(zone < 0 ? text : text.slice(0, zone))
  if (bytes === undefined) return undefined
  return isMapped(bytes) ? { version: 4, bytes: bytes.slice(12) } : { version: 6, bytes }
}

/**
 * Reads an address as proxies write it: bare, in brackets, or with a port (`192.0.2.1:5000`, `[2001:db8::1]:5000`).
 *
 * @returns `undefined` for names, `unknown`, obfuscated identifiers (RFC 7239 section 6) and everything malformed.
 */
export function parseForwardedIp(text: string): IpAddress | undefined {
  const trimmed = text.trim()
  const bracketed = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(trimmed)
  if (bracketed?.[1] !== undefined) return bracketed[1].includes(':') ? parseIp(bracketed[1]) : undefined
  const withPort = /^([\d.]+):\d{1,5}$/.exec(trimmed)
  return parseIp(withPort?.[1] ?? trimmed)
}

/** Writes an address in its canonical form: dotted decimal, or RFC 5952 for IPv6. */
export function formatIp(address: IpAddress): string {
  return address.version === 4 ? address.bytes.join('.') : formatIpv6(address.bytes)
}

/** The first address of the block of `prefix` bits in which the address lies. */
export function maskIp(address: IpAddress, prefix: number): IpAddress {
  const bytes = new Uint8Array(address.bytes.length)
  const whole = prefix >> 3
  bytes.set(address.bytes.subarray(0, whole))
  if (whole < bytes.length) bytes[whole] = (address.bytes[whole] ?? 0) & (0xff00 >> (prefix & 7))
  return { version: address.version, bytes }
}

/**
 * Reads `10.0.0.0/8`, `2001:db8::/32` or a single address.
 *
 * @throws DefinitionError when it is malformed, or has bits set behind the prefix, which is mostly a slip.
 */
export function parseCidr(text: string): Cidr {
  const slash = text.indexOf('/')
  const address = parseIp(slash < 0 ? text : text.slice(0, slash))
  const length = slash < 0 ? '' : text.slice(slash + 1)
  if (address === undefined || (slash >= 0 && !/^\d{1,3}$/.test(length))) throw new DefinitionError(`"${text}" is not an address or a block of addresses`)
  const bits = address.bytes.length * 8
  // A mapped block (::ffff:10.0.0.0/104) counts from the IPv6 side.
  const mapped = address.version === 4 && text.includes(':')
  const prefix = slash < 0 ? bits : Number(length) - (mapped ? 96 : 0)
  if (prefix < 0 || prefix > bits) throw new DefinitionError(`"${text}" has a prefix outside 0 to ${bits}`)
  if (formatIp(maskIp(address, prefix)) !== formatIp(address)) throw new DefinitionError(`"${text}" has bits set behind its prefix`)
  return { address, prefix }
}

/** True when the address lies in the block. An IPv4 address lies in no IPv6 block, nor the other way round. */
export function inCidr(address: IpAddress, cidr: Cidr): boolean {
  if (address.version !== cidr.address.version) return false
  const masked = maskIp(address, cidr.prefix).bytes
  return masked.every((byte, index) => byte === cidr.address.bytes[index])
}

function readIpv4(text: string, into: Uint8Array, at: number): boolean {
  const parts = text.split('.')
  if (parts.length !== 4) return false
  return parts.every((part, index) => {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return false
    into[at + index] = Number(part)
    return true
  })
}

function readIpv6(text: string): Uint8Array | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const head = readGroups(halves[0] ?? '', halves.length === 1)
  const tail = halves.length === 2 ? readGroups(halves[1] ?? '', true) : []
  if (head === undefined || tail === undefined) return undefined
  const missing = 16 - head.length - tail.length
  // `::` stands for at least one group (RFC 5952 section 4.2.2 only advises against one; RFC 4291 allows it).
  if (halves.length === 1 ? missing !== 0 : missing < 2) return undefined
  const bytes = new Uint8Array(16)
  bytes.set(head)
  bytes.set(tail, 16 - tail.length)
  return bytes
}

function readGroups(text: string, last: boolean): readonly number[] | undefined {
  if (text === '') return []
  const bytes: number[] = []
  const groups = text.split(':')
  for (const [index, group] of groups.entries()) {
    if (/^[\da-f]{1,4}$/i.test(group)) {
      const value = Number.parseInt(group, 16)
      bytes.push(value >> 8, value & 0xff)
      continue
    }
    // Dotted decimal may stand in place of the last two groups.
    const embedded = new Uint8Array(4)
    if (!last || index !== groups.length - 1 || !readIpv4(group, embedded, 0)) return undefined
    bytes.push(...embedded)
  }
  return bytes
}

function isMapped(bytes: Uint8Array): boolean {
  return bytes[10] === 0xff && bytes[11] === 0xff && bytes.subarray(0, 10).every((byte) => byte === 0)
}

function formatIpv6(bytes: Uint8Array): string {
  const groups: string[] = []
  for (let index = 0; index < 16; index += 2) groups.push((((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0)).toString(16))
  const run = longestZeroRun(groups)
  if (run.length < 2) return groups.join(':')
  return `${groups.slice(0, run.start).join(':')}::${groups.slice(run.start + run.length).join(':')}`
}

function longestZeroRun(groups: readonly string[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 }
  for (let start = 0; start < groups.length; start++) {
    let length = 0
    while (groups[start + length] === '0') length++
    if (length > best.length) best = { start, length }
    start += length
  }
  return best
}
