import type { SecretProvider } from '../provider.ts'
import { envProvider, processEnvironment } from './env.ts'
import { nodeBuiltins } from './node.ts'

/** Options of `dotEnvProvider`. */
export interface DotEnvOptions {
  /** Folder of the files. Default: the working directory. */
  readonly folder?: string
  /** Default `.env.development.local`, `.env.local`, `.env.development`, `.env`: earlier ones win, and the environment over all. */
  readonly files?: readonly string[]
  /** Default `NODE_ENV`. Outside `development` and `test` no file is read: secrets of other environments don't live in files. */
  readonly environment?: string
}

const FILES = ['.env.development.local', '.env.local', '.env.development', '.env'] as const

/** Reads secrets from the environment and, in development alone, from `.env` files. Node only. */
export function dotEnvProvider(options: DotEnvOptions = {}): SecretProvider {
  const environment = options.environment ?? processEnvironment()['NODE_ENV'] ?? 'production'
  if (environment !== 'development' && environment !== 'test') return envProvider()
  const { fs, path, util } = nodeBuiltins()
  const fromFiles = (): Record<string, string | undefined> => {
    const values: Record<string, string | undefined> = {}
    for (const file of [...(options.files ?? FILES)].reverse()) {
      const at = path.join(options.folder ?? '.', file)
      if (fs.existsSync(at)) Object.assign(values, util.parseEnv(fs.readFileSync(at, 'utf8')))
    }
    return values
  }
  return {
    name: 'environment and .env files',
    read({ key }) {
      const value = processEnvironment()[key] ?? fromFiles()[key]
      return Promise.resolve(value === undefined ? null : { value })
    },
  }
}
