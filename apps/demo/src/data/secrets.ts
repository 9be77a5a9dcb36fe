import 'server-only'
import { memorySealedStorage, memorySecretState, SecretsError, sqlSealedStorage, sqlSecretState, type SecretStatus } from 'sallyport/secrets'
import { once } from '../once.ts'
import { defineShopSecrets, ROTATED } from '../shop-secrets.ts'
import { building, ledgerStore } from '../store.ts'

/** The secrets of the shop. `startSecrets` loads them before the first request. */
export function secrets(): ReturnType<typeof defineShopSecrets> {
  return once('secrets', () => {
    // At build time there is nothing to read: what is defined is all that the modules want to see.
    if (building) return defineShopSecrets(memorySealedStorage(), memorySecretState(), { DEMO_VAULT_KEY: btoa('\0'.repeat(32)) })
    const { driver } = ledgerStore().ledger
    return defineShopSecrets(sqlSealedStorage(driver), sqlSecretState(driver), process.env)
  })
}

const ADVANCE_EVERY_MS = 10_000

/** Loads the secrets, or ends the process, naming all that is wrong. From then on rotations that wait for their overlap are taken further. */
export async function startSecrets(): Promise<void> {
  try {
    await secrets().load()
  } catch (error) {
    // Next would go on and fail each request.
    console.error(error instanceof SecretsError ? error.message : error)
    process.exit(1)
  }
  setInterval(() => {
    secrets().advance().catch((error: unknown) => console.error('Rotations wait, for they could not be taken further:', error))
  }, ADVANCE_EVERY_MS).unref()
}

/** What may be told about a secret. */
export interface SecretRecord {
  readonly name: (typeof ROTATED)[number]
  readonly purpose: string
  /** How many versions there have been. */
  readonly version: number
  readonly rotatedAt: number
  /** Until when the version before still verifies, while a rotation is under way. Epoch milliseconds. */
  readonly oldVerifiesUntil: number | undefined
}

/** The record of a secret, without its value. */
export async function secretByName(name: (typeof ROTATED)[number]): Promise<SecretRecord | undefined> {
  return (await listSecrets()).find((secret) => secret.name === name)
}

/** The secrets that are rotated here, without their values. */
export async function listSecrets(): Promise<readonly SecretRecord[]> {
  const statuses = await secrets().status()
  return ROTATED.flatMap((name) => statuses.filter((status) => status.name === name).map((status) => recordOf(name, status)))
}

function recordOf(name: (typeof ROTATED)[number], { description, versions, version, rotation }: SecretStatus): SecretRecord {
  const current = versions.find((known) => known.version === version)
  const before = rotation && versions.find((known) => known.version === rotation.replaces && known.state === 'previous')
  return {
    name, purpose: description, version: current === undefined ? 0 : versions.length - versions.indexOf(current),
    rotatedAt: current?.promotedAt ?? current?.createdAt ?? 0, oldVerifiesUntil: before?.verifiesUntil,
  }
}
