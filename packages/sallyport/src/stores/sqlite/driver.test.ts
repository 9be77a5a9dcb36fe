import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { driverContract } from '../sql/driver.contract.fixture.ts'
import { sqliteDriver } from './driver.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-sqlite-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
const path = (): string => join(folder, `${(files += 1)}.db`)

driverContract('sqlite', async () => sqliteDriver({ path: path() }))

describe('sqliteDriver', () => {
  it('is one writer for all who open the same file, until the last has closed it', async () => {
    const file = path()
    const first = sqliteDriver({ path: file })
    const second = sqliteDriver({ path: join(folder, '.', file.slice(folder.length)) })
    await first.migrate('t', ['CREATE TABLE t (id BIGINT PRIMARY KEY)'])
    await first.close()
    await second.transact([{ sql: 'INSERT INTO t (id) VALUES (1)' }])
    expect(await second.query('SELECT id FROM t')).toEqual([{ id: 1 }])
    await second.close()
    await expect(second.transact([{ sql: 'INSERT INTO t (id) VALUES (2)' }])).rejects.toMatchObject({ kind: 'unavailable' })
  })
})
