import { isPromiseLike, type MaybePromise } from '../../lib/maybe-promise.ts'
import type { LimitCheck, LimitDecision } from '../../limits/types.ts'
import type { Call } from '../call.ts'
import { PASS, Refusal } from '../control.ts'

/** One decision of the limit store: all checks pass and are charged, or the call is refused and nothing is. */
export function chargeLimits(call: Call, checks: readonly LimitCheck[]): MaybePromise<typeof PASS> {
  const decision = call.port.store.limits.decide(checks, call.startedAt)
  return isPromiseLike(decision) ? decision.then((settled) => judge(call, settled, checks)) : judge(call, decision, checks)
}

function judge(call: Call, decision: LimitDecision, checks: readonly LimitCheck[]): typeof PASS {
  if ((decision.allowed !== true && decision.allowed !== false) || !Array.isArray(decision.states)) throw new Refusal('UNAVAILABLE', 'the limit store answered nothing that can be read')
  if (!decision.allowed) {
    call.refusedByLimit(decision.states)
    strike(call, checks.find((check) => check.name === decision.refusedBy))
    throw new Refusal('RATE_LIMITED', `limit '${decision.refusedBy}' is used up`, {
      retryAfterMs: decision.retryAfterMs,
      fix: 'Wait, or raise the limit of the tier or the action.',
    })
  }
  call.charged(decision.states)
  return PASS
}

/** Tells the bans of a refusal. The refusal does not wait for it. */
function strike(call: Call, check: LimitCheck | undefined): void {
  const { bans } = call.port
  // Who shares an action's or everybody's limit has done nothing wrong.
  if (bans === null || check === undefined || (check.name !== 'address' && check.name !== 'principal')) return
  call.onEnd(() => bans.refused(check.key))
}
