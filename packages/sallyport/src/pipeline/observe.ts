import type { Exception } from '../action/posture.ts'
import { isPromiseLike } from '../lib/maybe-promise.ts'
import { PASS, Refusal, type Check } from './control.ts'

/**
 * A control that reports what it would refuse, until a date. Only a refusal is let through: a control that fails
 * otherwise still refuses, and from the date on all is as if it had never been observed.
 */
export function observed(name: string, check: Check, { until }: Exception): Check {
  return (call) => {
    const report = (error: unknown): typeof PASS => {
      if (!(error instanceof Refusal) || error.code === 'UNAVAILABLE' || error.code === 'UNAUTHENTICATED' || !(call.startedAt < (until ?? 0))) throw error
      call.observe(name, error.reason)
      return PASS
    }
    try {
      const verdict = check(call)
      return isPromiseLike(verdict) ? verdict.then((passed) => passed, report) : verdict
    } catch (error) {
      return report(error)
    }
  }
}
