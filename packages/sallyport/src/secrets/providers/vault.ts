import { SecretProviderError, type SecretProvider, type SecretRequest } from '../provider.ts'
import { field } from './http.ts'
import { VaultClient, type VaultOptions } from './vault-client.ts'

/** Options of `vaultProvider`. */
export interface VaultProviderOptions extends VaultOptions {
  /** Where the KV engine (version 2) is mounted. Default `secret`. */
  readonly mount?: string
  /** The field of the entry that holds the value. Default `value`. */
  readonly field?: string
}

const ROTATION_FIELD = 'sallyport_rotation'
const ATTEMPTS = 5

/**
 * Keeps secrets in the KV engine (version 2) of HashiCorp Vault or OpenBao. A secret's `key` is the path of its entry.
 *
 * @see https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2
 * @example
 * ```ts
 * vaultProvider({ address: 'https://vault.internal:8200', auth: { appRole: { roleId, secretId } } })
 * ```
 */
export function vaultProvider(options: VaultProviderOptions): SecretProvider {
  const client = new VaultClient(options)
  const mount = options.mount ?? 'secret'
  const valueField = options.field ?? 'value'

  const read = async ({ key, version, signal }: SecretRequest): Promise<Entry | null> => {
    const answer = await client.call('GET', `${mount}/data/${encodePath(key)}${version === undefined ? '' : `?version=${encodeURIComponent(version)}`}`, undefined, signal)
    // A deleted or destroyed version answers 404 with its metadata.
    if (answer.status === 404) return null
    const number = field(answer.body, 'data', 'metadata', 'version')
    const data = field(answer.body, 'data', 'data')
    if (answer.status !== 200 || typeof number !== 'number' || typeof data !== 'object' || data === null) throw new SecretProviderError(`Vault's answer for ${key} is not one of KV version 2`)
    const created = Date.parse(String(field(answer.body, 'data', 'metadata', 'created_time')))
    return { version: String(number), data: data as Record<string, unknown>, createdAt: Number.isNaN(created) ? undefined : created }
  }

  return {
    name: 'vault',
    async read(request) {
      const entry = await read(request)
      if (entry === null) return null
      const value = entry.data[valueField]
      if (typeof value !== 'string') throw new SecretProviderError(`the entry ${request.key} has no text in its field "${valueField}"`)
      return { value, version: entry.version, ...(entry.createdAt === undefined ? {} : { createdAt: entry.createdAt }) }
    },
    async write(request) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const latest = await read({ name: request.name, key: request.key })
        if (latest?.data[ROTATION_FIELD] === request.rotationId) return { version: latest.version }
        const answer = await client.call('POST', `${mount}/data/${encodePath(request.key)}`, {
          // Check-and-set: two writers can't both think that theirs is the first.
          options: { cas: latest === null ? 0 : Number(latest.version) },
          data: { ...latest?.data, [valueField]: request.value, [ROTATION_FIELD]: request.rotationId },
        })
        const version = field(answer.body, 'data', 'version')
        if (answer.status === 200 && typeof version === 'number') return { version: String(version) }
        if (answer.status !== 400) throw new SecretProviderError(`Vault answered ${answer.status} to writing ${request.key}`)
      }
      throw new SecretProviderError(`Vault kept refusing to write ${request.key}: others write it too`)
    },
    async destroy({ key, version }) {
      await client.call('PUT', `${mount}/destroy/${encodePath(key)}`, { versions: [Number(version)] })
    },
  }
}

interface Entry {
  readonly version: string
  readonly data: Record<string, unknown>
  readonly createdAt: number | undefined
}

function encodePath(path: string): string {
  if (path.split('/').some((part) => part === '..' || part === '')) throw new SecretProviderError(`'${path}' is not a path of Vault`)
  return path.split('/').map(encodeURIComponent).join('/')
}
