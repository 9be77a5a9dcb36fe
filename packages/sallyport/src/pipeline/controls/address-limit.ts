import { addressKey } from '../../lib/client-address.ts'
import { memoize } from '../../lib/memoize.ts'
import type { WindowCheck } from '../../limits/types.ts'
import { PASS, type Control } from '../control.ts'
import { chargeLimits } from './charge-limits.ts'

/** `rate-limit`, first decision: calls of one address, before anybody is asked who is calling. */
export const addressLimit: Control = {
  name: 'rate-limit',
  prepare(_definition, port) {
    const { host } = port
    if (host?.clientAddress === undefined) return null
    const read = host.clientAddress
    const limit = port.limits.perAddress
    const keyOf = memoize((address: string) => `${port.name}:address:${addressKey(address, { ipv6Prefix: port.ipv6Prefix })}`)
    return (call) => {
      if (call.request === null) return PASS
      call.address = read(call.request)
      // An address that can't be known shares one limit with all others like it.
      const check: WindowCheck = {
        kind: 'window',
        name: 'address',
        key: keyOf(call.address ?? ''),
        limit,
        windowMs: 60_000,
        cost: 1,
      }
      return chargeLimits(call, [check])
    }
  },
}
