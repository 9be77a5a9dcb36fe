import type { Principal } from '../identity/principal.ts'
import type { CallRequest } from '../lib/call-request.ts'
import type { HandledAction, HandledCall } from '../lib/host.ts'
import type { ActionDefinition } from './definition.ts'
import type { Posture } from './posture.ts'
import type { ActionResult, ServerError, NoResult } from './result.ts'
import type { ActionSpec, FailureOf } from './spec.ts'

/** A call from outside a request: a job, a test, another service. */
export interface DirectCall<Spec extends ActionSpec> {
  /** Who calls. The application vouches for it: no identity provider is asked. */
  readonly principal: Spec['principal']
  readonly input: Spec['clientInput']
  readonly bindArgs?: Spec['bindArgsClient']
  /** Id of an approval that has been given for this call. */
  readonly approval?: string
  /** With `approval`: the input is what that approval stored; `input` is not looked at. */
  readonly resume?: boolean
  readonly signal?: AbortSignal
  /** Facts of a request, where there is one. */
  readonly request?: Partial<CallRequest>
}

/** What every action has beside being callable. */
export interface ActionMembers<Spec extends ActionSpec, Data> extends HandledAction {
  readonly name: string
  readonly definition: ActionDefinition
  /** How it meets each control. */
  readonly posture: Posture
  /** Hash of name, version, schemas, permission and approval rule. Hex. */
  definitionHash(): string | Promise<string>
  /** Calls it from outside a request. Every control but `origin`, the address limit and the identity provider holds. */
  call(call: DirectCall<Spec>): Promise<ActionResult<Data, Spec['clientInput'], FailureOf<Spec['errors']>>>
  /** The same for adapters, which tell more of a call than its result: its correlation id, whatever became of it. */
  handleCall(call: DirectCall<Spec>): Promise<HandledCall>
  /** Runs, inside a request, the call that this approval is about, with the input that it stored. Once. */
  resume(approvalId: string): Promise<ActionResult<Data, Spec['clientInput'], FailureOf<Spec['errors']>>>
}

/** Arguments of an action as its caller writes them. */
export type CallArguments<Spec extends ActionSpec> = undefined extends Spec['clientInput']
  ? [...bindArgs: Spec['bindArgsClient'], input?: Spec['clientInput']]
  : [...bindArgs: Spec['bindArgsClient'], input: Spec['clientInput'] | FormData]

// Results are written out, and not under a name of their own: an editor then shows data and input, and not the builder's types.

/** A finished action: an async function that a browser, a form or the server calls. Never throws, but for navigation. */
export interface Action<Spec extends ActionSpec, Data> extends ActionMembers<Spec, Data> {
  (...args: CallArguments<Spec>): Promise<ActionResult<Data, Spec['clientInput'], FailureOf<Spec['errors']>>>
}

/** A finished action for React's `useActionState`, whose state it has to name whole: results, and the nothing that `{}` begins with. A call always gives a result. */
export interface StateAction<Spec extends ActionSpec, Data> extends ActionMembers<Spec, Data> {
  (
    ...args: [
      ...bindArgs: Spec['bindArgsClient'],
      prevResult: ActionResult<Data, Spec['clientInput'], FailureOf<Spec['errors']>> | NoResult,
      input: Spec['clientInput'] | FormData,
    ]
  ): Promise<ActionResult<Data, Spec['clientInput'], FailureOf<Spec['errors']>> | NoResult>
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
