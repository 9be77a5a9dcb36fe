import { describe } from 'vitest'
import { postgresAnswers } from '../stores/postgres/schema.fixture.ts'
import { sharedPostgresStore } from '../stores/postgres/shared-store.fixture.ts'
import { approvalFlowContract } from './approval-flow.contract.fixture.ts'
import { approversContract } from './approvers.contract.fixture.ts'
import { tamperContract } from './tamper.contract.fixture.ts'

describe.skipIf(!(await postgresAnswers()))('Postgres (skipped where DATABASE_URL does not answer)', () => {
  const open = sharedPostgresStore()
  approvalFlowContract('postgres', open)
  approversContract('postgres', open)
  tamperContract('postgres', open)
})
