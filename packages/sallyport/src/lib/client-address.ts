import { DefinitionError } from '../errors/sallyport-error.ts'
import type { CallRequest } from './call-request.ts'
import type { ClientAddress } from './host.ts'
import { formatIp, inCidr, maskIp, parseCidr, parseForwardedIp, parseIp, type Cidr, type IpAddress } from './ip.ts'

/** Where a client's address comes from. One of the three has to be said, since a client can write any header itself. */
export type AddressSource =
  | {
      /**
       * How many proxies of yours stand before the server, each of which appends to `x-forwarded-for`; 0 takes the socket's
       * address. Or the proxies' own addresses, where the socket is visible: `['10.0.0.0/8']`.
       */
      readonly trustedProxies: number | readonly string[]
    }
  | {
      /** A header that the front overwrites on every request, whatever the client sent: `x-real-ip`, `cf-connecting-ip`. */
      readonly header: string
      readonly setBy: 'front'
    }
  | {
      /** Why this port does without addresses. Limits per address then share one key. */
      readonly waived: string
    }

/** How addresses become keys of limits. */
export interface AddressKeyOptions {
  /** Bits of an IPv6 address that count as one caller, 32 to 128. Default 64: what one network gets; many providers give a home 56. */
  readonly ipv6Prefix?: number
}

const NOT_SAID = "an adapter needs to know where the client's address comes from: { trustedProxies: 0 }, { header, setBy: 'front' } or { waived: '…' }"

/**
 * Reads the client's address from a request, by the number of proxies that are declared, and never from what a client may set.
 *
 * `x-forwarded-for` is counted from the right: with one proxy the last entry is the address that the proxy itself saw. With fewer
 * entries than proxies, or anything there that is not an address, the address is unknown (`undefined`).
 *
 * @throws DefinitionError when the source is malformed.
 * @example
 * ```ts
 * const address = clientAddress({ trustedProxies: 1 })
 * address(request) // '203.0.113.7'
 * ```
 */
export function clientAddress(source: AddressSource): ClientAddress {
  if (typeof source !== 'object') throw new DefinitionError(NOT_SAID)
  if ('waived' in source) {
    if (source.waived.trim() === '') throw new DefinitionError('a waiver of the client address needs a reason')
    return Object.assign((): undefined => undefined, { waived: source.waived })
  }
  if ('header' in source) {
    if (source.setBy !== 'front') throw new DefinitionError(`the header "${source.header}" can only be believed when a front sets it: { setBy: 'front' }`)
    if (!/^[\w-]+$/.test(source.header)) throw new DefinitionError(`"${source.header}" is not the name of a header`)
    return (request) => written(parseForwardedIp(request.headers.get(source.header) ?? ''))
  }
  const proxies = source.trustedProxies
  if (proxies === undefined) throw new DefinitionError(NOT_SAID)
  return typeof proxies === 'number' ? byCount(proxies) : byAddress(proxies.map(parseCidr))
}

/**
 * The key under which an address is limited: an IPv4 address as it is, an IPv6 address by its prefix (`2001:db8:0:1::/64`).
 * An address that is unknown or malformed gets the key `unknown`, which all such callers share.
 *
 * @throws DefinitionError when the prefix is not between 32 and 128.
 */
export function addressKey(address: string | undefined, options: AddressKeyOptions = {}): string {
  const prefix = options.ipv6Prefix ?? 64
  if (!Number.isInteger(prefix) || prefix < 32 || prefix > 128) throw new DefinitionError(`ipv6Prefix is ${prefix}; it must be between 32 and 128`)
  const parsed = address === undefined ? undefined : parseIp(address)
  if (parsed === undefined) return 'unknown'
  if (parsed.version === 4) return formatIp(parsed)
  return `${formatIp(maskIp(parsed, prefix))}/${prefix}`
}

function byCount(count: number): ClientAddress {
  if (!Number.isInteger(count) || count < 0 || count > 32) throw new DefinitionError(`trustedProxies is ${count}; it must be a number of proxies, 0 to 32`)
  if (count === 0) return (request) => written(parseIp(request.socketAddress ?? ''))
  return (request) => written(parseForwardedIp(fromRight(request.headers.get('x-forwarded-for') ?? '', count) ?? ''))
}

/** From the socket outwards, the first address that is no trusted proxy. Without a visible socket nothing vouches for the header. */
function byAddress(trusted: readonly Cidr[]): ClientAddress {
  if (trusted.length === 0) throw new DefinitionError('trustedProxies is an empty list; say 0 when there is no proxy')
  if (trusted.some(({ prefix }) => prefix === 0)) throw new DefinitionError('trustedProxies has a block of all addresses: every caller would be a proxy, and believed whatever it writes')
  const isTrusted = (address: IpAddress): boolean => trusted.some((cidr) => inCidr(address, cidr))
  return (request: CallRequest) => {
    let address = parseIp(request.socketAddress ?? '')
    const forwarded = request.headers.get('x-forwarded-for') ?? ''
    for (let hop = 1; address !== undefined && isTrusted(address); hop++) {
      // More hops than any set-up has: somebody pads the header with addresses of the proxies.
      if (hop > 32) return undefined
      const next = fromRight(forwarded, hop)
      // Nothing further left: the proxy itself is the caller (a health check).
      if (next === undefined) break
      address = parseForwardedIp(next)
    }
    return written(address)
  }
}

/** The entry at position `count` from the right, 1 being the last. Looks no further left than it must. */
function fromRight(list: string, count: number): string | undefined {
  let end = list.length
  for (let skipped = 1; ; skipped++) {
    const comma = end > 0 ? list.lastIndexOf(',', end - 1) : -1
    if (skipped === count) return list.trim() === '' ? undefined : list.slice(comma + 1, end)
    if (comma < 0) return undefined
    end = comma
  }
}

function written(address: IpAddress | undefined): string | undefined {
  return address === undefined ? undefined : formatIp(address)
}
