import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it, onTestFinished } from 'vitest'
import { makeSigner } from '../sql/crash-writer.fixture.ts'
import { intent, outcome } from '../sql/events.fixture.ts'
import { sqliteLedger } from './ledger.ts'

it('an outcome that could not be written is written by itself once it can be, though nobody calls any more', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-retry-'))
  const path = join(folder, 'ledger.db')
  // A round of sealing would take the queue along.
  const ledger = sqliteLedger({ path, busyTimeoutMs: 20, sealing: { signers: [makeSigner().signerText], everyMs: 1e6 } })
  const other = new DatabaseSync(path)
  onTestFinished(async () => {
    other.close()
    await ledger.close()
    rmSync(folder, { recursive: true })
  })
  await ledger.admit({ intent: intent('a') })
  other.exec('BEGIN IMMEDIATE')
  ledger.record(outcome('a'))
  // Several groups fail, and the outcome with them.
  for (const id of ['b', 'c']) await expect(ledger.admit({ intent: intent(id) })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  other.exec('ROLLBACK')
  await ledger.flush()
  expect((await ledger.events.search({ order: 'oldest' })).map(({ event }) => `${event.id} ${event.kind}`)).toEqual(['a intent', 'a outcome'])
})
