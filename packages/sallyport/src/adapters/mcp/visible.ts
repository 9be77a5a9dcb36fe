import type { AnyAction } from '../../action/action.ts'
import type { Principal } from '../../identity/principal.ts'
import type { Policy } from '../../policy/types.ts'

/**
 * Whether a caller could come to call an action: public; or within its roles, or the ceiling of an agent and the roles of
 * its subject. Says nothing of grants, ownership and approvals: the call itself decides those.
 *
 * @param scope The OAuth scope that the action needs, where it needs one. A credential that was not narrowed has them all.
 */
export function couldBeGranted(action: AnyAction, principal: Principal, policy: Policy, scope: string | undefined): boolean {
  const { scopes = [] } = principal.session
  if (scope !== undefined && scopes !== 'all' && !scopes.includes(scope)) return false
  const { access } = action.definition
  if (access.kind === 'public') return true
  if (principal.kind !== 'user') {
    if (principal.ceiling?.includes(access.permission) !== true) return false
    return principal.subject === undefined || policy.holds(principal.subject.roles, access.permission) === true
  }
  return policy.holds(principal.roles, access.permission) === true
}
