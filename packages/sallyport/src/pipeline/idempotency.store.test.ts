import { describe } from 'vitest'
import { postgresAnswers } from '../stores/postgres/schema.fixture.ts'
import { sharedPostgresStore } from '../stores/postgres/shared-store.fixture.ts'
import { idempotencyContract } from './idempotency.contract.fixture.ts'

describe.skipIf(!(await postgresAnswers()))('Postgres (skipped where DATABASE_URL does not answer)', () => {
  idempotencyContract('postgres', sharedPostgresStore())
})
