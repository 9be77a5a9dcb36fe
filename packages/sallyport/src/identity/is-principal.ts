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

/**
 * A principal as it is at this moment. What a provider goes on changing, such as one object for whoever is signed in, must not become
 * somebody else between two controls. Instances of a class, whose insides can't be copied, are taken as they are.
 */
export function asItIsNow(value: unknown): unknown {
  if (!isRecord(value) || Object.getPrototypeOf(value) !== Object.prototype) return value
  const copy: Record<string, unknown> = { ...value, roles: listNow(value.roles), session: partNow(value.session) }
  if (copy.subject !== undefined) copy.subject = partNow(copy.subject)
  if (copy.ceiling !== undefined) copy.ceiling = listNow(copy.ceiling)
  if (copy.chain !== undefined) copy.chain = listNow(copy.chain)
  return copy
}

function partNow(value: unknown): unknown {
  if (!isRecord(value) || Object.getPrototypeOf(value) !== Object.prototype) return value
  return value.roles === undefined ? { ...value } : { ...value, roles: listNow(value.roles) }
}

function listNow(value: unknown): unknown {
  return Array.isArray(value) ? value.slice() : value
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
