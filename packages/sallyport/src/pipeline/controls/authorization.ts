import type { AccessOptions } from '../../action/access.ts'
import type { Principal } from '../../identity/principal.ts'
import type { Decision } from '../../policy/types.ts'
import { resourceType } from '../../action/definition.ts'
import { isPromiseLike, type MaybePromise } from '../../lib/maybe-promise.ts'
import type { Call } from '../call.ts'
import { CallView } from '../call-view.ts'
import { PASS, Refusal, type Control } from '../control.ts'

/**
 * `authorization`: the role holds the permission, the resource is the caller's, the condition and the policy say yes.
 * A resource that the caller may not see answers as one that does not exist.
 */
export const authorization: Control = {
  name: 'authorization',
  prepare(definition, port) {
    const { access } = definition
    if (access.kind === 'public') return null
    const { permission, options } = access
    const type = resourceType(access)
    const { policy } = port
    const exception = definition.exceptions.get('authorization')
    const observedUntil = exception?.kind === 'observed' ? (exception.until ?? 0) : 0

    /** While the control is observed, a refusal is reported and the rest still runs: the handler needs its resource. */
    const deny: Deny = (call, refusal) => {
      if (!(call.startedAt < observedUntil)) throw refusal
      call.observe('authorization', refusal.reason)
    }

    const simple = options.when === undefined && options.scope === undefined && policy.decide === undefined

    function loadResource(call: Call, principal: Principal): MaybePromise<typeof PASS> {
      // The builder has checked that the callbacks take these arguments.
      const args = new CallView(call) as never
      if (options.resource === undefined) return decide(call, principal, options, permission, type, deny, args)
      const loaded = options.resource(args)
      return isPromiseLike(loaded) ? loaded.then((resource) => judge(call, principal, resource, args)) : judge(call, principal, loaded, args)
    }

    function judge(call: Call, principal: Principal, resource: unknown, args: never): MaybePromise<typeof PASS> {
      takeResource(call, principal, resource, options, type, deny)
      return simple ? PASS : decide(call, principal, options, permission, type, deny, args)
    }

    return (call) => {
      const { principal } = call
      if (principal === null) throw new Refusal('UNAUTHENTICATED', 'nobody is signed in')
      requirePermission(call, principal, permission, deny)
      if (options.resource === undefined && options.scope === undefined && options.when === undefined && policy.decide === undefined) return PASS
      return loadResource(call, principal)
    }
  },
}

/** Throws the refusal, unless the control is only observed. */
type Deny = (call: Call, refusal: Refusal) => void

function takeResource(call: Call, principal: Principal, resource: unknown, options: AccessOptions, type: string, deny: Deny): void {
  if (resource === null || resource === undefined) throw new Refusal('NOT_FOUND', `no ${type} was found`)
  requireOwn(call, resource, principal, options, deny)
  call.resource = resource
  call.resourceId = resourceId(resource, options)
}

async function decide(call: Call, principal: Principal, options: AccessOptions, permission: string, type: string, deny: Deny, args: never): Promise<typeof PASS> {
  const { port } = call
  if (options.when !== undefined) {
    const allowed = await options.when(args)
    if (allowed !== true) deny(call, new Refusal('FORBIDDEN', allowed === false ? 'the condition of the action does not hold' : 'the condition returned neither true nor false'))
  }
  if (port.policy.decide !== undefined) await askPolicy(call, principal, permission, type, deny)
  if (options.scope !== undefined) {
    const scope = await options.scope(args)
    if (scope === undefined || scope === null) throw new Refusal('FORBIDDEN', 'the scope gave no filter', { fix: 'Return a filter for everybody who may list, or throw.' })
    call.scope = scope
  }
  return PASS
}

/** Effective right of who calls: the person's own; or the subject's, within the agent's ceiling. Grants narrow it further. */
function requirePermission(call: Call, principal: Principal, permission: string, deny: Deny): void {
  if (principal.kind !== 'user') {
    // Never only observed: an agent beyond its ceiling has no business here at all.
    if (principal.ceiling?.includes(permission) !== true) throw new Refusal('FORBIDDEN', `'${permission}' is outside the ceiling of ${principal.kind} '${principal.id}'`)
    if (principal.subject === undefined) return // Who gave the grant stands in: the grant control checks it.
  }
  const holder = principal.subject ?? principal
  if (call.port.policy.holds(holder.roles, permission) !== true) {
    const fix = `Give '${permission}' to a role of theirs in the policy, if they should.`
    deny(call, new Refusal('FORBIDDEN', `${holder === principal ? 'the principal' : 'the subject'} does not hold '${permission}'`, { fix }))
  }
}

function requireOwn(call: Call, resource: unknown, principal: Principal, options: AccessOptions, deny: Deny): void {
  const holder = principal.subject ?? principal
  if (options.tenant !== undefined) {
    const tenant = options.tenant(resource as never)
    const own = principal.tenant ?? principal.subject?.tenant
    if (typeof tenant !== 'string' || tenant !== own) deny(call, new Refusal('NOT_FOUND', 'the resource is of another tenant'))
  }
  if (options.owner === undefined) return
  const owner = options.owner(resource as never)
  const owns = typeof owner === 'string' ? owner === holder.id : Array.isArray(owner) && owner.includes(holder.id)
  if (owns) return
  const elevated = options.elevated !== undefined && (principal.kind === 'user' || principal.ceiling?.includes(options.elevated) === true)
  if (elevated && call.port.policy.holds(holder.roles, options.elevated as string) === true) return
  deny(call, new Refusal('NOT_FOUND', "the resource is somebody else's"))
}

async function askPolicy(call: Call, principal: Principal, permission: string, type: string, deny: Deny): Promise<void> {
  const holder = principal.subject ?? principal
  const decision: Decision | undefined = await call.port.policy.decide?.(
    {
      subject: { type: holder.kind, id: holder.id, properties: { principal } },
      action: { name: permission },
      resource: { type, ...(call.resourceId === undefined ? {} : { id: call.resourceId }), properties: call.resource },
      context: {
        time: call.startedAt,
        environment: call.port.environment,
        actionName: call.definition.name,
        ...(call.address === undefined ? {} : { address: call.address }),
      },
    },
    { signal: call.signal },
  )
  if (decision?.effect !== 'permit') {
    deny(call, new Refusal('FORBIDDEN', decision?.reason ?? 'the policy did not permit it', decision?.requestable === true ? { details: { requestable: true } } : {}))
    return
  }
  if (decision.fields !== undefined) call.fields = decision.fields
}

function resourceId(resource: unknown, options: AccessOptions): string | undefined {
  if (options.id !== undefined) return options.id(resource as never)
  const id: unknown = typeof resource === 'object' && resource !== null ? (resource as { readonly id?: unknown }).id : undefined
  return typeof id === 'string' ? id : typeof id === 'number' ? String(id) : undefined
}
