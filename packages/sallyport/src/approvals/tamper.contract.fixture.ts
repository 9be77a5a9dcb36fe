import { describe, expect, it } from 'vitest'
import type { SqlLedger } from '../stores/sql/ledger.ts'
import type { Store } from '../stores/types.ts'
import { openShop, type Shop } from './shop.fixture.ts'

/** What approvals do when somebody reads or writes their rows past the library, on every store in SQL. */
export function tamperContract(name: string, open: () => Promise<Store & { readonly ledger: SqlLedger }>): void {
  describe(`approvals whose rows somebody else writes, on ${name}`, () => {
    async function opened(): Promise<{ readonly shop: Shop; readonly sql: (text: string, ...params: readonly string[]) => Promise<unknown>; readonly rowOf: (id: string) => Promise<string> }> {
      const store = await open()
      const { driver } = store.ledger
      return {
        shop: openShop(store),
        sql: (text, ...params) => driver.transact([{ sql: text, params }]),
        rowOf: async (id) => JSON.stringify(await driver.query('SELECT * FROM sallyport_approval WHERE id = $1', [id])),
      }
    }
    const SECRET = 'tea for 4711'

    it('are not read there: neither input nor summary is in the clear, and no input once it is settled', async () => {
      const { shop, rowOf } = await opened()
      const ann = shop.person('ann')
      const asked = await shop.change(ann, 500, undefined, SECRET)
      const id = String(asked.serverError?.details?.['approvalId'])
      const { summary, input } = JSON.parse((await rowOf(id)).slice(1, -1)) as { readonly summary: string; readonly input: string }
      for (const text of [summary, input]) expect(text).toMatch(/^a256gcm\./)
      await shop.approvals.approve.call({ principal: shop.person('bea'), input: { approvalId: id } })
      expect(await shop.resume(ann, id)).toEqual({ data: { price: 500 } })
      expect(JSON.parse((await rowOf(id)).slice(1, -1))).toMatchObject({ state: 'executed', input: null })
    })

    it('run nothing when one has been given the input, or all that says what runs, of another', async () => {
      for (const columns of [['input'], ['input', 'digest'], ['input', 'digest', 'summary', 'requester']]) {
        const { shop, sql } = await opened()
        const [ann, dan] = [shop.person('ann'), shop.person('dan')]
        const [cheap, dear] = [await shop.ask(ann, 1), await shop.ask(dan, 900)]
        for (const approvalId of [cheap, dear]) await shop.approvals.approve.call({ principal: shop.person('bea'), input: { approvalId } })
        await sql(`UPDATE sallyport_approval SET ${columns.map((column) => `${column} = (SELECT ${column} FROM sallyport_approval WHERE id = $1)`).join(', ')} WHERE id = $2`, cheap, dear)
        for (const who of [ann, dan]) expect((await shop.resume(who, dear)).data).toBeUndefined()
        expect((await shop.change(dan, 1, dear)).data).toBeUndefined()
        expect(shop.ran).toEqual([])
      }
    })

    it('run nothing when one is said to be approved and nobody did', async () => {
      const { shop, sql } = await opened()
      const ann = shop.person('ann')
      const id = await shop.ask(ann, 500)
      // Nor when the row says that nobody has to, or that anybody may break the glass.
      for (const more of ['quorum = quorum', 'quorum = 0', "approvers = 'price:update'", "glass_permission = 'price:update', glass_by = 'ann', glass_justification = 'because', glass_at = created_at"]) {
        await sql(`UPDATE sallyport_approval SET state = 'approved', execute_by = decide_by, ${more} WHERE id = $1`, id)
        expect((await shop.resume(ann, id)).serverError?.code).toBe('APPROVAL_DENIED')
        expect((await shop.change(ann, 500)).serverError?.code).toBe('APPROVAL_DENIED')
      }
      expect(shop.ran).toEqual([])
    })
  })
}
