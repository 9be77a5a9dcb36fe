// For `npx sallyport secrets list --db .data/sallyport` in this folder, beside the running shop.
import { join } from 'node:path'
import { sqlSealedStorage, sqlSecretState } from 'sallyport/secrets'
import { sqliteDriver } from 'sallyport/sqlite'
import { keysOf } from './run/environment.ts'
import { files } from './src/settings.ts'
import { defineShopSecrets } from './src/shop-secrets.ts'

const directory = process.env['DEMO_DATA'] ?? join(import.meta.dirname, '.data')
const { authSecret, vaultKey, fingerprintKey, modelKey } = keysOf(directory)
const driver = sqliteDriver({ path: files.ledgerDatabase(directory) })

export const secrets = defineShopSecrets(sqlSealedStorage(driver), sqlSecretState(driver), {
  DEMO_AUTH_SECRET: authSecret, DEMO_VAULT_KEY: vaultKey, DEMO_FINGERPRINT_KEY: fingerprintKey, OPENAI_API_KEY: process.env['OPENAI_API_KEY'] ?? modelKey,
})
