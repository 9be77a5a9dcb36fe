import type { AccessOptions } from '../../action/access.ts'
import type { Principal } from '../../identity/principal.ts'
import type { Decision } from '../../policy/types.ts'
import { resourceType } from '../../action/definition.ts'
import { fieldTree } from '../../lib/field-tree.ts'
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

    const { resource: load, when, scope, owner, tenant } = options
    const decides = when !== undefined || scope !== undefined || policy.decide !== undefined
    const ownerAlone = tenant === undefined ? owner : undefined
    const owned = owner !== undefined || tenant !== undefined
    const question: Question = { permission, options, type, deny }

    function take(call: Call, principal: Principal, resource: unknown): void {
      if (resource === null || resource === undefined) throw new Refusal('NOT_FOUND', `no ${type} was found`)
      // Most rows have one owner, who calls.
      if (ownerAlone !== undefined ? ownerAlone(resource as never) !== (principal.subject ?? principal).id : owned) requireOwn(call, resource, principal, options, deny)
      call.resource = resource
      call.resourceId = resourceId(resource, options)
    }

    return (call) => {
      const { principal } = call
      if (principal === null) throw new Refusal('UNAUTHENTICATED', 'nobody is signed in')
      // Most callers are people who act for themselves.
      const alone = principal.kind === 'user' && principal.subject === undefined
      if (!alone || policy.holds(principal.roles, permission) !== true) requirePermission(call, principal, permission, deny)
      if (load === undefined && !decides) return PASS
      // The builder has checked that the callbacks take these arguments.
      const args = new CallView(call) as never
      if (load === undefined) return decide(call, principal, question, args)
      const loaded = load(args)
      if (isPromiseLike(loaded)) {
        return loaded.then((resource) => {
          take(call, principal, resource)
          return decides ? decide(call, principal, question, args) : PASS
        })
      }
      take(call, principal, loaded)
      return decides ? decide(call, principal, question, args) : PASS
    }
  },
}

/** What an action asks of its access, beside the call. */
interface Question {
  readonly permission: string
  readonly options: AccessOptions
  readonly type: string
  readonly deny: Deny
}

/** Throws the refusal, unless the control is only observed. */
type Deny = (call: Call, refusal: Refusal) => void

/** The condition, then the policy, then the scope. A promise is made only where one of them has to be waited for. */
function decide(call: Call, principal: Principal, question: Question, args: never): MaybePromise<typeof PASS> {
  const { when } = question.options
  if (when === undefined) return decideFurther(call, principal, question, args)
  const allowed = when(args)
  const next = (answer: unknown): MaybePromise<typeof PASS> => {
    if (answer !== true) question.deny(call, new Refusal('FORBIDDEN', answer === false ? 'the condition of the action does not hold' : 'the condition returned neither true nor false'))
    return decideFurther(call, principal, question, args)
  }
  return isPromiseLike(allowed) ? allowed.then(next) : next(allowed)
}

function decideFurther(call: Call, principal: Principal, question: Question, args: never): MaybePromise<typeof PASS> {
  if (call.port.policy.decide === undefined) return takeScope(call, question, args)
  const decision = askPolicy(call, principal, question)
  const next = (answer: Decision | undefined): MaybePromise<typeof PASS> => {
    takeDecision(call, answer, question.deny)
    return takeScope(call, question, args)
  }
  return isPromiseLike(decision) ? decision.then(next) : next(decision)
}

function takeScope(call: Call, { options }: Question, args: never): MaybePromise<typeof PASS> {
  if (options.scope === undefined) return PASS
  const scope = options.scope(args)
  const next = (answer: unknown): typeof PASS => {
    if (answer === undefined || answer === null) throw new Refusal('FORBIDDEN', 'the scope gave no filter', { fix: 'Return a filter for everybody who may list, or throw.' })
    call.scope = answer
    return PASS
  }
  return isPromiseLike(scope) ? scope.then(next) : next(scope)
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

function askPolicy(call: Call, principal: Principal, { permission, type }: Question): MaybePromise<Decision | undefined> {
  const holder = principal.subject ?? principal
  return call.port.policy.decide?.(
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
    new SignalOf(call),
  )
}

/** Made when the policy first asks for it: most decide at once. */
class SignalOf {
  readonly #call: Call

  constructor(call: Call) {
    this.#call = call
  }

  get signal(): AbortSignal {
    return this.#call.signal
  }
}

function takeDecision(call: Call, decision: Decision | undefined, deny: Deny): void {
  if (decision?.effect !== 'permit') {
    deny(call, new Refusal('FORBIDDEN', decision?.reason ?? 'the policy did not permit it', decision?.requestable === true ? { details: { requestable: true } } : {}))
    return
  }
  if (decision.fields !== undefined) call.fields = fieldTree(decision.fields)
}

function resourceId(resource: unknown, options: AccessOptions): string | undefined {
  if (options.id !== undefined) return options.id(resource as never)
  const id: unknown = typeof resource === 'object' && resource !== null ? (resource as { readonly id?: unknown }).id : undefined
  return typeof id === 'string' ? id : typeof id === 'number' ? String(id) : undefined
}
