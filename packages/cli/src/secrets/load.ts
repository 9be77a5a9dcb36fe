import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Secrets } from 'sallyport/secrets'
import { loadModule } from '../load-module.ts'

/** Where the application's secrets are looked for, from the working directory. */
const PLACES = ['sallyport.secrets.ts', 'sallyport.secrets.mjs', 'src/secrets.ts', 'src/lib/secrets.ts', 'src/server/secrets.ts', 'lib/secrets.ts'] as const

/**
 * Loads the module that calls `defineSecrets`, and finds what it gave among its exports.
 *
 * @throws TypeError when there is no such module or it exports no secrets
 */
export async function loadSecrets(folder: string, module: string | undefined): Promise<Secrets> {
  const file = module === undefined ? PLACES.map((place) => join(folder, place)).find((place) => existsSync(place)) : resolve(folder, module)
  if (file === undefined) throw new TypeError(`Say where defineSecrets is called: --module FILE. Looked for ${PLACES.join(', ')}.`)
  if (!existsSync(file)) throw new TypeError(`there is no ${file}`)
  const exports = await loadModule(file)
  const found = Object.values(exports).find(isSecrets)
  if (found === undefined) throw new TypeError(`${file} exports nothing that defineSecrets gave`)
  return found
}

function isSecrets(value: unknown): value is Secrets {
  return typeof value === 'object' && value !== null && ['status', 'rotate', 'revoke', 'fingerprints', 'load'].every((key) => typeof (value as Record<string, unknown>)[key] === 'function')
}
