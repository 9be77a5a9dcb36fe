import type { Principal } from './principal.ts'

const KINDS: ReadonlySet<unknown> = new Set(['user', 'service', 'agent'])
const CREDENTIALS: ReadonlySet<unknown> = new Set(['cookie', 'bearer', 'internal'])

/**
 * True for what has the shape of a principal: what an identity provider returns is believed no further than that.
 * An empty id, roles that are not a list, or a session without its kind of credential are no principal. Nor is an agent or
 * service with a `>` in its id: `agent:bot>user:ann` is how limits and approvals write an agent that acts for somebody.
 */
export function isPrincipal(value: unknown): value is Principal {
  if (!isRecord(value) || !isParty(value)) return false
  const { session, subject, tier, tenant, owner, task, chain, ceiling } = value
  return (
    isRecord(session) &&
    CREDENTIALS.has(session.credential) &&
    optional(session.id, isText) &&
    optional(session.authenticatedAt, Number.isFinite) &&
    optional(session.expiresAt, Number.isFinite) &&
    optional(session.scopes, (scopes) => scopes === 'all' || isTexts(scopes)) &&
    optional(subject, (party) => isRecord(party) && isParty(party) && optional(party.tenant, isText)) &&
    optional(tier, isText) &&
    optional(tenant, isText) &&
    optional(owner, isText) &&
    optional(task, isText) &&
    optional(chain, isTexts) &&
    optional(ceiling, isTexts)
  )
}

function isParty(value: Readonly<Record<string, unknown>>): boolean {
  return KINDS.has(value.kind) && isText(value.id) && isTexts(value.roles) && (value.kind === 'user' || !String(value.id).includes('>'))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText)
}

function optional(value: unknown, test: (value: unknown) => boolean): boolean {
  return value === undefined || test(value)
}
