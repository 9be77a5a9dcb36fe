import { randomSecret, sqlSealedStorage } from 'sallyport/secrets'
import { sqliteDriver } from 'sallyport/sqlite'
import { files } from '../settings.ts'
import { sealedProvider } from '../shop-secrets.ts'
import { SECRETS } from './shop-data.ts'

const DAY = 24 * 60 * 60 * 1000

/** Makes the first values of the shop's secrets, where there are none. */
export async function seedSecrets({ directory, vaultKey, now }: { readonly directory: string; readonly vaultKey: string; readonly now: number }): Promise<void> {
  const driver = sqliteDriver({ path: files.ledgerDatabase(directory) })
  try {
    for (const { name, daysAgo } of SECRETS) {
      const provider = sealedProvider(sqlSealedStorage(driver), { DEMO_VAULT_KEY: vaultKey }, () => now - daysAgo * DAY)
      if ((await provider.read({ name, key: name })) === null) await provider.put(name, randomSecret())
    }
  } finally {
    await driver.close()
  }
}
