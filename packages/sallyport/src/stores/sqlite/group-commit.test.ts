import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { AUDIT_MIGRATIONS, WRITER_IDLE_MS } from '../sql/audit-schema.ts'
import { inDialect } from '../sql/driver.ts'
import { groupCommitter } from './group-commit.ts'

it('a writer that was idle for longer than retention may remember it goes on under a new name', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-group-'))
  let [now, names] = [0, 0]
  const committer = groupCommitter({ path: join(folder, 'ledger.db'), newWriter: () => `writer.${(names += 1)}`, key: undefined, busyTimeoutMs: 0, pause: () => {}, now: () => now })
  onTestFinished(() => {
    committer.close()
    rmSync(folder, { recursive: true })
  })
  committer.commit(AUDIT_MIGRATIONS.map((statement) => ({ steps: [{ sql: inDialect(statement, 'sqlite') }], entries: [] })))
  now += 2 * WRITER_IDLE_MS
  expect(committer.place()).toEqual({ writer: 'writer.1', first: 0 })
  committer.commit([], { texts: ['{}\n{}'], count: 2 })
  now += WRITER_IDLE_MS
  expect(committer.place()).toEqual({ writer: 'writer.1', first: 2 })
  now += 1
  expect(committer.place()).toEqual({ writer: 'writer.2', first: 0 })
  committer.commit([], { texts: ['{}'], count: 1 })
  expect(committer.query('SELECT writer, first, count FROM sallyport_audit_batch ORDER BY position', [])).toMatchObject([{ writer: 'writer.1', first: 0, count: 2 }, { writer: 'writer.2', first: 0, count: 1 }])
})
