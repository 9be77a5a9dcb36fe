import type { ActionDefinition, AnyMiddleware } from '../action/definition.ts'
import type { Place } from '../action/posture.ts'
import { isPromiseLike, whenSettled, type MaybePromise } from '../lib/maybe-promise.ts'
import type { DeadlineList } from '../lib/deadline.ts'
import type { Awaited, Call } from './call.ts'
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
import type { Part } from './onward.ts'
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
export class Step implements Awaited {
  readonly name: Place
  readonly check: Check

  constructor(name: Place, check: Check) {
    this.name = name
    this.check = check
  }

  late(_call: Call, ms: number): Refusal {
    return new Refusal('UNAVAILABLE', `'${this.name}' did not answer within ${ms} ms`)
  }
}

/** The outer door of one action, compiled when the action is defined. */
export interface OuterDoor {
  /** Takes the call through every control and then runs the handler. */
  readonly pass: Part
  /** The names of the controls that the first `count` steps are, each once. */
  names(count: number): readonly string[]
  /** The control at a step: with the count of those that passed, the one that refused. */
  nameAt(step: number): Place
}

/** Prepares the controls that an action's posture names. A control that it waives is not in the list: it costs nothing. */
export function compileOuterDoor(definition: ActionDefinition, port: PortRuntime, handler: Part): OuterDoor {
  const prepare = (controls: readonly Control[]): Step[] => controls.flatMap((control) => prepareStep(control, definition, port))
  const first = prepare(BEFORE_MIDDLEWARE)
  const second = prepare(BEFORE_VALIDATED_MIDDLEWARE)
  const third = prepare(BEFORE_HANDLER)
  const audited = unique([...first, ...second, ...third].map((step) => step.name))
  third.push(...prepareStep(auditIntent(unique([...audited, 'audit'])), definition, port))

  const all = [...first, ...second, ...third].map((step) => step.name)
  const byCount = Array.from({ length: all.length + 1 }, (_, count) => unique(all.slice(0, count)))
  const deadline = port.deadlines.of(port.controlDeadlineMs)
  const around = (list: readonly AnyMiddleware[], rest: Part): Part => {
    const stage = { list, deadline, rest }
    return list.length === 0 ? rest : (call, onward) => runMiddleware(stage, call, onward)
  }
  const last = stage(third, handler, deadline)
  const validated = stage(second, around(definition.after, last), deadline)
  const pass = stage(first, around(definition.before, validated), deadline)
  return { pass, names: (count) => byCount[count] ?? all, nameAt: (step) => all[step] ?? 'middleware' }
}

/** Some controls, and what comes after them. A promise is made only where something has to be waited for: most controls answer at once. */
function stage(steps: readonly Step[], rest: Part, deadline: DeadlineList): Part {
  if (steps.length === 0) return rest
  return (call, onward) => {
    let waiting: Promise<void> | undefined
    try {
      waiting = runSteps(steps, call, deadline)
    } catch (error) {
      return onward.failed(call, error)
    }
    return waiting === undefined ? rest(call, onward) : whenSettled(waiting, () => rest(call, onward), (error) => onward.failed(call, error))
  }
}

/**
 * Runs controls in order. Each has to say PASS; whatever it says later than the deadline counts as no.
 */
export function runSteps(steps: readonly Step[], call: Call, deadline: DeadlineList, from = 0): Promise<void> | undefined {
  for (let i = from; i < steps.length; i++) {
    const step = steps[i] as Step
    const verdict: unknown = step.check(call)
    if (verdict !== PASS) {
      if (isPromiseLike(verdict)) return waitFor(verdict, steps, call, deadline, i)
      throw unclear(step)
    }
    call.passed++
  }
  return undefined
}

function waitFor(pending: Promise<unknown>, steps: readonly Step[], call: Call, deadline: DeadlineList, i: number): Promise<void> {
  const step = steps[i] as Step
  call.waitFor(step, deadline)
  const goOn = (verdict: unknown): MaybePromise<void> => {
    if (call.givenUp !== null) throw call.givenUp.reason
    call.waitNoMore()
    if (verdict !== PASS) throw unclear(step)
    call.passed++
    return runSteps(steps, call, deadline, i + 1)
  }
  const stop = (error: unknown): never => {
    call.waitNoMore()
    throw error
  }
  return whenSettled(pending, goOn, stop)
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
  return [new Step(control.name, observes ? observed(control.name, check, exception) : check)]
}

function unique(names: readonly string[]): readonly string[] {
  return Object.freeze([...new Set(names)])
}
