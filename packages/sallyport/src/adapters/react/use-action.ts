'use client'

import { useCallback, useInsertionEffect, useReducer, useRef, useTransition } from 'react'
import { initialState, reduceAction, type ActionState, type AnyResult } from './action-state.ts'
import { runAction, tell } from './run-action.ts'
import type { ActionOptions, ClientAction, InputOf, ResultOf, UseAction } from './types.ts'

/**
 * Calls an action from a client component, and says how the call stands. Calls may overlap: the state is that of the latest.
 *
 * @example
 * ```tsx
 * const { execute, result, isPending } = useAction(changeAddress, { onSuccess: () => toast('Changed') })
 * <button disabled={isPending} onClick={() => execute({ orderId, address })}>Change</button>
 * ```
 */
export function useAction<A extends ClientAction>(action: A, options: ActionOptions<A> = {}): UseAction<A> {
  return useCalls(action, options)
}

/** The calls of a hook. `onTransition` runs within the transition of each call, before it is made. */
export function useCalls<A extends ClientAction>(action: A, options: ActionOptions<A>, onTransition?: (input: InputOf<A>) => void): UseAction<A> {
  const [state, dispatch] = useReducer(reduceAction, options.initResult ?? {}, initialState)
  const [isTransitioning, startTransition] = useTransition()
  const calls = useRef(0)
  const latest = useRef({ action, options, onTransition })
  useInsertionEffect(() => {
    latest.current = { action, options, onTransition }
  })

  const executeAsync = useCallback((input?: InputOf<A>): Promise<ResultOf<A>> => {
    // First of all: a callback that throws here ends in no call, so none may be shown as under way.
    latest.current.options.onExecute?.({ input: input as InputOf<A> })
    const call = ++calls.current
    // Before the transition: what is dispatched within one shows only when it is over.
    dispatch({ type: 'started', call, input })
    return new Promise<ResultOf<A>>((resolve, reject) => {
      startTransition(async () => {
        latest.current.onTransition?.(input as InputOf<A>)
        const ending = await runAction(() => latest.current.action(input as never))
        if (ending.kind === 'settled') {
          dispatch({ type: 'settled', call, result: ending.result })
          // `runAction` calls this action and no other.
          resolve(ending.result as ResultOf<A>)
        } else {
          dispatch({ type: 'thrown', call, error: ending.error, navigationKind: ending.navigationKind })
          reject(ending.error)
        }
        tell(latest.current.options, input, ending)
      })
    })
  }, [])

  const execute = useCallback((input?: InputOf<A>): void => void executeAsync(input as InputOf<A>).catch(() => {}), [executeAsync])
  const reset = useCallback(() => dispatch({ type: 'reset', call: ++calls.current, result: latest.current.options.initResult ?? {} }), [])

  throwNavigation(state, options.throwOnNavigation === true)
  return {
    execute,
    executeAsync,
    reset,
    // The reducer keeps what this hook's action takes and answers.
    input: state.input as InputOf<A> | undefined,
    result: state.result as ResultOf<A>,
    thrownError: state.status === 'hasErrored' ? state.thrown : undefined,
    isTransitioning,
    isPending: isTransitioning || state.status === 'executing',
    ...flags(state.status),
  }
}

/** A redirect has been followed by the router; the others have a page, which the nearest boundary shows. */
export function throwNavigation({ thrown, navigationKind }: Pick<ActionState, 'thrown' | 'navigationKind'>, wanted: boolean): void {
  if (wanted && navigationKind !== null && navigationKind !== 'redirect') throw thrown
}

/** A status, and its parts. */
export function flags(status: ActionState['status']): Pick<UseAction<(input: never) => Promise<AnyResult>>, 'status' | 'isIdle' | 'isExecuting' | 'hasSucceeded' | 'hasErrored' | 'hasNavigated'> {
  return {
    status,
    isIdle: status === 'idle',
    isExecuting: status === 'executing',
    hasSucceeded: status === 'hasSucceeded',
    hasErrored: status === 'hasErrored',
    hasNavigated: status === 'hasNavigated',
  }
}
