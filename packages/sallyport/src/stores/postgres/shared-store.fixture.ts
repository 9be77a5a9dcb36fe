import { afterAll } from 'vitest'
import { generateEncryptionKey } from '../sql/encryption.ts'
import { freshSchema, PATIENT_MS } from './schema.fixture.ts'
import { postgresStore, type PostgresStore } from './store.ts'

/** One store for all tests of a file, in a schema of its own: opened when it is first asked for, and removed after them. */
export function sharedPostgresStore(): () => Promise<PostgresStore> {
  let opened: { readonly store: PostgresStore; drop(): Promise<void> } | undefined
  afterAll(async () => {
    await opened?.store.ledger.close()
    await opened?.drop()
  })
  return async () => {
    if (opened === undefined) {
      const { connectionString, drop } = await freshSchema()
      opened = { store: postgresStore({ connectionString, encryptionKeys: [generateEncryptionKey()], timeoutMs: PATIENT_MS }), drop }
    }
    return opened.store
  }
}
