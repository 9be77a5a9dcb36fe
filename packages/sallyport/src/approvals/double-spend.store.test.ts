import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe } from 'vitest'
import { freshSchema, postgresAnswers } from '../stores/postgres/schema.fixture.ts'
import { generateEncryptionKey } from '../stores/sql/encryption.ts'
import { openShared, type SharedStore } from './double-spend-caller.fixture.ts'
import { doubleSpendContract } from './double-spend.contract.fixture.ts'

const answers = await postgresAnswers()
const folder = mkdtempSync(join(tmpdir(), 'sallyport-double-spend-'))
const cleanups: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]
afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup()
})

/** The store is opened once, and closed before what it stands on is removed. */
function once(kind: 'sqlite' | 'postgres', place: () => Promise<string>) {
  let opened: Promise<{ readonly where: { readonly kind: typeof kind; readonly at: string; readonly encryptionKey: string }; readonly store: SharedStore }> | undefined
  return () =>
    (opened ??= (async () => {
      const where = { kind, at: await place(), encryptionKey: generateEncryptionKey() }
      const store = await openShared(where)
      cleanups.push(() => store.ledger.close())
      return { where, store }
    })())
}

describe('one approval and many processes', () => {
  doubleSpendContract('sqlite', once('sqlite', async () => join(folder, 'store')))
})

describe.skipIf(!answers)('one approval and many processes (skipped where DATABASE_URL does not answer)', () => {
  doubleSpendContract('postgres', once('postgres', async () => {
    const { connectionString, drop } = await freshSchema()
    cleanups.push(drop)
    return connectionString
  }))
})
