import { describe, expect, it, onTestFinished } from 'vitest'
import { generateSigner } from '../../audit/note/key.ts'
import { appendToBundle } from '../../audit/tiles/bundle.ts'
import { intent, writeCalls } from './events.fixture.ts'
import { checkIndex } from './index-check.ts'
import type { SqlLedger } from './ledger.ts'
import { removeBefore } from './retention.ts'
import { sqlReader } from './search.ts'

const keys = generateSigner('shop.example/audit')

/** What a search finds, sealed or not, and while that changes. `open` gives a ledger on an empty database that seals only when it is asked. */
export function searchContract(name: string, open: (signers: readonly string[]) => Promise<SqlLedger>): void {
  describe(`${name} search`, () => {
    async function ledgerWith(calls: number): Promise<SqlLedger> {
      const ledger = await open([keys.signerText])
      onTestFinished(() => ledger.close())
      await writeCalls(ledger, 0, calls)
      return ledger
    }

    it('finds the same events, under the same positions, before and after sealing', async () => {
      const ledger = await ledgerWith(150)
      const ask = async (query: Parameters<SqlLedger['events']['search']>[0]): Promise<string[]> =>
        (await ledger.events.search(query)).map(({ position, event }) => `${position} ${event.id} ${event.kind}`)
      const queries = [{ limit: 1_000 }, { order: 'oldest', limit: 1_000 }, { principal: 'user-call-7' }, { action: 'order.cancel', limit: 10 }, { after: '120', limit: 20 }, { after: '120', order: 'oldest', limit: 20 }, { since: 50, until: 60 }, { id: 'call-149' }, { outcome: 'success', order: 'oldest', limit: 5 }] as const
      const before = await Promise.all(queries.map(ask))
      await ledger.seal()
      expect(await Promise.all(queries.map(ask))).toEqual(before)
      await writeCalls(ledger, 150, 160)
      expect(await ask({ limit: 1_000 })).toHaveLength(320)
      expect(await ask({ order: 'oldest', limit: 1_000, after: '295' })).toHaveLength(24)
      expect((await ledger.events.search({ id: 'call-3' })).map(({ sequence }) => sequence).every(Number.isInteger)).toBe(true)
    })

    it('gives each event once, page by page, however many groups wait and whenever they are sealed', async () => {
      const ids = Array.from({ length: 100 }, (_, index) => `one-${index}`)
      for (const sealAt of [-1, 0, 1, 2, 5]) {
        const ledger = await ledgerWith(0)
        // A group commit each.
        for (const id of ids) await ledger.admit({ intent: intent(id) })
        let reads = 0
        const reader = sqlReader({
          async query(sql, params) {
            if (sql.includes('sallyport_audit_batch') && (reads += 1) - 1 === sealAt) await ledger.seal()
            return ledger.driver.query(sql, params)
          },
        })
        for (const order of ['oldest', 'newest'] as const) {
          const found: string[] = []
          for (let after: string | undefined; ; ) {
            const page = await reader.search({ order, limit: 40, ...(after !== undefined && { after }) })
            found.push(...page.map(({ position, event }) => `${position} ${event.id}`))
            after = page.at(-1)?.position
            if (after === undefined) break
          }
          const expected = ids.map((id, index) => `${index} ${id}`)
          expect(found, `${order}, sealed before read ${sealAt}`).toEqual(order === 'oldest' ? expected : expected.reverse())
        }
      }
    })

    it('gives each event once where a bundle grows between its reads', async () => {
      for (let sealAt = 0; sealAt < 5; sealAt += 1) {
        const ledger = await ledgerWith(4)
        await ledger.seal()
        await writeCalls(ledger, 4, 8)
        let reads = 0
        const reader = sqlReader({
          async query(sql, params) {
            if ((reads += 1) - 1 === sealAt) await ledger.seal()
            return ledger.driver.query(sql, params)
          },
        })
        expect((await reader.search({ order: 'oldest' })).map(({ position }) => Number(position)), `sealed before read ${sealAt}`).toEqual(Array.from({ length: 16 }, (_, index) => index))
      }
    })

    it('takes nothing for sealed that stands behind the last entry', async () => {
      const ledger = await ledgerWith(4)
      await ledger.seal()
      const [row] = await ledger.driver.query('SELECT data FROM sallyport_audit_bundle WHERE n = 0')
      const forged = appendToBundle(row?.['data'] as Uint8Array, [Buffer.from(JSON.stringify(intent('forged')))])
      await ledger.driver.transact([{ sql: 'UPDATE sallyport_audit_bundle SET data = $1, count = count + 1', params: [forged] }])
      for (const order of ['oldest', 'newest'] as const) expect(await ledger.events.search({ order }), order).toHaveLength(8)
    })

    it('has what it goes by checked: who hides an event from it is found out, though every hash holds', async () => {
      const ledger = await ledgerWith(200)
      await ledger.seal()
      const { driver } = ledger
      expect(await checkIndex(driver)).toEqual({ unreadable: 0, problems: [] })
      const found = async (): Promise<number> => (await ledger.events.search({ principal: 'user-call-7', since: 1 })).length
      expect(await found()).toBe(2)
      for (const [hide, undo] of [
        ['UPDATE sallyport_audit_term SET term = -term', 'UPDATE sallyport_audit_term SET term = -term'],
        ['DELETE FROM sallyport_audit_segment', 'INSERT INTO sallyport_audit_segment (segment) VALUES (0)'],
        ['UPDATE sallyport_audit_bundle SET max_time = -max_time', 'UPDATE sallyport_audit_bundle SET max_time = -max_time'],
      ] as const) {
        await driver.transact([{ sql: hide }])
        expect(await found(), hide).toBe(0)
        expect((await checkIndex(driver)).problems, hide).toHaveLength(2)
        await driver.transact([{ sql: undo }])
      }
      expect((await checkIndex(driver)).problems).toEqual([])
      for (const size of [399, 401]) {
        await driver.transact([{ sql: 'UPDATE sallyport_audit_tree SET size = $1', params: [size] }])
        expect((await checkIndex(driver)).problems).toEqual([`the tables count ${size} entries, the newest checkpoint covers 400`, expect.stringContaining('entries 256 to 399 holds 144')])
      }
    })

    it('is checked while the application writes, seals and removes', async () => {
      const ledger = await ledgerWith(300)
      await ledger.seal()
      let calls = 300
      const busy: Pick<SqlLedger['driver'], 'query'> = {
        async query(sql, params) {
          const rows = await ledger.driver.query(sql, params)
          await writeCalls(ledger, calls, (calls += 40))
          await ledger.seal()
          await removeBefore(ledger.driver, calls / 2)
          return rows
        },
      }
      for (let rounds = 0; rounds < 3; rounds += 1) expect(await checkIndex(busy)).toMatchObject({ problems: [] })
      await ledger.driver.append(['no event'])
      await ledger.seal()
      expect(await checkIndex(ledger.driver)).toEqual({ unreadable: 1, problems: [] })
    })
  })
}
