import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe } from 'vitest'
import { freshSchema, PATIENT_MS, postgresAnswers } from '../stores/postgres/schema.fixture.ts'
import { postgresStore } from '../stores/postgres/store.ts'
import { generateEncryptionKey } from '../stores/sql/encryption.ts'
import { sqliteStore } from '../stores/sqlite/store.ts'
import { zeroStandingContract } from './zero-standing.contract.fixture.ts'

const answers = await postgresAnswers()
const folder = mkdtempSync(join(tmpdir(), 'sallyport-standing-'))
const cleanups: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]
afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup()
})
let count = 0

zeroStandingContract('sqlite', async () => {
  const store = sqliteStore({ path: join(folder, String(++count)) })
  cleanups.push(() => store.ledger.close())
  return store
}, 5)

describe.skipIf(!answers)('Postgres (skipped where DATABASE_URL does not answer)', () => {
  zeroStandingContract('postgres', async () => {
    const { connectionString, drop } = await freshSchema()
    const store = postgresStore({ connectionString, encryptionKeys: [generateEncryptionKey()], timeoutMs: PATIENT_MS })
    cleanups.push(drop, () => store.ledger.close())
    return store
  }, 5)
})
