import { ERRORS, type ErrorCode } from '../errors/codes.ts'
import type { CallRequest } from '../lib/call-request.ts'
import { withDeadline } from '../lib/deadline.ts'
import type { HandledCall, HandleOptions } from '../lib/host.ts'
import { isPromiseLike, type MaybePromise } from '../lib/maybe-promise.ts'
import { Call } from '../pipeline/call.ts'
import { compile, handled } from '../pipeline/execute.ts'
import { postureOf } from '../pipeline/posture.ts'
import type { LogEntry, PortRuntime } from '../pipeline/runtime.ts'
import type { AnyAction, AnyDirectCall } from './action.ts'
import type { ActionDefinition } from './definition.ts'
import type { ActionResult } from './result.ts'
import { noteWithoutAdapter } from './without-adapter.ts'

const NO_HEADERS: CallRequest['headers'] = { get: () => null }
const NO_ARGUMENTS: readonly unknown[] = []

/** Makes the callable action of a definition: the function that a browser or the server calls, and its members. */
export function createAction(definition: ActionDefinition, port: PortRuntime): AnyAction {
  const sallyport = compile(definition, port)
  const posture = postureOf(definition, port)
  const simple = definition.bindArgs.length === 0 && !definition.stateful

  /** Called as a function: inside a request that the port's adapter can see. */
  function action(...args: unknown[]): Promise<ActionResult> {
    try {
      const ambient = ambientRequest(port, definition.name)
      return isPromiseLike(ambient) ? ambient.then((found) => callIn(found, args)) : callIn(ambient, args)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  function callIn(ambient: Ambient, args: readonly unknown[]): Promise<ActionResult> {
    if ('result' in ambient) return Promise.resolve(ambient.result)
    const { bindArgs, prevResult, input } = simple && args.length <= 1 ? { bindArgs: NO_ARGUMENTS, prevResult: undefined, input: args[0] } : splitArguments(definition, args)
    const call = new Call(port, definition, ambient, input, bindArgs, ambient.signal)
    call.prevResult = prevResult
    return sallyport.execute(call)
  }

  /** An approval that nobody asked for is none. */
  function named(approval: string | undefined): string | null {
    return definition.approval === null ? null : (approval ?? null)
  }

  function directCall({ principal, input, bindArgs = NO_ARGUMENTS, approval, resume, signal, request }: AnyDirectCall): Call {
    const facts = request === undefined ? null : { transport: 'direct' as const, method: 'CALL', headers: NO_HEADERS, ...request }
    const call = new Call(port, definition, facts, input, bindArgs, signal ?? request?.signal)
    call.vouched = true
    call.principal = principal
    call.approvalId = named(approval)
    call.resume = resume === true
    return call
  }

  const members: Omit<AnyAction, 'name'> = {
    definition,
    posture,
    size: { maxBytes: definition.maxBytes, maxDepth: definition.maxDepth },
    bodyDeadline: port.deadlines.of(port.bodyDeadlineMs),
    definitionHash: () => sallyport.hash(),
    async handle(request: CallRequest, input: unknown, options: HandleOptions = {}): Promise<HandledCall> {
      noteWithoutAdapter(port, definition.name)
      const call = new Call(port, definition, request, input, options.bindArgs ?? NO_ARGUMENTS, request.signal)
      call.refused = options.refused
      call.approvalId = named(options.approval)
      call.resume = options.resume === true
      return handled(call, await sallyport.execute(call))
    },
    resume: async (approval: string): Promise<ActionResult> => {
      const ambient = await ambientRequest(port, definition.name)
      if ('result' in ambient) return ambient.result
      // `execute` made it: HandledCall is the same result as adapters see it.
      return (await members.handle(ambient, undefined, { approval, resume: true })).result as ActionResult
    },
    call: (direct) => sallyport.execute(directCall(direct)),
    async handleCall(direct): Promise<HandledCall> {
      const call = directCall(direct)
      return handled(call, await sallyport.execute(call))
    },
  }
  // `call` shadows Function.prototype.call on purpose: frameworks use apply and bind, people write action.call({…}).
  return Object.defineProperty(Object.assign(action, members), 'name', { value: definition.name, configurable: true }) as unknown as AnyAction
}

/** React calls `(...bound, previous result, form data)`; everything else `(...bound, input)`. */
function splitArguments(definition: ActionDefinition, args: readonly unknown[]): { bindArgs: readonly unknown[]; prevResult: unknown; input: unknown } {
  const count = definition.bindArgs.length
  const rest = args.slice(count)
  const prevResult = definition.stateful ? rest.shift() : undefined
  // What comes after the input was not asked for: it is seen as one bind argument too many, and refused by validation.
  const bindArgs = rest.length > 1 ? [...args.slice(0, count), ...rest.slice(1)] : args.slice(0, count)
  return { bindArgs, prevResult, input: rest[0] }
}

/** The request that a call is made in, or the refusal where it can't be. */
type Ambient = CallRequest | { readonly result: ActionResult }

function ambientRequest(port: PortRuntime, action: string): MaybePromise<Ambient> {
  const { host } = port
  if (host === null) throw new Error(OUTSIDE)
  const unreadable = (cause: unknown): Ambient => refused('UNAVAILABLE', port, { action, reason: 'the adapter could not read the request', cause })
  let current: MaybePromise<CallRequest | null>
  try {
    if (host.phase?.() === 'render') return refused('FORBIDDEN', port, { action, reason: 'an action was called during render: nothing may change there', fix: IN_RENDER })
    current = host.current()
  } catch (cause) {
    return unreadable(cause)
  }
  if (!isPromiseLike(current)) return inside(current)
  return withDeadline(current, port.deadlines.of(port.controlDeadlineMs), late).then((request) => request, unreadable).then(inside)
}

function inside(found: Ambient | null): Ambient {
  if (found === null) throw new Error(OUTSIDE)
  return found
}

const late = (): Error => new Error('The adapter did not find the request in time')
const OUTSIDE = 'An action was called outside a request. Use action.call({ principal, input }) there.'

const IN_RENDER = 'Read what the page shows where the page is made, and call the action from a form, an event or a route; or name who calls: action.call({ principal, input }).'

function refused(code: ErrorCode, port: PortRuntime, why: Pick<LogEntry, 'action' | 'reason' | 'fix' | 'cause'>): { readonly result: ActionResult } {
  const correlationId = port.newId()
  port.log({ level: 'error', correlationId, control: 'adapter', code, ...why })
  return { result: { serverError: { code, message: ERRORS[code].message, correlationId } } }
}
