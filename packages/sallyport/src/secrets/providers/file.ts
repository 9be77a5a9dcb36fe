import { SecretProviderError, type SecretProvider } from '../provider.ts'
import { nodeBuiltins } from './node.ts'

/** Options of `fileProvider`. */
export interface FileProviderOptions {
  /** The folder that secrets are mounted in. Default `/run/secrets`. */
  readonly folder?: string
}

const KEY = /^[A-Za-z0-9][A-Za-z0-9._-]*$/
const MAX_BYTES = 1024 * 1024

/**
 * Reads secrets from files, one each, as Docker and Kubernetes mount them. One line break at the end is not part of the value.
 * A file that changes is taken up at the next refresh. Node only.
 */
export function fileProvider(options: FileProviderOptions = {}): SecretProvider {
  const folder = options.folder ?? '/run/secrets'
  return {
    name: 'files',
    async read({ key }) {
      if (!KEY.test(key)) throw new SecretProviderError(`'${key}' is not a file name`)
      const { fs, path } = nodeBuiltins()
      const at = path.join(folder, key)
      try {
        const { size } = await fs.promises.stat(at)
        if (size > MAX_BYTES) throw new SecretProviderError(`${at} has more than 1 MiB`)
        return { value: (await fs.promises.readFile(at, 'utf8')).replace(/\r?\n$/, '') }
      } catch (error) {
        if (error instanceof SecretProviderError) throw error
        if (codeOf(error) === 'ENOENT') return null
        throw new SecretProviderError(`${at} can't be read (${codeOf(error)})`)
      }
    },
  }
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown'
}
