import { randomUUID } from 'node:crypto'
import { Pool } from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { describeLimitStore, START } from '../../limits/contract.fixture.ts'
import { checkAgainstExactLog } from '../../limits/exact-model.fixture.ts'
import { checkSameAsMemory } from '../../limits/same-as-memory.fixture.ts'
import { postgresLimits } from './limits.ts'
import { postgresAnswers } from './schema.fixture.ts'

const connectionString = process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/test'
const schema = `limits_${randomUUID().replaceAll('-', '')}`
const pool = new Pool({ connectionString, max: 8 })
const store = postgresLimits(pool, { schema, clock: 'caller' })
const answers = await postgresAnswers(connectionString)

afterAll(async () => {
  if (!answers) return pool.end()
  await pool.query(`DROP SCHEMA IF EXISTS ${schema}, ${schema}_idle CASCADE`)
  await pool.end()
})

describe.skipIf(!answers)('Postgres (skipped where DATABASE_URL does not answer)', () => {
  describeLimitStore('postgres', () => store)

  describe('random schedules on Postgres', () => {
    it('agree with an exact log, keys that are spread over rows included', () => checkAgainstExactLog(() => store, 1000))
    it('are decided as in memory', () => checkSameAsMemory(() => store, 200))
  })

  describe('a key that is spread over rows', () => {
    const check = { kind: 'window', name: 'global', key: `global:${randomUUID()}`, limit: 50, windowMs: 60_000, cost: 1 } as const

    it('admits exactly its limit when many calls come at once', async () => {
      const decisions = await Promise.all(Array.from({ length: 80 }, () => store.decide([check], START)))
      expect(decisions.filter((decision) => decision.allowed)).toHaveLength(50)
      const { rows } = await pool.query(`SELECT count(*)::int AS n FROM ${schema}.limit_counters WHERE key LIKE $1`, [`${check.key}%`])
      expect(rows[0].n).toBe(8)
    })
  })

  describe('what is idle', () => {
    it('is removed', async () => {
      const own = postgresLimits(pool, { schema: `${schema}_idle`, clock: 'caller' })
      const key = randomUUID()
      await own.decide([{ kind: 'window', name: 'k', key, limit: 1, windowMs: 1000, cost: 1 }], START)
      for (let i = 0; i < 501; i++) await own.peek([], START + 60_000)
      expect((await pool.query(`SELECT 1 FROM ${schema}_idle.limit_counters WHERE key = $1`, [key])).rowCount).toBe(0)
    })
  })

  describe('the clock of the server', () => {
    it('holds for all processes, whatever time a caller passes', async () => {
      const server = postgresLimits(pool, { schema })
      const check = { kind: 'window', name: 'k', key: randomUUID(), limit: 1, windowMs: 3_600_000, cost: 1 } as const
      expect(await server.decide([check], 0)).toMatchObject({ allowed: true })
      expect(await server.decide([check], Date.now() + 10 * 3_600_000)).toMatchObject({ allowed: false })
    })
  })
})
