import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { approvalStoreContract, waiting } from '../../approvals/store.contract.fixture.ts'
import { grantStoreContract } from '../../grants/store.contract.fixture.ts'
import type { Store } from '../types.ts'
import { generateEncryptionKey } from '../sql/encryption.ts'
import { sqliteStore } from './store.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-store-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let count = 0
const fresh = (): string => join(folder, `store-${++count}`, 'nested')

// One store, emptied for each test: opening one starts two threads.
const shared = sqliteStore({ path: fresh() })
afterAll(() => shared.ledger.close())
const emptied = async (): Promise<Store> => {
  await shared.approvals.get('')
  await shared.grants.get('')
  const tables = ['approval', 'approval_decision', 'grant', 'grant_line', 'grant_request']
  await shared.ledger.driver.transact(tables.map((table) => ({ sql: `DELETE FROM sallyport_${table}` })))
  return { ...shared, ledger: { ...shared.ledger, close: async () => undefined } }
}

approvalStoreContract('sqlite', emptied)
grantStoreContract('sqlite', emptied)

describe('sqliteStore', () => {
  const secret = 'price-of-4711-pounds'
  const bytesOf = (path: string): string => readdirSync(path).map((name) => readFileSync(join(path, name), 'latin1')).join('')

  it('writes neither input nor summary in the clear, and no input once it is settled', async () => {
    const path = fresh()
    const store = sqliteStore({ path })
    await store.approvals.create(waiting('a', { input: `{"note":"${secret}"}`, summary: `about ${secret}` }))
    expect(bytesOf(path)).not.toContain(secret)
    expect(await store.approvals.get('a')).toMatchObject({ input: `{"note":"${secret}"}`, summary: `about ${secret}` })
    const [before] = await store.ledger.driver.query('SELECT input FROM sallyport_approval')
    expect(before?.['input']).toMatch(/^a256gcm\./)
    await store.approvals.decide('a', { by: 'bea', decision: 'deny', at: 1_100 })
    expect(await store.ledger.driver.query('SELECT input FROM sallyport_approval')).toEqual([{ input: null }])
    await store.ledger.close()
  })

  it('does not take the input of one approval for that of another', async () => {
    const store = sqliteStore({ path: fresh() })
    await store.approvals.create(waiting('a', { input: '{"price":1}', resource: { type: 'product', id: '1' } }))
    await store.approvals.create(waiting('b', { input: '{"price":2}', resource: { type: 'product', id: '2' } }))
    await store.ledger.driver.transact([{ sql: "UPDATE sallyport_approval SET input = (SELECT input FROM sallyport_approval WHERE id = 'a') WHERE id = 'b'" }])
    await expect(store.approvals.get('b')).rejects.toThrow()
    await store.ledger.close()
  })

  it('reads with an older key and writes with the first; without the key nothing opens', async () => {
    const path = fresh()
    const [older, newer] = [generateEncryptionKey(), generateEncryptionKey()]
    const open = (encryptionKeys: readonly string[]) => sqliteStore({ path, encryptionKeys })
    const first = open([older])
    await first.approvals.create(waiting('a'))
    await first.ledger.close()
    const second = open([newer, older])
    expect((await second.approvals.get('a'))?.input).toBe('{"price":500}')
    await second.ledger.close()
    const third = open([newer])
    await expect(third.approvals.get('a')).rejects.toThrow(/key that is not known/)
    await third.ledger.close()
    expect(() => open(['short'])).toThrow(/32 bytes|base64/)
  })

  it('makes a key that only its owner may read, and finds it and its rows again', async () => {
    const path = fresh()
    const first = sqliteStore({ path })
    await first.approvals.create(waiting('a'))
    await first.ledger.close()
    expect(statSync(join(path, 'encryption.key')).mode & 0o777).toBe(0o600)
    const second = sqliteStore({ path })
    expect(await second.approvals.get('a')).toEqual(waiting('a'))
    await second.ledger.close()
    expect(readdirSync(path).filter((name) => name.startsWith('encryption.key'))).toEqual(['encryption.key'])
  })
})
