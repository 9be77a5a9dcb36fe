import { SecretProviderError, type SecretProvider } from '../provider.ts'
import { field } from './http.ts'
import { VaultClient, type VaultOptions } from './vault-client.ts'

/** Options of `vaultLeaseProvider`. */
export interface VaultLeaseOptions extends VaultOptions {
  /** A lease is renewed when less than this share of it is left. Default 1/3. */
  readonly renewBelow?: number
}

interface Lease {
  readonly id: string
  readonly value: string
  readonly renewable: boolean
  readonly durationMs: number
  readonly startedAt: number
  until: number
}

/**
 * Credentials that Vault or OpenBao makes for this process and takes back: `key` is the path that gives them, for example
 * `database/creds/shop`. The value is their JSON, `{"username":…,"password":…}`: use `parse: JSON.parse`.
 * Leases are renewed by reading in time; when they can't be any more, the next read gets new credentials. `close` revokes them.
 *
 * @see https://developer.hashicorp.com/vault/api-docs/system/leases
 */
export function vaultLeaseProvider(options: VaultLeaseOptions): SecretProvider {
  const client = new VaultClient(options)
  const now = options.now ?? ((): number => Date.now())
  const renewBelow = options.renewBelow ?? 1 / 3
  const leases = new Map<string, Lease>()

  const renew = async (lease: Lease): Promise<boolean> => {
    if (!lease.renewable) return false
    const answer = await client.call('PUT', 'sys/leases/renew', { lease_id: lease.id, increment: Math.ceil(lease.durationMs / 1000) })
    const seconds = Number(field(answer.body, 'lease_duration') ?? 0)
    if (answer.status !== 200 || !(seconds > 0)) return false
    lease.until = now() + seconds * 1000
    // Near its maximum a lease grows no more: better new credentials in time.
    return seconds * 1000 > lease.durationMs * renewBelow
  }

  const issue = async (key: string, signal: AbortSignal | undefined): Promise<Lease | null> => {
    const answer = await client.call('GET', key, undefined, signal)
    if (answer.status === 404) return null
    const id = field(answer.body, 'lease_id')
    const seconds = Number(field(answer.body, 'lease_duration') ?? 0)
    const data = field(answer.body, 'data')
    if (answer.status !== 200 || typeof id !== 'string' || id === '' || !(seconds > 0) || typeof data !== 'object') throw new SecretProviderError(`Vault's answer for ${key} has no lease`)
    return { id, value: JSON.stringify(data), renewable: field(answer.body, 'renewable') === true, durationMs: seconds * 1000, startedAt: now(), until: now() + seconds * 1000 }
  }

  return {
    name: 'vault leases',
    async read({ key, version, signal }) {
      let lease = leases.get(key)
      if (version !== undefined) return lease === undefined || lease.id !== version || lease.until <= now() ? null : readingOf(lease, renewBelow)
      if (lease !== undefined && lease.until - now() < lease.durationMs * renewBelow && !(await renew(lease))) lease = undefined
      if (lease === undefined) {
        lease = (await issue(key, signal)) ?? undefined
        if (lease === undefined) return null
        leases.set(key, lease)
      }
      return readingOf(lease, renewBelow)
    },
    async destroy({ version }) {
      await client.call('PUT', 'sys/leases/revoke', { lease_id: version })
    },
    async close() {
      for (const lease of leases.values()) await client.call('PUT', 'sys/leases/revoke', { lease_id: lease.id })
      leases.clear()
    },
  }
}

function readingOf(lease: Lease, renewBelow: number): { readonly value: string; readonly version: string; readonly createdAt: number; readonly expiresAt: number } {
  // Asked again from when it is time to renew.
  return { value: lease.value, version: lease.id, createdAt: lease.startedAt, expiresAt: lease.until - lease.durationMs * renewBelow }
}
