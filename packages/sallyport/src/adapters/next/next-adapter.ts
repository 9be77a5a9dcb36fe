import { headers } from 'next/headers.js'
import { DefinitionError } from '../../errors/sallyport-error.ts'
import type { CallRequest } from '../../lib/call-request.ts'
import { clientAddress, type AddressSource } from '../../lib/client-address.ts'
import type { Host } from '../../lib/host.ts'
import { nextNavigation } from './navigation.ts'
import { nextPhase } from './phase.ts'

/**
 * What the adapter can't find out by itself. Next shows no socket and passes an `x-forwarded-for` that a client wrote on as it is,
 * so one of `trustedProxies` (at least 1), `header` or `waived` has to be said.
 */
export type NextAdapterOptions = (
  | { readonly trustedProxies: number }
  | { readonly header: string; readonly setBy: 'front' }
  | { readonly waived: string }
) & {
  /** Origins besides the host's own whose pages may call: `https://admin.example.com`. Next's `serverActions.allowedOrigins` is beside it. */
  readonly allowedOrigins?: readonly string[]
  /** Believe `x-forwarded-host`: only where a front overwrites it. Default false. */
  readonly trustForwardedHost?: boolean
}

/**
 * Lets a port run in Next's App Router: in server actions, called by script or posted by a form without JavaScript, and in route
 * handlers. A call while a page renders is refused.
 *
 * @throws DefinitionError when the source of the client's address is missing or can't work under Next.
 * @example
 * ```ts
 * const port = createPort({ adapter: nextAdapter({ trustedProxies: 1 }), … })
 * ```
 */
export function nextAdapter(options: NextAdapterOptions): Host {
  const address = clientAddress(checked(options))
  return {
    name: 'next',
    async current(): Promise<CallRequest | null> {
      const { phase, transport } = nextPhase()
      if (phase === 'unknown') return null
      // Next does not say the method of a request; an action is always posted.
      return { transport, method: transport === 'next-action' ? 'POST' : 'UNKNOWN', headers: await headers() }
    },
    phase: () => nextPhase().phase,
    navigation: nextNavigation,
    clientAddress: address,
    origin: {
      ...(options.allowedOrigins === undefined ? {} : { allowed: options.allowedOrigins }),
      ...(options.trustForwardedHost === undefined ? {} : { trustForwardedHost: options.trustForwardedHost }),
    },
  }
}

function checked(options: NextAdapterOptions | undefined): AddressSource {
  // Plain JavaScript may call it with nothing.
  if (options !== undefined) {
    if ('header' in options || 'waived' in options) return options
    if (typeof options.trustedProxies === 'number' && options.trustedProxies >= 1) return options
  }
  throw new DefinitionError(
    'nextAdapter() needs to know where the client\'s address comes from. Next shows no socket, so say how many proxies of yours append to ' +
      "x-forwarded-for ({ trustedProxies: 1 }), which header a front overwrites ({ header: 'x-real-ip', setBy: 'front' }), or why you do without ({ waived: '…' }).",
  )
}
