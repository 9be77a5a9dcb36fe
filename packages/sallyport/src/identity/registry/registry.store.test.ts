import { describe } from 'vitest'
import { postgresAnswers } from '../../stores/postgres/schema.fixture.ts'
import { sharedPostgresStore } from '../../stores/postgres/shared-store.fixture.ts'
import { departureContract } from './departure.contract.fixture.ts'
import { registryContract } from './registry.contract.fixture.ts'

describe.skipIf(!(await postgresAnswers()))('Postgres (skipped where DATABASE_URL does not answer)', () => {
  registryContract('postgres', sharedPostgresStore())
  departureContract('postgres', sharedPostgresStore())
})
