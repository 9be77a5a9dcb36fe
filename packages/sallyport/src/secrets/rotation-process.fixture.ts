// A process that rotates a secret and is killed when a step begins, for tests: no handler runs, nothing is given back.
import { postgresDriver } from '../stores/postgres/driver.ts'
import { sqliteDriver } from '../stores/sqlite/driver.ts'
import { defineSecrets, encryptedProvider, sqlSealedStorage, sqlSecretState } from './index.ts'

const [, , database = '', killedAt = ''] = process.argv
const driver = database.startsWith('postgres') ? postgresDriver({ connectionString: database }) : sqliteDriver({ path: database })
const secrets = defineSecrets({
  provider: encryptedProvider({ storage: sqlSealedStorage(driver), keys: { one: btoa('k'.repeat(32)) }, environment: 'production' }),
  state: sqlSecretState(driver), environment: 'production', isolation: { key: 'fingerprint-key-for-tests' },
  onRotation: ({ step, outcome }) => { if (step === killedAt && outcome === 'started') process.kill(process.pid, 'SIGKILL') },
  secrets: { KEY: { description: 'k', rotation: {} } },
})
await secrets.load()
await secrets.rotate('KEY')
