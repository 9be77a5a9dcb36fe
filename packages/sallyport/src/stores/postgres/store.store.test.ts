import { afterAll, describe, expect, it } from 'vitest'
import { approvalStoreContract } from '../../approvals/store.contract.fixture.ts'
import { grantStoreContract } from '../../grants/store.contract.fixture.ts'
import { generateEncryptionKey } from '../sql/encryption.ts'
import { freshSchema, PATIENT_MS, postgresAnswers } from './schema.fixture.ts'
import { postgresStore, type PostgresStore } from './store.ts'

const answers = await postgresAnswers()
const drops: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const drop of drops) await drop()
})

async function open(): Promise<PostgresStore> {
  const { connectionString, drop } = await freshSchema()
  drops.push(drop)
  return postgresStore({ connectionString, encryptionKeys: [generateEncryptionKey()], timeoutMs: PATIENT_MS })
}

describe.skipIf(!answers)('Postgres (skipped where DATABASE_URL does not answer)', () => {
  approvalStoreContract('postgres', open)
  grantStoreContract('postgres', open)

  it('does not start without a key', () => {
    expect(() => postgresStore({ connectionString: 'postgres://nowhere', encryptionKeys: [] })).toThrow(/encryptionKeys/)
  })
})
