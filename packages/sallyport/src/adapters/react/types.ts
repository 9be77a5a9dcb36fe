import type { NavigationKind } from '../../lib/host.ts'
import type { ActionStatus, AnyResult, NoResult } from './action-state.ts'

/** An action as a client component gets it: a server function of one input. Bind other arguments first: `action.bind(null, id)`. */
export type ClientAction = (input: never) => Promise<AnyResult>

/** An action for a form with state: `stateAction()`, which also takes its previous result. */
export type ClientStateAction = (prevResult: never, input: never) => Promise<AnyResult>

/** What an action takes. */
export type InputOf<A extends ClientAction | ClientStateAction> = A extends (input: infer Input) => Promise<AnyResult> ? Input : Parameters<A>[1]

/** What an action answers. */
export type ResultOf<A extends ClientAction | ClientStateAction> = Awaited<ReturnType<A>>

/** What an action answers when all went well. */
export type DataOf<A extends ClientAction | ClientStateAction> = ResultOf<A> extends infer Result ? (Result extends { readonly data: infer Data } ? Data : never) : never

/** Why there is no data: a refusal or a failure, what is wrong with the input, or what was thrown on the way to the server. */
export interface ActionFailure<A extends ClientAction | ClientStateAction> {
  readonly serverError?: ResultOf<A> extends infer Result ? (Result extends { readonly serverError: infer Failure } ? Failure : never) : never
  readonly validationErrors?: ResultOf<A> extends infer Result ? (Result extends { readonly validationErrors: infer Errors } ? Errors : never) : never
  /** The call did not come back: the network, the server, or a deployment in between. */
  readonly thrownError?: unknown
}

/** Called as a call goes on, in this order: `onExecute`, one of the three, `onSettled`. */
export interface ActionCallbacks<A extends ClientAction | ClientStateAction> {
  readonly onExecute?: (event: { readonly input: InputOf<A> }) => void
  readonly onSuccess?: (event: { readonly input: InputOf<A>; readonly data: DataOf<A> }) => void
  readonly onError?: (event: { readonly input: InputOf<A>; readonly error: ActionFailure<A> }) => void
  readonly onNavigation?: (event: { readonly input: InputOf<A>; readonly navigationKind: NavigationKind }) => void
  readonly onSettled?: (event: { readonly input: InputOf<A>; readonly result: ResultOf<A> | NoResult; readonly navigationKind?: NavigationKind }) => void
}

/** Options of `useAction`. */
export interface ActionOptions<A extends ClientAction | ClientStateAction> extends ActionCallbacks<A> {
  /** The result before the first call. Default none. */
  readonly initResult?: ResultOf<A> | NoResult
  /** Throw `notFound`, `forbidden` and `unauthorized` while rendering, so that the nearest boundary shows its page. Default false. */
  readonly throwOnNavigation?: boolean
}

/** What a call takes: nothing where the action's input is optional. */
export type Arguments<Input> = undefined extends Input ? [input?: Input] : [input: Input]

/** What `useAction` returns. */
export interface UseAction<A extends ClientAction | ClientStateAction> {
  /** Calls the action. Never throws: see `result`, `thrownError` and the callbacks. */
  readonly execute: (...args: Arguments<InputOf<A>>) => void
  /** Calls the action and waits. Rejects when the call was thrown out of, by a navigation too. */
  readonly executeAsync: (...args: Arguments<InputOf<A>>) => Promise<ResultOf<A>>
  /** The input of the latest call. */
  readonly input: InputOf<A> | undefined
  /** The result of the latest call that has settled. */
  readonly result: ResultOf<A> | NoResult
  /** What the latest call threw, where it did not come back. */
  readonly thrownError: unknown
  /** Back to the beginning. A call that is under way settles unseen. */
  readonly reset: () => void
  readonly status: ActionStatus
  readonly isIdle: boolean
  readonly isExecuting: boolean
  /** What the call changed is still being rendered. */
  readonly isTransitioning: boolean
  /** Executing or transitioning. */
  readonly isPending: boolean
  readonly hasSucceeded: boolean
  readonly hasErrored: boolean
  readonly hasNavigated: boolean
}
