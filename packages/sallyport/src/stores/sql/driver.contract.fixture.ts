import { describe, expect, it, onTestFinished } from 'vitest'
import { AUDIT_MIGRATIONS, AUDIT_SCHEMA } from './audit-schema.ts'
import { SqlError, type LogDriver } from './driver.ts'

/** What every driver does, whatever the database. `open` gives a driver on an empty database; the test closes it. */
export function driverContract(name: string, open: () => Promise<LogDriver>): void {
  describe(`${name} driver`, () => {
    async function table(): Promise<LogDriver> {
      const driver = await open()
      onTestFinished(() => driver.close())
      await driver.migrate('thing', ['CREATE TABLE thing (id TEXT PRIMARY KEY, state TEXT NOT NULL, uses BIGINT NOT NULL, raw BYTEA)'])
      await driver.transact([{ sql: "INSERT INTO thing (id, state, uses) VALUES ('a', 'open', 1)" }])
      return driver
    }

    it('gives back the rows of each step', async () => {
      const driver = await table()
      const result = await driver.transact([
        { sql: 'UPDATE thing SET uses = uses + $2 WHERE id = $1 RETURNING uses, state', params: ['a', 2], expect: 'changed' },
        { sql: 'INSERT INTO thing (id, state, uses, raw) VALUES ($1, $2, 5, $3)', params: ['b', 'open', new Uint8Array([1, 255])] },
      ])
      expect(result).toEqual({ ok: true, rows: [[{ uses: 3, state: 'open' }], []] })
      const [row] = await driver.query('SELECT uses, raw FROM thing WHERE id = $1', ['b'])
      expect({ ...row, raw: [...(row?.['raw'] as Uint8Array)] }).toEqual({ uses: 5, raw: [1, 255] })
    })

    it('undoes every step when one changes nothing, and says which', async () => {
      const driver = await table()
      const result = await driver.transact([
        { sql: "UPDATE thing SET uses = 0 WHERE id = 'a'", expect: 'changed' },
        { sql: "UPDATE thing SET state = 'used' WHERE id = 'a' AND state = 'closed'", expect: 'changed' },
        { sql: "UPDATE thing SET state = 'never'" },
      ])
      expect(result).toEqual({ ok: false, refusedAt: 1 })
      expect(await driver.query('SELECT uses, state FROM thing')).toEqual([{ uses: 1, state: 'open' }])
    })

    it('lets one of many concurrent compare-and-sets win', async () => {
      const driver = await table()
      const claim = { sql: "UPDATE thing SET state = 'used' WHERE id = 'a' AND state = 'open'", expect: 'changed' } as const
      const results = await Promise.all(Array.from({ length: 20 }, () => driver.transact([claim])))
      expect(results.filter(({ ok }) => ok)).toHaveLength(1)
    })

    it('tells a constraint and bad SQL apart, and neither harms the others of its group', async () => {
      const driver = await table()
      const [twice, wrong, fine] = await Promise.allSettled([
        driver.transact([{ sql: "INSERT INTO thing (id, state, uses) VALUES ('a', 'x', 0)" }]),
        driver.transact([{ sql: 'UPDATE nothing SET x = 1' }]),
        driver.transact([{ sql: "INSERT INTO thing (id, state, uses) VALUES ('c', 'x', 0)" }]),
      ])
      expect(twice).toMatchObject({ status: 'rejected', reason: { kind: 'constraint' } })
      expect(wrong).toMatchObject({ status: 'rejected', reason: { kind: 'invalid' } })
      expect(fine.status).toBe('fulfilled')
      expect(twice.status === 'rejected' && twice.reason).toBeInstanceOf(SqlError)
    })

    it('refuses an entry of several lines, and those beside it are written', async () => {
      const driver = await table()
      await driver.migrate(AUDIT_SCHEMA, AUDIT_MIGRATIONS)
      const [torn, fine] = await Promise.allSettled([driver.append(['{}\n{}']), driver.append(['{}'])])
      expect(torn).toMatchObject({ status: 'rejected', reason: { kind: 'invalid' } })
      expect(fine.status).toBe('fulfilled')
      expect(() => driver.appendLater('\n')).toThrow(SqlError)
      expect(await driver.query('SELECT SUM(count) AS entries FROM sallyport_audit_batch')).toEqual([{ entries: 1 }])
    })

    it('inserts many rows in one step', async () => {
      const driver = await table()
      const each = Array.from({ length: 700 }, (_, index) => [`row-${index}`, 'many', index])
      await driver.transact([{ sql: 'INSERT INTO thing (id, state, uses) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING', each }])
      expect(await driver.query("SELECT COUNT(*) AS rows, MAX(uses) AS most FROM thing WHERE state = 'many'")).toEqual([{ rows: 700, most: 699 }])
    })

    it('migrates once, adds later statements, and refuses a database newer than the library', async () => {
      const driver = await table()
      const first = 'CREATE TABLE grown (id BIGINT PRIMARY KEY)'
      await Promise.all([driver.migrate('grown', [first]), driver.migrate('grown', [first])])
      await driver.migrate('grown', [first, 'ALTER TABLE grown ADD COLUMN note TEXT'])
      await driver.transact([{ sql: "INSERT INTO grown (id, note) VALUES (1, 'x')" }])
      expect(await driver.query('SELECT * FROM grown')).toEqual([{ id: 1, note: 'x' }])
      await expect(driver.migrate('grown', [first])).rejects.toThrow(/upgrade the library/)
    })
  })
}
