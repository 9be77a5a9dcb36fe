import { describe, expect, it, onTestFinished } from 'vitest'
import type { Ledger } from '../../audit/types.ts'
import type { LogDriver } from './driver.ts'
import { facts, intent, outcome } from './events.fixture.ts'
import type { AdmissionSteps } from './ledger.ts'

/** Takes parts of an admission from a table of the test: one row each, with uses left. */
export const admission: AdmissionSteps = {
  grant: ({ id }) => [{ sql: 'UPDATE taken SET uses = uses - 1 WHERE id = $1 AND uses > 0', params: [id], expect: 'changed', refusal: 'the grant is used up' }],
  approval: ({ id }) => [{ sql: 'UPDATE taken SET uses = uses - 1 WHERE id = $1 AND uses > 0', params: [id], expect: 'changed', refusal: 'the approval was used' }],
}

/** What every durable ledger does. `open` gives a ledger with {@link admission} on an empty database, and its driver. */
export function ledgerContract(name: string, open: () => Promise<{ ledger: Ledger; driver: LogDriver }>): void {
  describe(`${name} ledger`, () => {
    async function opened(): Promise<{ ledger: Ledger; driver: LogDriver }> {
      const both = await open()
      onTestFinished(async () => {
        await both.ledger.close()
        await both.driver.close()
      })
      return both
    }

    it('admits, records, and finds a call by every filter', async () => {
      const { ledger } = await opened()
      expect(await ledger.admit({ intent: intent('a', { tenant: 'acme', subject: { kind: 'user', id: 'alice' } }, 10) })).toEqual({ admitted: true })
      ledger.record(outcome('a', 'failed', 20))
      expect(await ledger.admit({ intent: intent('b', { action: 'order.view' }, 30) })).toEqual({ admitted: true })
      ledger.record({ ...outcome('c', 'refused', 40), control: 'authorization', facts: { ...facts, actor: { kind: 'agent', id: 'robot' } } })
      await ledger.flush()
      const ids = async (query: Parameters<Ledger['events']['search']>[0]): Promise<string[]> =>
        (await ledger.events.search({ order: 'oldest', ...query })).map(({ event }) => `${event.id}:${event.kind}`)
      const all = await ids({})
      expect(all).toHaveLength(4)
      expect(await ids({ action: 'order.cancel' })).toEqual(expect.arrayContaining(['a:intent', 'a:outcome', 'c:outcome']))
      expect(await ids({ principal: 'alice' })).toEqual(['a:intent', 'a:outcome'])
      expect(await ids({ principal: 'robot' })).toEqual(['c:outcome'])
      expect(await ids({ tenant: 'acme', outcome: 'failed' })).toEqual(['a:outcome'])
      expect(await ids({ since: 20, until: 30 })).toHaveLength(2)
      expect(await ids({ id: 'b' })).toEqual(['b:intent'])
      const newest = await ledger.events.search({})
      expect(newest.map(({ position }) => Number(position))).toEqual([3, 2, 1, 0])
    })

    it('pages in both directions without a gap or a repeat', async () => {
      const { ledger } = await opened()
      await Promise.all(Array.from({ length: 150 }, (_, index) => ledger.admit({ intent: intent(`p${index}`) })))
      for (const order of ['newest', 'oldest'] as const) {
        const seen: string[] = []
        for (let after: string | undefined; ; ) {
          const page = await ledger.events.search({ order, limit: 40, ...(after !== undefined && { after }) })
          if (page.length === 0) break
          seen.push(...page.map(({ event }) => event.id))
          after = page.at(-1)?.position
        }
        expect(new Set(seen).size).toBe(150)
        expect(seen).toHaveLength(150)
      }
    })

    it('takes the parts of an admission with the intent, or nothing at all', async () => {
      const { ledger, driver } = await opened()
      await driver.migrate('taken', ['CREATE TABLE taken (id TEXT PRIMARY KEY, uses BIGINT NOT NULL)'])
      await driver.transact([{ sql: "INSERT INTO taken (id, uses) VALUES ('grant', 5), ('approval', 1)" }])
      const grant = { id: 'grant', now: 0 }
      const approval = { id: 'approval', digest: 'd', now: 0 }
      const results = await Promise.all(Array.from({ length: 4 }, (_, index) => ledger.admit({ intent: intent(`x${index}`), grant, approval })))
      expect(results.filter(({ admitted }) => admitted)).toHaveLength(1)
      expect(results.filter((result) => !result.admitted)).toEqual(Array.from({ length: 3 }, () => ({ admitted: false, by: 'approval', reason: 'the approval was used' })))
      // Three refused approvals gave their grant uses back, and left no intent.
      expect(await driver.query("SELECT uses FROM taken WHERE id = 'grant'")).toEqual([{ uses: 4 }])
      expect(await ledger.events.search({})).toHaveLength(1)
      expect(await ledger.admit({ intent: intent('y'), grant: { id: 'unknown', now: 0 } })).toEqual({ admitted: false, by: 'grant', reason: 'the grant is used up' })
    })

    it('keeps the exact text, unusual characters included, and drops fields too large to keep', async () => {
      const { ledger } = await opened()
      const odd = 'quote " slash \\ zero \u0000 snow ☃ lone \ud800 end'
      await ledger.admit({ intent: intent('odd', { fields: { odd } }) })
      await ledger.admit({ intent: intent('big', { fields: { big: 'x'.repeat(70_000) } }) })
      const [found] = await ledger.events.search({ id: 'odd' })
      expect(found?.event.facts?.fields).toEqual({ odd })
      const [big] = await ledger.events.search({ id: 'big' })
      expect(big?.event.facts?.fields).toEqual({ omitted: 'larger than an audit event can hold' })
    })
  })
}
