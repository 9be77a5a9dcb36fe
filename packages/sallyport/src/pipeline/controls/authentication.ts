import { isFresh } from '../../identity/freshness.ts'
import { asItIsNow, isPrincipal } from '../../identity/is-principal.ts'
import type { Principal } from '../../identity/principal.ts'
import { isPromiseLike } from '../../lib/maybe-promise.ts'
import type { Call } from '../call.ts'
import { PASS, Refusal, type Check, type Control } from '../control.ts'
import type { PortRuntime } from '../runtime.ts'

/** `authentication`: who is calling, asked anew on every call, and recently enough for what is destructive. */
export const authentication: Control = {
  name: 'authentication',
  prepare(definition, port) {
    const required = definition.access.kind !== 'public'
    const { freshnessMs } = definition

    function judge(call: Call, given: Principal | null): typeof PASS {
      const found = asItIsNow(given)
      if (found === null) {
        if (required) throw new Refusal('UNAUTHENTICATED', 'nobody is signed in', { fix: 'Sign in, or declare the action .public(reason).' })
        return PASS
      }
      if (!isPrincipal(found)) {
        throw new Refusal('UNAVAILABLE', 'the identity provider returned something that is not a principal', { fix: 'Return `{ kind, id, roles, session: { credential } }`, or null.' })
      }
      const { session } = found
      if (session.expiresAt !== undefined && !(session.expiresAt > call.startedAt)) throw new Refusal('UNAUTHENTICATED', 'the session has expired')
      // Known from here on: a sign-in that is too old is somebody's, and the log should say whose.
      call.principal = found
      if (freshnessMs !== null && !isFresh(session, freshnessMs, call.startedAt)) {
        throw new Refusal('REAUTHENTICATE', `the sign-in is older than ${freshnessMs} ms, or its time is not known`, {
          fix: 'Send the person through sign-in again; the identity provider must give `session.authenticatedAt`.',
        })
      }
      return PASS
    }

    const authenticate: Check = (call) => {
      if (call.vouched) return judge(call, call.principal)
      if (call.request === null) throw new Refusal('UNAUTHENTICATED', 'there is no request to read an identity from')
      const found = port.identity.authenticate(call.request, new AuthenticationView(call))
      return isPromiseLike(found) ? found.then((principal) => judge(call, principal)) : judge(call, found)
    }
    return definition.exceptions.has('rate-limit') ? withAccessLists(authenticate, port) : authenticate
  },
}

/**
 * Who stands on a deny-list is refused by the limits, before they count. Where these are waived or only observed nothing else would
 * ask the lists, nor read the address for the log.
 */
function withAccessLists(authenticate: Check, port: PortRuntime): Check {
  const read = port.host?.clientAddress
  const requireNotDenied = (call: Call): typeof PASS => {
    if (port.accessOf({ principal: call.principal }) === 'denied') throw new Refusal('FORBIDDEN', 'the principal is on the deny-list')
    return PASS
  }
  return (call) => {
    if (call.request !== null && read !== undefined) call.address = read(call.request)
    if (port.accessOf({ address: call.address }) === 'denied') throw new Refusal('FORBIDDEN', 'the address is on the deny-list')
    const passed = authenticate(call)
    return isPromiseLike(passed) ? passed.then(() => requireNotDenied(call)) : requireNotDenied(call)
  }
}

/** What an identity provider is called with beside the request. */
class AuthenticationView {
  readonly #call: Call
  readonly now: number

  constructor(call: Call) {
    this.#call = call
    this.now = call.startedAt
  }

  get signal(): AbortSignal {
    return this.#call.signal
  }
}
