import { afterAll, describe } from 'vitest'
import { freshSchema, postgresAnswers } from '../../stores/postgres/schema.fixture.ts'
import { postgresStore, type PostgresStore } from '../../stores/postgres/store.ts'
import { generateEncryptionKey } from '../../stores/sql/encryption.ts'
import { registryContract } from './registry.contract.fixture.ts'

const answers = await postgresAnswers()
let opened: { readonly store: PostgresStore; drop(): Promise<void> } | undefined
afterAll(async () => {
  await opened?.store.ledger.close()
  await opened?.drop()
})

async function open(): Promise<PostgresStore> {
  if (opened === undefined) {
    const { connectionString, drop } = await freshSchema()
    opened = { store: postgresStore({ connectionString, encryptionKeys: [generateEncryptionKey()] }), drop }
  }
  return opened.store
}

describe.skipIf(!answers)('Postgres (skipped where DATABASE_URL does not answer)', () => {
  registryContract('postgres', open)
})
