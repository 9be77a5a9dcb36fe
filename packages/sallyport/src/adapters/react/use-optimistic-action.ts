'use client'

import { useOptimistic } from 'react'
import type { ActionOptions, ClientAction, InputOf, UseAction } from './types.ts'
import { useCalls } from './use-action.ts'

/** Options of `useOptimisticAction`. */
export interface OptimisticActionOptions<A extends ClientAction, State> extends ActionOptions<A> {
  /** What the server has said, for example a list that a server component passed down. */
  readonly currentState: State
  /** What it will be, if the call succeeds. */
  readonly updateFn: (state: State, input: InputOf<A>) => State
}

/** What `useOptimisticAction` returns. */
export interface UseOptimisticAction<A extends ClientAction, State> extends UseAction<A> {
  /** The current state as if the calls under way had succeeded; the current state itself once they have settled. */
  readonly optimisticState: State
}

/**
 * Calls an action and shows at once what it will have changed. When the call settles, what the server says counts again.
 *
 * @example
 * ```tsx
 * const { execute, optimisticState } = useOptimisticAction(addNote, { currentState: notes, updateFn: (notes, note) => [...notes, note] })
 * ```
 */
export function useOptimisticAction<A extends ClientAction, State>(action: A, options: OptimisticActionOptions<A, State>): UseOptimisticAction<A, State> {
  const [optimisticState, add] = useOptimistic(options.currentState, options.updateFn)
  return { ...useCalls(action, options, add), optimisticState }
}
