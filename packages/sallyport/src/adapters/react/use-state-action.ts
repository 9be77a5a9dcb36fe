'use client'

import { startTransition, useActionState, useCallback, useInsertionEffect, useRef, useState } from 'react'
import type { NavigationKind } from '../../lib/host.ts'
import { statusOf, type AnyResult } from './action-state.ts'
import { runAction, tell } from './run-action.ts'
import type { ActionOptions, ClientStateAction, InputOf, ResultOf, UseAction } from './types.ts'
import { flags, throwNavigation } from './use-action.ts'

/** Options of `useStateAction`. */
export interface StateActionOptions<A extends ClientStateAction> extends ActionOptions<A> {
  /** The page to which a form without JavaScript is posted, where the component is on several. */
  readonly permalink?: string
}

/** What `useStateAction` returns. */
export interface UseStateAction<A extends ClientStateAction> extends Omit<UseAction<A>, 'isTransitioning'> {
  /** For `<form action={formAction}>`. Works before JavaScript has loaded, and without it. */
  readonly formAction: (input: InputOf<A>) => void
}

/** A function of fewer arguments would fit too: an action that is not a state action is told apart by their number. */
type TakesPrevious<A extends ClientStateAction> = Parameters<A> extends readonly [unknown, unknown, ...unknown[]] ? unknown : 'Make it with .stateAction() to use it here.'

/** A call of `executeAsync`, on its way through React's queue. */
class Call {
  readonly input: unknown
  readonly resolve: (result: AnyResult) => void
  readonly reject: (error: unknown) => void

  constructor(input: unknown, resolve: (result: AnyResult) => void, reject: (error: unknown) => void) {
    this.input = input
    this.resolve = resolve
    this.reject = reject
  }
}

const RESET: unique symbol = Symbol('reset')

/** What the latest call left beside its result. */
interface Aside {
  readonly input: unknown
  readonly thrown: unknown
  readonly navigationKind: NavigationKind | null
}

const NOTHING: Aside = { input: undefined, thrown: undefined, navigationKind: null }

/**
 * Calls a state action, mostly from a form: React's `useActionState` with a status, callbacks and `executeAsync`. Calls run one
 * after the other. The form also works without JavaScript: the server then renders the page with the result.
 *
 * @example
 * ```tsx
 * const { formAction, result, isPending } = useStateAction(changeAddress)
 * <form action={formAction}>…{result.validationErrors?.city?._errors?.[0]}</form>
 * ```
 */
export function useStateAction<A extends ClientStateAction>(action: A & TakesPrevious<A>, options: StateActionOptions<A> = {}): UseStateAction<A> {
  const initial: AnyResult = options.initResult ?? {}
  const [aside, setAside] = useState(NOTHING)
  const latest = useRef(options)
  useInsertionEffect(() => {
    latest.current = options
  })
  // Resets that still wait in React's queue: what settles before their turn was called before them.
  const resets = useRef(0)

  // Of this action, not of the latest: what was queued for one order must not go to the one that the page shows by then.
  const call = useCallback(
    async (previous: AnyResult, payload: unknown): Promise<AnyResult> => {
      const input = payload instanceof Call ? payload.input : payload
      latest.current.onExecute?.({ input: input as InputOf<A> })
      const ending = await runAction(() => action(previous as never, input as never))
      if (resets.current === 0) setAside(ending.kind === 'settled' ? { ...NOTHING, input } : { input, thrown: ending.error, navigationKind: ending.navigationKind })
      if (payload instanceof Call) {
        if (ending.kind === 'settled') payload.resolve(ending.result)
        else payload.reject(ending.error)
      }
      tell(latest.current, input, ending)
      return ending.kind === 'settled' ? ending.result : {}
    },
    [action],
  )
  const step = useCallback(
    (previous: AnyResult, payload: unknown): AnyResult | Promise<AnyResult> => {
      if (payload !== RESET) return call(previous, payload)
      resets.current -= 1
      return latest.current.initResult ?? {}
    },
    [call],
  )

  // On the server the action itself, so that React can name it in a form that is posted without JavaScript.
  const stepping = typeof document === 'undefined' ? (action as unknown as typeof step) : step
  const [result, dispatch, isPending] = useActionState<AnyResult, unknown>(stepping, initial, options.permalink)

  const executeAsync = useCallback(
    (input?: InputOf<A>) =>
      new Promise<ResultOf<A>>((resolve, reject) => {
        setAside({ ...NOTHING, input })
        // `step` answers with what this hook's action answered.
        startTransition(() => dispatch(new Call(input, resolve as (result: AnyResult) => void, reject)))
      }),
    [dispatch],
  )
  const execute = useCallback((input?: InputOf<A>): void => void executeAsync(input as InputOf<A>).catch(() => {}), [executeAsync])
  const reset = useCallback(() => {
    setAside(NOTHING)
    resets.current += 1
    startTransition(() => dispatch(RESET))
  }, [dispatch])

  throwNavigation(aside, options.throwOnNavigation === true)
  const settled = aside.navigationKind !== null ? 'hasNavigated' : aside.thrown !== undefined ? 'hasErrored' : statusOf(result)
  return {
    // React hands `dispatch` to the form; its payload is what the action takes.
    formAction: dispatch,
    execute,
    executeAsync,
    reset,
    // What this hook's action takes and answers.
    input: aside.input as InputOf<A> | undefined,
    result: result as ResultOf<A>,
    thrownError: aside.navigationKind === null ? aside.thrown : undefined,
    isPending,
    ...flags(isPending ? 'executing' : settled),
  }
}
