import { originApplies, originCheck } from '../../lib/origin.ts'
import { PASS, Refusal, type Control } from '../control.ts'

/** `origin`: a call whose credentials travel by themselves must come from a page of the application (CSRF). */
export const origin: Control = {
  name: 'origin',
  prepare(_definition, port) {
    // A port without an adapter can be reached all the same, through `handle`: then only the host's own pages may call.
    const decide = originCheck(port.host?.origin)
    return ({ request }) => {
      if (request === null || !originApplies(request)) return PASS
      const decision = decide(request)
      if (decision.allowed !== true) {
        throw new Refusal('FORBIDDEN', `origin: ${decision.reason}`, {
          fix: 'Call it from a page of the application, or list the other origin in `allowedOrigins` of the adapter.',
        })
      }
      return PASS
    }
  },
}
