import { memoize } from './memoize.ts'
import { formatIp, maskIp, parseIp } from './ip.ts'

/** How an audit log keeps an address: whole, cut to /24 or /48, not at all, or as a function of the application makes it, for example a keyed hash. */
export type AddressInLog = 'full' | 'truncated' | 'none' | ((address: string) => string)

/** Addresses as they are kept: IPv4 cut to /24 and IPv6 to /48 where they are truncated, or left out. */
export function addressForLog(mode: AddressInLog): (address: string) => string {
  // Not remembered: its key may rotate.
  if (typeof mode === 'function') return mode
  if (mode === 'full') return (address) => address
  if (mode === 'none') return () => 'withheld'
  return memoize((address) => {
    const parsed = parseIp(address)
    if (parsed === undefined) return 'unreadable'
    const prefix = parsed.version === 4 ? 24 : 48
    return `${formatIp(maskIp(parsed, prefix))}/${prefix}`
  })
}
