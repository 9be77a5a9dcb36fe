import { clientAddress, type AddressSource } from '../../lib/client-address.ts'
import type { Host } from '../../lib/host.ts'

/** What the adapter can't find out by itself. */
export type FetchAdapterOptions = AddressSource & {
  /** Origins besides the host's own whose pages may call: `https://admin.example.com`. Default none. */
  readonly allowedOrigins?: readonly string[]
  /** Believe `x-forwarded-host`: only where a front overwrites it. Default false. */
  readonly trustForwardedHost?: boolean
}

/**
 * Lets a port run behind any server that hands over a `Request`: actions are reached through `toFetchHandler()`. A plain call of
 * an action has no request here; use `action.call()`.
 *
 * @throws DefinitionError when the source of the client's address is malformed.
 * @example
 * ```ts
 * const port = createPort({ adapter: fetchAdapter({ trustedProxies: 0 }), … })
 * ```
 */
export function fetchAdapter(options: FetchAdapterOptions): Host {
  return {
    name: 'fetch',
    current: () => null,
    clientAddress: clientAddress(options),
    origin: {
      ...(options.allowedOrigins === undefined ? {} : { allowed: options.allowedOrigins }),
      ...(options.trustForwardedHost === undefined ? {} : { trustForwardedHost: options.trustForwardedHost }),
    },
  }
}
