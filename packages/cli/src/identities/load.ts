import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { identitySetup, type IdentitySetup } from 'sallyport'
import { loadModule } from '../load-module.ts'
import { RegistryUsageError } from './usage-error.ts'

/** Where the application's actions of governance are looked for, from the working directory. */
export const PLACES = ['sallyport.identities.ts', 'sallyport.identities.mts', 'sallyport.identities.mjs', 'sallyport.identities.js'] as const

/**
 * Loads the module that calls `identityActions`, and finds what it gave among its exports. `null` where none is named and there is none.
 *
 * @throws RegistryUsageError when there is no such module or it exports no actions
 */
export async function loadSetup(folder: string, module: string | undefined): Promise<IdentitySetup | null> {
  const file = module === undefined ? PLACES.map((place) => join(folder, place)).find((place) => existsSync(place)) : resolve(folder, module)
  if (file === undefined) return null
  if (!existsSync(file)) throw new RegistryUsageError(`there is no module at ${file}`)
  const exports = await loadModule(file)
  const setup = Object.values(exports).map(identitySetup).find((found) => found !== null)
  if (setup === undefined) throw new RegistryUsageError(`${file} exports nothing that identityActions gave`)
  return setup
}
