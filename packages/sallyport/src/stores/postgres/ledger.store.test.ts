import { afterAll, describe, expect, it } from 'vitest'
import { driverContract } from '../sql/driver.contract.fixture.ts'
import { intent } from '../sql/events.fixture.ts'
import { admission, ledgerContract } from '../sql/ledger.contract.fixture.ts'
import type { SqlLedger } from '../sql/ledger.ts'
import type { SealingOptions } from '../sql/sealing-options.ts'
import { searchContract } from '../sql/search.contract.fixture.ts'
import { sealedTamperContract } from '../sql/sealed-tamper.contract.fixture.ts'
import { sealingContract } from '../sql/sealing.contract.fixture.ts'
import { postgresDriver } from './driver.ts'
import { postgresLedger } from './ledger.ts'
import { freshSchema, PATIENT_MS, postgresAnswers } from './schema.fixture.ts'

const answers = await postgresAnswers()
const drops: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const drop of drops) await drop()
})

async function schema(): Promise<string> {
  const { connectionString, drop } = await freshSchema()
  drops.push(drop)
  return connectionString
}

describe.skipIf(!answers)('Postgres (skipped where no server answers)', () => {
  driverContract('postgres', async () => postgresDriver({ connectionString: await schema(), timeoutMs: PATIENT_MS }))

  ledgerContract('postgres', async () => {
    const connectionString = await schema()
    const ledger = postgresLedger({ connectionString, admission, timeoutMs: PATIENT_MS })
    await ledger.flush()
    return { ledger, driver: postgresDriver({ connectionString, timeoutMs: PATIENT_MS }) }
  })

  const sealing = async (signers: readonly string[], more: SealingOptions = {}): Promise<SqlLedger> => {
    const ledger = postgresLedger({ connectionString: await schema(), timeoutMs: PATIENT_MS, sealing: { signers, everyMs: 1e6, ...more } })
    await ledger.flush()
    return ledger
  }
  sealingContract('postgres', sealing)
  sealedTamperContract('postgres', sealing)
  searchContract('postgres', sealing)
})

describe('postgresLedger', () => {
  it('refuses with a stable code, within its time, when the server is away', async () => {
    const ledger = postgresLedger({ connectionString: 'postgres://postgres@127.0.0.1:1/none', timeoutMs: 500 })
    await expect(ledger.admit({ intent: intent('a') })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})
