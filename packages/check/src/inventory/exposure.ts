import type { Exposure } from '../types.ts'
import type { Found } from './actions.ts'
import type { Importer } from './importers.ts'
import type { RegisteredAction } from './manifest.ts'

/** Files that nothing has to import: the router takes them by their names. */
const special = /\/app\/(?:.*\/)?(?:page|layout|template|default|loading|error|global-error|not-found|forbidden|unauthorized)\.[cm]?[jt]sx?$|\/pages\/.*\.[cm]?[jt]sx?$/

/** Who can call an entry point: read from a build where there is one, derived from imports otherwise. `registered` is what builds say of the file, `inlineIndex` counts the inline actions of the file. */
export function exposureOf(found: Found, importers: readonly Importer[], registered: readonly RegisteredAction[] | undefined, inlineIndex = 0): Exposure {
  if (found.kind === 'route' || found.kind === 'api-route') return { tier: 'public', derived: false, reason: 'a route answers whoever asks' }
  if (registered) {
    const name = found.kind === 'action' ? found.name : `$$RSC_SERVER_ACTION_${inlineIndex}`
    const own = registered.filter((one) => one.name === name)
    if (own.length === 0) return { tier: 'latent', derived: false, reason: 'the build registers no such action' }
    return own.some((one) => one.shipped)
      ? { tier: 'shipped', derived: false, reason: 'its id stands in a client bundle' }
      : { tier: 'registered', derived: false, reason: 'the build registers it' }
  }
  if (found.kind === 'inline-action') return { tier: 'registered', derived: true, reason: 'an inline action is registered with the module that holds it' }
  const client = importers.find((one) => one.client)
  if (client) return { tier: 'shipped', derived: true, reason: 'a client module imports the file' }
  if (importers.length > 0) return { tier: 'registered', derived: true, reason: 'server code imports the file, which registers all its exports' }
  if (special.test(found.module.path)) return { tier: 'registered', derived: true, reason: 'the router itself loads the file' }
  return { tier: 'latent', derived: true, reason: 'nothing imports the file' }
}
