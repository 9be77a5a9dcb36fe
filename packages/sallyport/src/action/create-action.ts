import { ERRORS, type ErrorCode } from '../errors/codes.ts'
import type { CallRequest } from '../lib/call-request.ts'
import type { HandledCall, HandleOptions } from '../lib/host.ts'
import { Call } from '../pipeline/call.ts'
import { compile } from '../pipeline/execute.ts'
import { postureOf } from '../pipeline/posture.ts'
import type { PortRuntime } from '../pipeline/runtime.ts'
import type { AnyAction } from './action.ts'
import type { ActionDefinition } from './definition.ts'
import type { ActionResult } from './result.ts'

const NO_HEADERS: CallRequest['headers'] = { get: () => null }
const NO_ARGUMENTS: readonly unknown[] = []

/** Makes the callable action of a definition: the function that a browser or the server calls, and its members. */
export function createAction(definition: ActionDefinition, port: PortRuntime): AnyAction {
  const sallyport = compile(definition, port)
  const posture = postureOf(definition, port)

  /** Called as a function: inside a request that the port's adapter can see. */
  async function action(...args: unknown[]): Promise<ActionResult> {
    const { bindArgs, prevResult, input } = splitArguments(definition, args)
    const ambient = await ambientRequest(port)
    if ('result' in ambient) return ambient.result
    const call = new Call(port, definition, {
      request: ambient.request,
      vouched: false,
      principal: null,
      clientInput: input,
      bindArgs,
      prevResult,
      approval: null,
      signal: ambient.request.signal,
      refused: undefined,
    })
    return sallyport.executeForResult(call)
  }

  const members: Omit<AnyAction, 'name'> = {
    definition,
    posture,
    size: { maxBytes: definition.maxBytes, maxDepth: definition.maxDepth },
    definitionHash: () => sallyport.hash(),
    handle: (request: CallRequest, input: unknown, options: HandleOptions = {}): Promise<HandledCall> =>
      sallyport.execute(
        new Call(port, definition, {
          request,
          vouched: false,
          principal: null,
          clientInput: input,
          bindArgs: options.bindArgs ?? NO_ARGUMENTS,
          prevResult: undefined,
          approval: options.approval ?? null,
          signal: request.signal,
          refused: options.refused,
          resume: options.resume,
        }),
      ),
    resume: async (approval: string): Promise<ActionResult> => {
      const ambient = await ambientRequest(port)
      if ('result' in ambient) return ambient.result
      // `execute` made it: HandledCall is the same result as adapters see it.
      return (await members.handle(ambient.request, undefined, { approval, resume: true })).result as ActionResult
    },
    call({ principal, input, bindArgs = NO_ARGUMENTS, approval = null, resume, signal, request }): Promise<ActionResult> {
      const call = new Call(port, definition, {
        request: request === undefined ? null : { transport: 'direct', method: 'CALL', headers: NO_HEADERS, ...request },
        vouched: true,
        principal,
        clientInput: input,
        bindArgs,
        prevResult: undefined,
        approval,
        signal: signal ?? request?.signal,
        refused: undefined,
        resume,
      })
      return sallyport.executeForResult(call)
    },
  }
  // `call` shadows Function.prototype.call on purpose: frameworks use apply and bind, people write action.call({…}).
  return Object.defineProperty(Object.assign(action, members), 'name', { value: definition.name, configurable: true }) as unknown as AnyAction
}

/** React calls `(...bound, previous result, form data)`; everything else `(...bound, input)`. */
function splitArguments(definition: ActionDefinition, args: readonly unknown[]): { bindArgs: readonly unknown[]; prevResult: unknown; input: unknown } {
  if (definition.bindArgs.length === 0 && !definition.stateful && args.length <= 1) return { bindArgs: NO_ARGUMENTS, prevResult: undefined, input: args[0] }
  const count = definition.bindArgs.length
  const rest = args.slice(count)
  const prevResult = definition.stateful ? rest.shift() : undefined
  // What comes after the input was not asked for: it is seen as one bind argument too many, and refused by validation.
  const bindArgs = rest.length > 1 ? [...args.slice(0, count), ...rest.slice(1)] : args.slice(0, count)
  return { bindArgs, prevResult, input: rest[0] }
}

async function ambientRequest(port: PortRuntime): Promise<{ readonly request: CallRequest } | { readonly result: ActionResult }> {
  const { host } = port
  if (host === null) throw new Error(OUTSIDE)
  try {
    if (host.phase?.() === 'render') return refused('FORBIDDEN', port, 'an action was called during render: nothing may change there')
    const request = await host.current()
    if (request !== null) return { request }
  } catch (cause) {
    return refused('UNAVAILABLE', port, 'the adapter could not read the request', cause)
  }
  throw new Error(OUTSIDE)
}

const OUTSIDE = 'An action was called outside a request. Use action.call({ principal, input }) there.'

function refused(code: ErrorCode, port: PortRuntime, reason: string, cause?: unknown): { readonly result: ActionResult } {
  const correlationId = port.newId()
  port.log({ level: 'error', action: '(unknown)', correlationId, control: 'adapter', code, reason, ...(cause === undefined ? {} : { cause }) })
  return { result: { serverError: { code, message: ERRORS[code].message, correlationId } } }
}
