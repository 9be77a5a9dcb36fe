import { memoize } from './memoize.ts'
import { formatIp, maskIp, parseIp } from './ip.ts'

/** How an audit log keeps an address: IPv4 cut to /24 and IPv6 to /48 where it is truncated, or left out. */
export function addressForLog(mode: 'full' | 'truncated' | 'none'): (address: string) => string {
  if (mode === 'full') return (address) => address
  if (mode === 'none') return () => 'withheld'
  return memoize((address) => {
    const parsed = parseIp(address)
    if (parsed === undefined) return 'unreadable'
    const prefix = parsed.version === 4 ? 24 : 48
    return `${formatIp(maskIp(parsed, prefix))}/${prefix}`
  })
}
