import { nextNavigation } from '../next/navigation.ts'
import type { AnyResult, NoResult } from './action-state.ts'
import type { NavigationKind } from '../../lib/host.ts'

/** The callbacks of a hook, whatever its action's types: the hook has checked them. */
export interface AnyCallbacks {
  readonly onExecute?: (event: { readonly input: never }) => void
  readonly onSuccess?: (event: { readonly input: never; readonly data: never }) => void
  readonly onError?: (event: { readonly input: never; readonly error: never }) => void
  readonly onNavigation?: (event: { readonly input: never; readonly navigationKind: NavigationKind }) => void
  readonly onSettled?: (event: { readonly input: never; readonly result: never; readonly navigationKind?: NavigationKind }) => void
}

/** How a call ended. */
export type Ending =
  | { readonly kind: 'settled'; readonly result: AnyResult }
  | { readonly kind: 'thrown'; readonly error: unknown; readonly navigationKind: NavigationKind | null }

const NO_RESULT: NoResult = {}

/** Makes one call. Never rejects: what was thrown is an ending as well. */
export async function runAction(call: () => Promise<AnyResult | undefined>): Promise<Ending> {
  try {
    // A framework that leaves the page answers nothing.
    return { kind: 'settled', result: (await call()) ?? NO_RESULT }
  } catch (error) {
    return { kind: 'thrown', error, navigationKind: nextNavigation(error)?.kind ?? null }
  }
}

/** Tells the callbacks how a call ended. */
export function tell(callbacks: AnyCallbacks, input: unknown, ending: Ending): void {
  // Input and result are the action's own, by the types of the hook that runs it.
  const given = input as never
  if (ending.kind === 'thrown') {
    const { error, navigationKind } = ending
    if (navigationKind === null) callbacks.onError?.({ input: given, error: { thrownError: error } as never })
    else callbacks.onNavigation?.({ input: given, navigationKind })
    callbacks.onSettled?.({ input: given, result: NO_RESULT as never, ...(navigationKind === null ? {} : { navigationKind }) })
    return
  }
  const { result } = ending
  const { serverError, validationErrors } = result
  if (serverError !== undefined || validationErrors !== undefined) {
    const error = { ...(serverError === undefined ? {} : { serverError }), ...(validationErrors === undefined ? {} : { validationErrors }) }
    callbacks.onError?.({ input: given, error: error as never })
  } else if ('data' in result) {
    callbacks.onSuccess?.({ input: given, data: result.data as never })
  }
  callbacks.onSettled?.({ input: given, result: result as never })
}
