import type { Principal } from '../../identity/principal.ts'
import type { CallRequest } from '../../lib/call-request.ts'
import type { LimitCheck } from '../../limits/types.ts'
import { addressChecks } from '../../pipeline/controls/address-limit.ts'
import { principalWindow, tierOf } from '../../pipeline/controls/principal-limits.ts'
import type { PortRuntime } from '../../pipeline/runtime.ts'

/** What stands around a request to an MCP server: calls of tools pass the pipeline's controls, and whatever is no such call passes these. */
export interface Gate {
  /**
   * The answer to an address that is refused or has used up its limit, else null, before anybody is asked who is calling. Takes nothing of
   * the limit: a call of a tool does that, and `count`.
   */
  refuse(request: CallRequest): Promise<Response | null>
  /** A credential was bad: that counts against the address. */
  strike(request: CallRequest): Promise<void>
  /**
   * Counts a request that calls no tool: against the address, and where it asks what tools there are, against the principal as a call does.
   * The answer where one of the two is used up, else null.
   */
  count(request: CallRequest, principal: Principal, asksForTools: boolean): Promise<Response | null>
}

/** Makes the gate of a port. */
export function makeGate(port: PortRuntime): Gate {
  const read = port.host?.clientAddress
  const checksOf = addressChecks(port)
  const ofPrincipal = principalWindow(port, 1)
  // Without an address to read there is nothing to count by it.
  const checksFor = (request: CallRequest): ReturnType<typeof checksOf> | 'denied' | null => {
    if (read === undefined) return null
    const address = read(request)
    const verdict = port.accessOf({ address })
    if (verdict === 'denied') return 'denied'
    return verdict === 'allowed' ? null : checksOf(address ?? '')
  }
  const failed = (reason: string, cause: unknown): void =>
    port.log({ level: 'error', action: '(mcp)', correlationId: '-', control: 'rate-limit', code: 'UNAVAILABLE', reason, cause })

  return {
    async refuse(request) {
      const checks = checksFor(request)
      if (checks === null) return null
      if (checks === 'denied') return answer(403, 'forbidden')
      try {
        const [state] = await port.store.limits.peek(checks, port.clock.now())
        if (state === undefined || state.remaining >= 1) return null
        // Refused, it takes nothing, says when to come again, and is one refusal more of those that lead to a ban.
        const decision = await port.store.limits.decide(checks, port.clock.now())
        if (decision.allowed === true) return null
        await port.bans?.refused(checks[0]?.key ?? '')
        return answer(429, 'too_many_requests', Math.ceil(decision.retryAfterMs / 1_000))
      } catch (cause) {
        const open = port.limits.onStoreFailure.address !== undefined
        failed('the limit of the address could not be read', cause)
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
        failed('a bad credential could not be counted', cause)
      }
    },
    async count(request, principal, asksForTools) {
      const address = checksFor(request)
      const verdict = port.accessOf({ principal })
      if (address === 'denied' || verdict === 'denied') return answer(403, 'forbidden')
      try {
        const checks: LimitCheck[] = [...(address ?? []), ...(asksForTools && verdict !== 'allowed' ? [ofPrincipal(principal, tierOf(principal, port))] : [])]
        const decision = checks.length === 0 ? null : await port.store.limits.decide(checks, port.clock.now())
        if (decision === null || decision.allowed === true) return null
        if (decision.allowed !== false) throw new TypeError('the limit store answered nothing that can be read')
        const refusing = checks.find(({ name }) => name === decision.refusedBy)
        if (refusing !== undefined) await port.bans?.refused(refusing.key)
        return answer(429, 'too_many_requests', Math.ceil(decision.retryAfterMs / 1_000))
      } catch (cause) {
        failed('a request could not be counted', cause)
        return answer(503, 'temporarily_unavailable', 1)
      }
    },
  }
}

function answer(status: number, error: string, retryAfterSeconds?: number): Response {
  return Response.json({ error }, { status, headers: retryAfterSeconds === undefined ? {} : { 'retry-after': String(Math.max(1, retryAfterSeconds)) } })
}
