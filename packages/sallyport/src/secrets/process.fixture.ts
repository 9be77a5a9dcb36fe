// A process of an application, for tests: answers on standard output what it holds.
import { createInterface } from 'node:readline'
import { sqliteDriver } from '../stores/sqlite/driver.ts'
import { defineSecrets, encryptedProvider, sqlSealedStorage, sqlSecretState } from './index.ts'

const [, , path = '', instance = ''] = process.argv
const driver = sqliteDriver({ path })
const secrets = defineSecrets({
  provider: encryptedProvider({ storage: sqlSealedStorage(driver), keys: { one: btoa('k'.repeat(32)) }, environment: 'production' }),
  state: sqlSecretState(driver), instance, environment: 'production', isolation: { key: 'fingerprint-key-for-tests' },
  secrets: { KEY: { description: 'k', rotation: {} } },
})
await secrets.load()
console.log('ready')
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'verifying') {
    await secrets.refresh()
    console.log(JSON.stringify(secrets.verifying('KEY').map((secret) => secret.reveal())))
  } else console.log(secrets.get('KEY').reveal())
}
await secrets.close()
await driver.close()
