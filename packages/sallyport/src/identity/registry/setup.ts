import type { Port } from '../../port.ts'
import type { IdentityActionsOptions } from './actions.ts'

/** What actions of governance were made of: with it the `sallyport` command does what they do, for whoever can run it. */
export interface IdentitySetup {
  readonly port: Pick<Port, 'environment' | 'store' | 'runtime' | 'close'>
  readonly options: Omit<IdentityActionsOptions<string>, 'permission'>
}

/** The command may have loaded another copy of this module than the application. */
const SETUP: symbol = Symbol.for('sallyport:identity-setup')

/** Notes on the actions what they were made of, where nobody who lists them meets it. */
export function withSetup<Actions extends object>(actions: Actions, setup: IdentitySetup): Actions {
  return Object.defineProperty(actions, SETUP, { value: setup })
}

/** What `identityActions` gave was made of, `null` for anything else. */
export function identitySetup(value: unknown): IdentitySetup | null {
  if (typeof value !== 'object' || value === null) return null
  // Written by this module alone, here or in another copy of it.
  return ((value as Readonly<Record<symbol, unknown>>)[SETUP] as IdentitySetup | undefined) ?? null
}
