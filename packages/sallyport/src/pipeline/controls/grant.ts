import type { GrantRecord } from '../../grants/types.ts'
import { fieldTree, intersectFields } from '../../lib/field-tree.ts'
import { isPromiseLike } from '../../lib/maybe-promise.ts'
import type { Call } from '../call.ts'
import { resourceType } from '../../action/definition.ts'
import { PASS, Refusal, type Control } from '../control.ts'

/**
 * `grant`: agents and services have no standing privilege. A privileged call of theirs needs a live grant that names the
 * action, and covers the resource and the input. One use is taken together with the intent.
 */
export const grant: Control = {
  name: 'grant',
  prepare(definition, port) {
    if (definition.access.kind === 'public') return null
    return (call) => {
      const { principal } = call
      if (principal === null) throw new Refusal('UNAUTHENTICATED', 'nobody is signed in')
      if (principal.kind === 'user') return PASS
      const found = port.store.grants.find({
        environment: port.environment,
        ...(principal.tenant === undefined ? {} : { tenant: principal.tenant }),
        subject: principal.subject?.id ?? null,
        actor: principal.id,
        action: definition.name,
        now: call.startedAt,
      })
      return isPromiseLike(found) ? found.then((grants) => choose(call, grants)) : choose(call, found)
    }
  },
}

async function choose(call: Call, grants: readonly GrantRecord[]): Promise<typeof PASS> {
  if (!Array.isArray(grants)) throw new Refusal('UNAVAILABLE', 'the grant store answered nothing that can be read')
  for (const candidate of grants) {
    if (!isLive(call, candidate) || !covers(call, candidate) || !(await giverHolds(call, candidate))) continue
    call.grantId = candidate.id
    call.grantAncestors = candidate.ancestors ?? null
    call.grantedBy = candidate.grantedBy
    call.grantChain = candidate.chain
    if (candidate.fields !== null) call.fields = intersectFields(call.fields, fieldTree(candidate.fields))
    return PASS
  }
  throw new Refusal('GRANT_REQUIRED', 'there is no live grant that covers this call', {
    fix: 'Ask for one: a person who holds the permission can give it.',
    details: { requestable: true, action: call.definition.name, ...(call.resourceId === undefined ? {} : { resource: call.resourceId }) },
  })
}

/** Looked at again here: a store that returns a dead grant, or somebody else's, must not open the door. */
function isLive(call: Call, grant: GrantRecord): boolean {
  return isInForce(call, grant) && grant.uses < grant.maxUses
}

/** Whether a result that was given under a grant may be given again: it is live but for its uses, and who gave it still holds what it takes. */
export async function maySeeAgain(call: Call, grant: GrantRecord): Promise<boolean> {
  return isInForce(call, grant) && (await giverHolds(call, grant))
}

function isInForce(call: Call, grant: GrantRecord): boolean {
  const { principal, definition, port, startedAt: now } = call
  return (
    grant.environment === port.environment &&
    grant.actor === principal?.id &&
    grant.subject === (principal.subject?.id ?? null) &&
    grant.tenant === principal.tenant &&
    (grant.taskId === undefined || grant.taskId === principal.task) &&
    grant.actions.includes(definition.name) &&
    grant.revokedAt === null &&
    grant.notBefore <= now &&
    grant.expiresAt > now
  )
}

/** Where there is no subject, the current permissions of the person who gave the grant bound it. */
async function giverHolds({ principal, definition, port }: Call, grant: GrantRecord): Promise<boolean> {
  if (principal?.subject !== undefined || definition.access.kind === 'public') return true
  const roles = await port.rolesOf?.(grant.grantedBy, grant.tenant === undefined ? {} : { tenant: grant.tenant })
  return Array.isArray(roles) && port.policy.holds(roles, definition.access.permission) === true
}

function covers(call: Call, grant: GrantRecord): boolean {
  const { access } = call.definition
  if (grant.resources !== null && access.kind === 'authorize') {
    const type = resourceType(access)
    const ids = Object.hasOwn(grant.resources, type) ? grant.resources[type] : undefined
    if (call.resourceId === undefined || ids?.includes(call.resourceId) !== true) return false
  }
  if (grant.input !== null) {
    const input = call.parsedInput
    if (typeof input !== 'object' || input === null) return false
    for (const [field, allowed] of Object.entries(grant.input)) {
      const value: unknown = Object.hasOwn(input, field) ? (input as Record<string, unknown>)[field] : undefined
      if (!allowed.some((one) => one === value)) return false
    }
  }
  return true
}
