import type { Principal } from '../identity/principal.ts'

/** Who asks, as one text: approvals are found by it and belong to it. */
export function requesterOf(principal: Principal): string {
  return principal.subject === undefined ? `${principal.kind}:${principal.id}` : `${principal.kind}:${principal.id}>${principal.subject.kind}:${principal.subject.id}`
}

/** Who may not decide about what a principal asks: the requester under any of their names. Subject, actor, chain and owner. */
export function excludedFrom(principal: Principal): readonly string[] {
  const all = [principal.id, principal.subject?.id, principal.owner, ...(principal.chain ?? [])]
  return [...new Set(all.filter((id) => id !== undefined))]
}
