import type { CallRequest } from '../../lib/call-request.ts'
import { addressChecks } from '../../pipeline/controls/address-limit.ts'
import type { PortRuntime } from '../../pipeline/runtime.ts'

/** What stands before anybody is asked who is calling: calls of tools pass the pipeline's controls, and what comes before them passes these. */
export interface Gate {
  /** The answer to an address that is refused or has used up its limit, else null. Takes nothing of the limit: a call of a tool does that. */
  refuse(request: CallRequest): Promise<Response | null>
  /** A credential was bad: that counts against the address. */
  strike(request: CallRequest): Promise<void>
}

/** Makes the gate of a port. Without an address to read there is none. */
export function addressGate(port: PortRuntime): Gate {
  const read = port.host?.clientAddress
  const checksOf = addressChecks(port)
  const checksFor = (request: CallRequest): ReturnType<typeof checksOf> | 'denied' | null => {
    if (read === undefined) return null
    const address = read(request)
    const verdict = port.accessOf({ address })
    if (verdict === 'denied') return 'denied'
    return verdict === 'allowed' ? null : checksOf(address ?? '')
  }
  return {
    async refuse(request) {
      const checks = checksFor(request)
      if (checks === null) return null
      if (checks === 'denied') return answer(403, 'forbidden')
      try {
        const [state] = await port.store.limits.peek(checks, port.clock.now())
        if (state === undefined || state.remaining >= 1) return null
        return answer(429, 'too_many_requests', Math.ceil(state.resetMs / 1_000))
      } catch (cause) {
        const open = port.limits.onStoreFailure.address !== undefined
        port.log({ level: 'error', action: '(mcp)', correlationId: '-', control: 'rate-limit', code: 'UNAVAILABLE', reason: 'the limit of the address could not be read', cause })
        return open ? null : answer(503, 'temporarily_unavailable', 1)
      }
    },
    async strike(request) {
      const checks = checksFor(request)
      if (checks === null || checks === 'denied') return
      try {
        const { allowed } = await port.store.limits.decide(checks, port.clock.now())
        if (!allowed) await port.bans?.refused(checks[0]?.key ?? '')
      } catch (cause) {
        // The caller is refused all the same: what could not be counted is told to the log.
        port.log({ level: 'error', action: '(mcp)', correlationId: '-', control: 'rate-limit', code: 'UNAVAILABLE', reason: 'a bad credential could not be counted', cause })
      }
    },
  }
}

/** The request with a body that ends with an error where it is larger. `null` where it says so itself. */
export function withLimitedBody(request: Request, maxBytes: number): Request | null {
  const declared = request.headers.get('content-length')
  if (declared !== null && !(Number(declared) <= maxBytes)) return null
  if (request.body === null) return request
  let seen = 0
  const limited = request.body.pipeThrough(new TransformStream<Uint8Array, Uint8Array>({
    transform(part, controller) {
      seen += part.byteLength
      if (seen > maxBytes) controller.error(new RangeError('the body is too large'))
      else controller.enqueue(part)
    },
  }))
  const { url, method, headers, signal } = request
  // `duplex` is asked for where a body is a stream; the DOM types do not have it everywhere.
  const options: RequestInit & { readonly duplex: 'half' } = { method, headers, signal, body: limited, duplex: 'half' }
  // Not `new Request(request, …)`: Next hands its routes a proxy of a request, which is none to the platform.
  return new Request(url, options)
}

function answer(status: number, error: string, retryAfterSeconds?: number): Response {
  return Response.json({ error }, { status, headers: retryAfterSeconds === undefined ? {} : { 'retry-after': String(Math.max(1, retryAfterSeconds)) } })
}
