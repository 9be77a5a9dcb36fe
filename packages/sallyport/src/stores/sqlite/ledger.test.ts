import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { intent } from '../sql/events.fixture.ts'
import { admission, ledgerContract } from '../sql/ledger.contract.fixture.ts'
import { searchContract } from '../sql/search.contract.fixture.ts'
import { sealedTamperContract } from '../sql/sealed-tamper.contract.fixture.ts'
import { sealingContract } from '../sql/sealing.contract.fixture.ts'
import { sqliteDriver } from './driver.ts'
import type { SqlLedger } from '../sql/ledger.ts'
import type { SealingOptions } from '../sql/sealing-options.ts'
import { sqliteLedger } from './ledger.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-ledger-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
const path = (): string => join(folder, `${(files += 1)}.db`)

ledgerContract('sqlite', async () => {
  const file = path()
  return { ledger: sqliteLedger({ path: file, admission }), driver: sqliteDriver({ path: file }) }
})

const sealing = async (signers: readonly string[], more: SealingOptions = {}): Promise<SqlLedger> => sqliteLedger({ path: path(), sealing: { signers, everyMs: 1e6, ...more } })
sealingContract('sqlite', sealing)
sealedTamperContract('sqlite', sealing)
searchContract('sqlite', sealing)

describe('sqliteLedger', () => {
  it('refuses calls that carry a grant or an approval while no store for them is attached', async () => {
    const ledger = sqliteLedger({ path: path() })
    expect(await ledger.admit({ intent: intent('a'), approval: { id: 'p', digest: 'd', now: 0 } })).toMatchObject({ admitted: false, by: 'approval' })
    await ledger.close()
  })

  it('refuses with a stable code when the file can not be opened', async () => {
    const ledger = sqliteLedger({ path: folder })
    await expect(ledger.admit({ intent: intent('a') })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await ledger.close()
  })
})
