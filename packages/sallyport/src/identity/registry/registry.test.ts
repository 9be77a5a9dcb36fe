import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { memoryStore } from '../../stores/memory/store.ts'
import { sqliteStore } from '../../stores/sqlite/store.ts'
import { departureContract } from './departure.contract.fixture.ts'
import { registryContract } from './registry.contract.fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-registry-'))
const store = sqliteStore({ path: folder })
afterAll(async () => {
  await store.ledger.close()
  rmSync(folder, { recursive: true, force: true })
})

for (const contract of [registryContract, departureContract]) {
  contract('memory', async () => memoryStore())
  contract('sqlite', async () => store)
}
