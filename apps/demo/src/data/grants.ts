import 'server-only'
import { visible, type GrantRecord, type GrantRequest } from 'sallyport'
import { GRANTABLE } from '../actions/grants.ts'
import type { CurrentUser } from '../auth/current-user.ts'
import { policy } from '../policy.ts'
import { store } from '../store.ts'

/** Where a grant stands. `expired` and `early` are a matter of the time, the rest is stored. */
export type GrantStatus = 'live' | 'early' | 'used' | 'expired' | 'revoked'

/** A grant as the page shows it. */
export type ShownGrant = GrantRecord & { readonly status: GrantStatus }

/** Grants that somebody gave, or that let an agent act for them; newest first. */
export async function grantsOf(userId: string): Promise<ShownGrant[]> {
  const { grants } = store()
  const found = (await Promise.all([grants.list({ grantedBy: userId }), grants.list({ subject: userId })])).flat()
  const now = Date.now()
  const unique = [...new Map(found.map((grant) => [grant.id, grant])).values()]
  return unique.sort((a, b) => b.createdAt - a.createdAt).map((grant) => ({ ...grant, status: statusOf(grant, now) }))
}

/** Requests of agents that somebody may answer, oldest first. Whether they really may is decided by the port when they do. */
export async function requestsFor(user: CurrentUser): Promise<GrantRequest[]> {
  const found = await store().grants.requests.pending({ now: Date.now(), environment: 'production', limit: 100 })
  const theirs = found.filter(({ subject, actions }) => (subject === null || subject === user.id) && actions.every((name) => mayGive(user, name)))
  // An agent's own words may hold characters that nobody sees.
  return theirs.map((request) => ({ ...request, reason: visible(request.reason) }))
}

/** Names of the actions that somebody holds, and so can give. */
export function givableBy(user: CurrentUser): string[] {
  return GRANTABLE.map(({ name }) => name).filter((name) => mayGive(user, name))
}

function mayGive({ role }: CurrentUser, name: string): boolean {
  const access = GRANTABLE.find((action) => action.name === name)?.definition.access
  return access?.kind === 'authorize' && policy.holds([role], access.permission)
}

function statusOf({ revokedAt, uses, maxUses, notBefore, expiresAt }: GrantRecord, now: number): GrantStatus {
  if (revokedAt !== null) return 'revoked'
  if (uses >= maxUses) return 'used'
  if (now >= expiresAt) return 'expired'
  return now < notBefore ? 'early' : 'live'
}
