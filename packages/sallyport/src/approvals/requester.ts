import type { Principal } from '../identity/principal.ts'
import type { IdentityStore } from '../identity/registry/types.ts'

/** Who asks, as one text: approvals are found by it and belong to it. */
export function requesterOf(principal: Principal): string {
  return principal.subject === undefined ? `${principal.kind}:${principal.id}` : `${principal.kind}:${principal.id}>${principal.subject.kind}:${principal.subject.id}`
}

/** What is known of a call's grant: who gave it, and the actors through whom it was passed on. */
export interface GrantOrigin {
  readonly grantedBy: string | null
  readonly grantChain: readonly string[] | null
}

/** Everybody on the side of who asks, under any of their names: subject, actor, owner, every actor between, and who gave the grant that is used. */
export function partiesOf(principal: Principal, { grantedBy, grantChain }: GrantOrigin): readonly string[] {
  const all = [principal.id, principal.subject?.id, principal.owner, ...(principal.chain ?? []), ...(grantChain ?? []), grantedBy]
  return [...new Set(all.filter((id) => id !== undefined && id !== null))]
}

/** The same, and who answers now for each agent and service among them. Without a registry nobody else is known. */
export async function withOwners(ids: readonly string[], identities: Pick<IdentityStore, 'get'> | undefined): Promise<readonly string[]> {
  if (identities === undefined) return ids
  const registered = await Promise.all(ids.map((id) => identities.get(id)))
  return [...new Set([...ids, ...registered.flatMap((identity) => (identity === null ? [] : [identity.owner]))])]
}
