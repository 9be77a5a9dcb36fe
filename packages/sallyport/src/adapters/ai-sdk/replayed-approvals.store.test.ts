import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe } from 'vitest'
import { memoryStore } from '../../stores/memory/store.ts'
import { postgresAnswers } from '../../stores/postgres/schema.fixture.ts'
import { sharedPostgresStore } from '../../stores/postgres/shared-store.fixture.ts'
import { sqliteStore } from '../../stores/sqlite/store.ts'
import { replayedApprovalsContract } from './replayed-approvals.contract.fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-replayed-'))
const store = sqliteStore({ path: folder })
afterAll(async () => {
  await store.ledger.close()
  rmSync(folder, { recursive: true, force: true })
})

replayedApprovalsContract('memory', async () => memoryStore())
replayedApprovalsContract('sqlite', async () => store)

describe.skipIf(!(await postgresAnswers()))('Postgres (skipped where DATABASE_URL does not answer)', () => {
  replayedApprovalsContract('postgres', sharedPostgresStore())
})
