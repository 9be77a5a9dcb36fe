import type { SecretProvider } from '../provider.ts'

/** Options of `envProvider`. */
export interface EnvProviderOptions {
  /** Where names are looked up. Default: the environment of the process. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/**
 * Reads secrets from environment variables. They have no versions, and a new value comes with a restart.
 * Add `dotEnv()` for what developers keep in files.
 */
export function envProvider(options: EnvProviderOptions = {}): SecretProvider {
  return {
    name: 'environment',
    read({ key }) {
      const value = (options.env ?? processEnvironment())[key]
      return Promise.resolve(value === undefined ? null : { value })
    },
  }
}

/** The environment of the process; empty where there is none. */
export function processEnvironment(): Readonly<Record<string, string | undefined>> {
  return (globalThis as { process?: { env?: Readonly<Record<string, string | undefined>> } }).process?.env ?? {}
}
