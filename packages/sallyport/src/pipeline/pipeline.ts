import type { ActionDefinition } from '../action/definition.ts'
import { isPromiseLike, type MaybePromise } from '../lib/maybe-promise.ts'
import { withDeadline, type DeadlineList } from '../lib/deadline.ts'
import type { Call } from './call.ts'
import { PASS, Refusal, type Check, type Control } from './control.ts'
import { addressLimit } from './controls/address-limit.ts'
import { approval } from './controls/approval.ts'
import { auditIntent } from './controls/audit-intent.ts'
import { authentication } from './controls/authentication.ts'
import { authorization } from './controls/authorization.ts'
import { grant } from './controls/grant.ts'
import { idempotency } from './controls/idempotency.ts'
import { origin } from './controls/origin.ts'
import { principalLimits } from './controls/principal-limits.ts'
import { screening } from './controls/screening.ts'
import { size } from './controls/size.ts'
import { tokenBudget } from './controls/token-budget.ts'
import { validation } from './controls/validation.ts'
import { runMiddleware } from './middleware.ts'
import { observed } from './observe.ts'
import type { PortRuntime } from './runtime.ts'

/**
 * The outer door, top to bottom: the whole of what a call has to pass before its handler runs. The order is the
 * library's: fail closed, cheapest first. Middleware (`use`, `useValidated`) runs at the two places between the lists.
 * `auditIntent`, which makes the call durable, is the last of them.
 */
const BEFORE_MIDDLEWARE: readonly Control[] = [size, origin, addressLimit, authentication, principalLimits]
const BEFORE_VALIDATED_MIDDLEWARE: readonly Control[] = [validation, screening, authorization]
const BEFORE_HANDLER: readonly Control[] = [idempotency, grant, approval, tokenBudget]

/** The inner door stands in `inner-door.ts`, outside all middleware: project, scrub, settle, outcome, sanitised error. */

/** A control of one action, with its name for the log. */
export interface Step {
  readonly name: string
  readonly check: Check
}

/** The outer door of one action, compiled when the action is defined. */
export interface OuterDoor {
  /** Takes the call through every control and then runs `handler`. Throws what refuses it. */
  pass(call: Call, handler: (call: Call) => MaybePromise<void>): MaybePromise<void>
  /** The names of the controls that the first `count` steps are, each once. */
  names(count: number): readonly string[]
  /** The control at a step: with the count of those that passed, the one that refused. */
  nameAt(step: number): string
}

/** Prepares the controls that an action's posture names. A control that it waives is not in the list: it costs nothing. */
export function compileOuterDoor(definition: ActionDefinition, port: PortRuntime): OuterDoor {
  const prepare = (controls: readonly Control[]): Step[] => controls.flatMap((control) => prepareStep(control, definition, port))
  const first = prepare(BEFORE_MIDDLEWARE)
  const second = prepare(BEFORE_VALIDATED_MIDDLEWARE)
  const third = prepare(BEFORE_HANDLER)
  const audited = unique([...first, ...second, ...third].map((step) => step.name))
  third.push(...prepareStep(auditIntent([...audited, 'audit']), definition, port))

  const all = [...first, ...second, ...third].map((step) => step.name)
  const byCount = Array.from({ length: all.length + 1 }, (_, count) => unique(all.slice(0, count)))
  const list = port.deadlines.of(port.controlDeadlineMs)

  function pass(call: Call, handler: (call: Call) => MaybePromise<void>): MaybePromise<void> {
    const checked = runSteps(first, call, list)
    const next = (): MaybePromise<void> =>
      definition.before.length === 0 ? passValidated(call, handler) : runMiddleware(definition.before, call, () => passValidated(call, handler))
    return isPromiseLike(checked) ? checked.then(next) : next()
  }

  function passValidated(call: Call, handler: (call: Call) => MaybePromise<void>): MaybePromise<void> {
    const checked = runSteps(second, call, list)
    const next = (): MaybePromise<void> =>
      definition.after.length === 0 ? passLast(call, handler) : runMiddleware(definition.after, call, () => passLast(call, handler))
    return isPromiseLike(checked) ? checked.then(next) : next()
  }

  function passLast(call: Call, handler: (call: Call) => MaybePromise<void>): MaybePromise<void> {
    const checked = runSteps(third, call, list)
    return isPromiseLike(checked) ? checked.then(() => handler(call)) : handler(call)
  }

  return { pass, names: (count) => byCount[count] ?? all, nameAt: (step) => all[step] ?? 'middleware' }
}

/**
 * Runs controls in order. Each has to say PASS; whatever it says later than the deadline counts as no. A promise is made
 * only where a control has to wait: most answer at once.
 */
export function runSteps(steps: readonly Step[], call: Call, list: DeadlineList, from = 0): Promise<void> | undefined {
  for (let i = from; i < steps.length; i++) {
    const step = steps[i] as Step
    const verdict: unknown = step.check(call)
    if (verdict !== PASS) {
      if (isPromiseLike(verdict)) return waitFor(verdict, steps, call, list, i)
      throw unclear(step)
    }
    call.passed++
  }
  return undefined
}

async function waitFor(pending: Promise<unknown>, steps: readonly Step[], call: Call, list: DeadlineList, i: number): Promise<void> {
  const step = steps[i] as Step
  const verdict = await withDeadline(pending, list, () => new Refusal('UNAVAILABLE', `'${step.name}' did not answer within ${list.ms} ms`))
  if (verdict !== PASS) throw unclear(step)
  call.passed++
  return runSteps(steps, call, list, i + 1)
}

function unclear(step: Step): Refusal {
  return new Refusal('UNAVAILABLE', `'${step.name}' gave no clear yes`)
}

function prepareStep(control: Control, definition: ActionDefinition, port: PortRuntime): Step[] {
  const exception = definition.exceptions.get(control.name)
  if (exception?.kind === 'waived') return []
  const check = control.prepare(definition, port)
  if (check === null) return []
  // Authorisation observes by itself: what comes after it needs the resource that it loads.
  const observes = exception?.kind === 'observed' && control.name !== 'authorization'
  return [{ name: control.name, check: observes ? observed(control.name, check, exception) : check }]
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)]
}
