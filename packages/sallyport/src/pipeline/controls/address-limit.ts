import { addressKey } from '../../lib/client-address.ts'
import { memoize } from '../../lib/memoize.ts'
import type { WindowCheck } from '../../limits/types.ts'
import { PASS, Refusal, type Control } from '../control.ts'
import type { PortRuntime } from '../runtime.ts'
import { chargeLimits } from './charge-limits.ts'

/** The limit of an address. One that can't be known shares it with all others like it. */
export function addressChecks(port: PortRuntime): (address: string) => readonly WindowCheck[] {
  return memoize((address: string): readonly WindowCheck[] => [
    {
      kind: 'window',
      name: 'address',
      key: `${port.name}:address:${addressKey(address, { ipv6Prefix: port.ipv6Prefix })}`,
      limit: port.limits.perAddress,
      windowMs: 60_000,
      cost: 1,
      onStoreFailure: port.limits.onStoreFailure.address,
    },
  ])
}

/** `rate-limit`, first decision: calls of one address, before anybody is asked who is calling. */
export const addressLimit: Control = {
  name: 'rate-limit',
  prepare(_definition, port) {
    const { host } = port
    if (host?.clientAddress === undefined) return null
    const read = host.clientAddress
    const checksOf = addressChecks(port)
    return (call) => {
      if (call.request === null) return PASS
      call.address = read(call.request)
      const verdict = port.accessOf({ address: call.address })
      if (verdict === 'denied') throw new Refusal('FORBIDDEN', 'the address is on the deny-list')
      if (verdict === 'allowed') return PASS
      return chargeLimits(call, checksOf(call.address ?? ''))
    }
  },
}
