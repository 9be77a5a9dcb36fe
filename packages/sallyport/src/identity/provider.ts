import type { MaybePromise } from '../lib/maybe-promise.ts'
import type { CallRequest } from '../lib/call-request.ts'
import type { Departure, EndedSignIns } from './departure.ts'
import type { Principal } from './principal.ts'

/**
 * The roles that a person holds now, in a tenant where one is asked about; `null` for who has left, or has left that tenant.
 *
 * @example
 * ```ts
 * rolesOf: (personId, { tenant }) => memberships.rolesOf(personId, tenant)
 * ```
 */
export type RolesOf = (personId: string, of: { readonly tenant?: string }) => MaybePromise<readonly string[] | null>

/**
 * Says who is calling. Asked on every call: what it returns is never cached by the port.
 * `null` means that nobody is signed in. Anything that is not a principal, and anything thrown, denies.
 */
export interface IdentityProvider<P extends Principal = Principal> {
  readonly name: string
  authenticate(request: CallRequest, options: { readonly signal: AbortSignal; readonly now: number }): MaybePromise<P | null>
  /**
   * Somebody has left: ends, on every process, what this provider holds of theirs to sign in with, for example API keys, and says what it could
   * not end. `identity.offboard` and `identity.revoke` ask for it. A provider without it is told to have ended nothing.
   */
  end?(principalId: string, departure: Departure): MaybePromise<EndedSignIns>
}
