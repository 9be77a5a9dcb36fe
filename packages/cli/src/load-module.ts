import { pathToFileURL } from 'node:url'

type Exports = Readonly<Record<string, unknown>>

/**
 * Runs a module of the application and gives its exports.
 *
 * @param load How a module is loaded. Default `import()`.
 * @throws TypeError when it is TypeScript and this Node runs none (before 22.18); else what the module throws
 */
export async function loadModule(file: string, load: (url: string) => Promise<Exports> = (url) => import(url) as Promise<Exports>): Promise<Exports> {
  try {
    return await load(pathToFileURL(file).href)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_UNKNOWN_FILE_EXTENSION')) throw error
    throw new TypeError(`this Node (${process.versions.node}) does not run ${file}: use Node 22.18 or later, or set NODE_OPTIONS=--experimental-strip-types`, { cause: error })
  }
}
