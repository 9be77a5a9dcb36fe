import type { NavigationKind } from '../../lib/host.ts'

/** Any result of an action. */
export interface AnyResult {
  readonly data?: unknown
  readonly serverError?: unknown
  readonly validationErrors?: unknown
}

/** There is no result yet. */
export interface NoResult {
  readonly data?: undefined
  readonly serverError?: undefined
  readonly validationErrors?: undefined
}

/** How the latest call stands. */
export type ActionStatus = 'idle' | 'executing' | 'hasSucceeded' | 'hasErrored' | 'hasNavigated'

/** What a hook knows of its calls. */
export interface ActionState {
  readonly status: ActionStatus
  readonly input: unknown
  readonly result: AnyResult
  /** What was thrown: an error of the network, or a signal of the framework when `status` is `hasNavigated`. */
  readonly thrown: unknown
  readonly navigationKind: NavigationKind | null
  /** The latest call. What earlier ones answer changes nothing any more. */
  readonly call: number
}

/** What can happen to a call. */
export type ActionEvent =
  | { readonly type: 'started'; readonly call: number; readonly input: unknown }
  | { readonly type: 'settled'; readonly call: number; readonly result: AnyResult }
  | { readonly type: 'thrown'; readonly call: number; readonly error: unknown; readonly navigationKind: NavigationKind | null }
  | { readonly type: 'reset'; readonly call: number; readonly result: AnyResult }

/** The state before the first call. */
export function initialState(result: AnyResult): ActionState {
  return { status: statusOf(result), input: undefined, result, thrown: undefined, navigationKind: null, call: 0 }
}

/** The state after an event. The result of the call before stays in sight until the next one has settled. */
export function reduceAction(state: ActionState, event: ActionEvent): ActionState {
  if (event.type === 'reset') return { ...initialState(event.result), call: event.call }
  if (event.type === 'started') return { ...state, status: 'executing', input: event.input, thrown: undefined, navigationKind: null, call: event.call }
  if (event.call !== state.call) return state
  if (event.type === 'settled') return { ...state, status: statusOf(event.result), result: event.result }
  const { error, navigationKind } = event
  return { ...state, status: navigationKind === null ? 'hasErrored' : 'hasNavigated', result: {}, thrown: error, navigationKind }
}

/** What a result says of the call that gave it. */
export function statusOf(result: AnyResult): ActionStatus {
  if (result.serverError !== undefined || result.validationErrors !== undefined) return 'hasErrored'
  // A handler may answer `undefined`: then the key alone says that it did.
  return 'data' in result ? 'hasSucceeded' : 'idle'
}
