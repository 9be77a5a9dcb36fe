import type { MaybePromise } from '../lib/maybe-promise.ts'
import type { BudgetSession } from '../limits/types.ts'
import type { ActionSpec, ErrorFactories, Returned } from './spec.ts'

/** What a handler is called with. */
export interface HandlerArgs<Spec extends ActionSpec> {
  /** What the schema gave: the only input to trust. */
  readonly parsedInput: Spec['parsedInput']
  /** What the caller sent, before the schema read it. */
  readonly clientInput: unknown
  readonly bindArgsParsedInputs: Spec['bindArgsParsed']
  readonly bindArgsClientInputs: readonly unknown[]
  /** Who calls. `null` only in public actions. */
  readonly principal: Spec['principal']
  /** The row that `authorize` loaded and checked. */
  readonly resource: Spec['resource']
  /** The filter that `authorize(…, { scope })` made for this principal. */
  readonly scope: Spec['scope']
  /** What middleware added. */
  readonly ctx: Spec['ctx']
  readonly metadata: Spec['metadata']
  /** Aborts when the caller goes away or the action's deadline passes. */
  readonly signal: AbortSignal
  /** Names this call in the audit log and in what the caller gets. */
  readonly correlationId: string
  /** Of the approval under which this call runs, where it needed one. */
  readonly approvalId: string | undefined
  /** Makes the action's own errors, to be thrown. */
  readonly errors: ErrorFactories<Spec['errors']>
  /** Holds and settles token budgets around a model call. */
  readonly budget: BudgetSession
}

/** The function that does the work. It runs only when every control of the posture has passed. */
export type Handler<Spec extends ActionSpec, Result> = (args: HandlerArgs<Spec>) => MaybePromise<Result>

/** The handler of a form's action. `prevResult` comes from the client: nothing has read or checked it. */
export type StateHandler<Spec extends ActionSpec, Result> = (args: HandlerArgs<Spec>, state: { readonly prevResult: unknown }) => MaybePromise<Result>

/** What the caller gets as `data`. */
export type DataOf<Spec extends ActionSpec, Result> = Spec['data'] extends Returned ? Result : Spec['data']

/** What is known when the resource is loaded and the access decided. */
export type AccessArgs<Spec extends ActionSpec> = Pick<HandlerArgs<Spec>, 'parsedInput' | 'bindArgsParsedInputs' | 'ctx' | 'signal'> & {
  readonly principal: NonNullable<Spec['principal']>
}

/** What middleware before validation is called with. */
export interface MiddlewareArgs<Spec extends ActionSpec> extends Pick<HandlerArgs<Spec>, 'clientInput' | 'principal' | 'ctx' | 'metadata' | 'signal' | 'correlationId'> {
  /**
   * Goes on with the call. At most once. What is given as `ctx` replaces the context; without it the context stays.
   * Resolves when the rest has run, with whether it succeeded: the result itself stays with the pipeline.
   */
  readonly next: <Ctx extends object = Spec['ctx']>(options?: { readonly ctx: Ctx }) => Promise<NextResult<Ctx>>
}

/** What middleware after authorisation is called with. */
export interface ValidatedMiddlewareArgs<Spec extends ActionSpec>
  extends MiddlewareArgs<Spec>,
    Pick<HandlerArgs<Spec>, 'parsedInput' | 'bindArgsParsedInputs' | 'resource' | 'scope'> {}

/** What `next()` resolves to. Middleware returns it, so that the compiler knows the new context. */
export interface NextResult<Ctx extends object> {
  readonly success: boolean
  readonly ctx: Ctx
}
