import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { memoryStore } from '../stores/memory/store.ts'
import { sqliteStore } from '../stores/sqlite/store.ts'
import { approvalFlowContract } from './approval-flow.contract.fixture.ts'
import { approversContract } from './approvers.contract.fixture.ts'
import { tamperContract } from './tamper.contract.fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-approvals-'))
const store = sqliteStore({ path: folder })
afterAll(async () => {
  await store.ledger.close()
  rmSync(folder, { recursive: true, force: true })
})

for (const contract of [approvalFlowContract, approversContract]) {
  contract('memory', async () => memoryStore())
  contract('sqlite', async () => store)
}
tamperContract('sqlite', async () => store)
