import type { Principal } from '../identity/principal.ts'
import type { CallRequest } from '../lib/call-request.ts'
import type { HandledAction, HandledCall } from '../lib/host.ts'
import type { ActionDefinition } from './definition.ts'
import type { Posture } from './posture.ts'
import type { ActionResult, ServerError, NoResult } from './result.ts'
import type { ErrorSchemas, FailureOf } from './spec.ts'

/** What the compiler knows of a finished action, and an editor shows of it: what its callers see, and nothing of how it was built. */
export interface ActionTypes {
  /** What a caller passes. */
  readonly input: unknown
  readonly data: unknown
  /** `null` is part of it for public actions. */
  readonly principal: Principal | null
  readonly bindArgs: readonly unknown[]
  readonly errors: ErrorSchemas
}

/** A call from outside a request: a job, a test, another service. */
export interface DirectCall<T extends ActionTypes> {
  /** Who calls. The application vouches for it: no identity provider is asked. */
  readonly principal: T['principal']
  readonly input: T['input']
  readonly bindArgs?: T['bindArgs']
  /** Id of an approval that has been given for this call. */
  readonly approval?: string
  /** With `approval`: the input is what that approval stored; `input` is not looked at. */
  readonly resume?: boolean
  readonly signal?: AbortSignal
  /** Facts of a request, where there is one. */
  readonly request?: Partial<CallRequest>
}

/** What every action has beside being callable. */
export interface ActionMembers<T extends ActionTypes> extends HandledAction {
  readonly name: string
  readonly definition: ActionDefinition
  /** How it meets each control. */
  readonly posture: Posture
  /** Hash of name, version, schemas, permission and approval rule. Hex. */
  definitionHash(): string | Promise<string>
  /** Calls it from outside a request. Every control but `origin`, the address limit and the identity provider holds. */
  call(call: DirectCall<T>): Promise<ActionResult<T['data'], T['input'], FailureOf<T['errors']>>>
  /** The same for adapters, which tell more of a call than its result: its correlation id, whatever became of it. */
  handleCall(call: DirectCall<T>): Promise<HandledCall>
  /** Runs, inside a request, the call that this approval is about, with the input that it stored. Once. */
  resume(approvalId: string): Promise<ActionResult<T['data'], T['input'], FailureOf<T['errors']>>>
}

/** Arguments of an action as its caller writes them. */
export type CallArguments<T extends ActionTypes> = undefined extends T['input']
  ? [...bindArgs: T['bindArgs'], input?: T['input']]
  : [...bindArgs: T['bindArgs'], input: T['input'] | FormData]

// Results are written out, and not under a name of their own: an editor then shows data and input, and not the builder's types.

/** A finished action: an async function that a browser, a form or the server calls. Never throws, but for navigation. */
export interface Action<T extends ActionTypes> extends ActionMembers<T> {
  (...args: CallArguments<T>): Promise<ActionResult<T['data'], T['input'], FailureOf<T['errors']>>>
}

/** A finished action for React's `useActionState`, whose state it has to name whole: results, and the nothing that `{}` begins with. A call always gives a result. */
export interface StateAction<T extends ActionTypes> extends ActionMembers<T> {
  (
    ...args: [
      ...bindArgs: T['bindArgs'],
      prevResult: ActionResult<T['data'], T['input'], FailureOf<T['errors']>> | NoResult,
      input: T['input'] | FormData,
    ]
  ): Promise<ActionResult<T['data'], T['input'], FailureOf<T['errors']>> | NoResult>
}

/** What any action answers: its errors may be its own. */
export type AnyResult = ActionResult<unknown, unknown, ServerError<string>>

/** Any action, whatever its types: what adapters and lists take. */
export type AnyAction = HandledAction & {
  readonly name: string
  readonly definition: ActionDefinition
  readonly posture: Posture
  definitionHash(): string | Promise<string>
  resume(approvalId: string): Promise<AnyResult>
  call(call: AnyDirectCall): Promise<AnyResult>
  handleCall(call: AnyDirectCall): Promise<HandledCall>
}

/** A call of any action from outside a request. */
export interface AnyDirectCall {
  readonly principal: Principal | null
  readonly input: unknown
  readonly bindArgs?: readonly unknown[]
  readonly approval?: string
  readonly resume?: boolean
  readonly signal?: AbortSignal
  readonly request?: Partial<CallRequest>
}
