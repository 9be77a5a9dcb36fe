import type { ActionDefinition } from '../action/definition.ts'
import { isPromiseLike } from '../lib/maybe-promise.ts'
import { withDeadline, type DeadlineList } from '../lib/deadline.ts'
import type { Call } from './call.ts'
import { PASS, Refusal, type Check, type Control } from './control.ts'
import { addressLimit } from './controls/address-limit.ts'
import { approval } from './controls/approval.ts'
import { auditIntent } from './controls/audit-intent.ts'
import { authentication } from './controls/authentication.ts'
import { authorization } from './controls/authorization.ts'
import { grant } from './controls/grant.ts'
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
const BEFORE_HANDLER: readonly Control[] = [grant, approval, tokenBudget]

/** The inner door stands in `inner-door.ts`, outside all middleware: project, scrub, settle, outcome, sanitised error. */

/** A control of one action, with its name for the log. */
interface Step {
  readonly name: string
  readonly check: Check
}

/** The outer door of one action, compiled when the action is defined. */
export interface OuterDoor {
  /** Takes the call through every control and then runs `handler`. Throws what refuses it. */
  pass(call: Call, handler: () => Promise<void>): Promise<void>
  /** The names of the controls that the first `count` steps are. */
  names(count: number): readonly string[]
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

  async function pass(call: Call, handler: () => Promise<void>): Promise<void> {
    await runSteps(first, call, list)
    if (definition.before.length === 0) return passValidated(call, handler)
    return runMiddleware(definition.before, call, () => passValidated(call, handler))
  }

  async function passValidated(call: Call, handler: () => Promise<void>): Promise<void> {
    await runSteps(second, call, list)
    if (definition.after.length === 0) return passLast(call, handler)
    return runMiddleware(definition.after, call, () => passLast(call, handler))
  }

  async function passLast(call: Call, handler: () => Promise<void>): Promise<void> {
    await runSteps(third, call, list)
    return handler()
  }

  return { pass, names: (count) => byCount[count] ?? all }
}

/** Runs controls in order. Each has to say PASS; whatever it says later than the deadline counts as no. */
async function runSteps(steps: readonly Step[], call: Call, list: DeadlineList): Promise<void> {
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i] as Step
    let verdict: unknown = step.check(call)
    if (isPromiseLike(verdict)) verdict = await withDeadline(verdict, list, () => new Refusal('UNAVAILABLE', `'${step.name}' did not answer within ${list.ms} ms`))
    if (verdict !== PASS) throw new Refusal('UNAVAILABLE', `'${step.name}' gave no clear yes`)
    call.passed++
  }
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
