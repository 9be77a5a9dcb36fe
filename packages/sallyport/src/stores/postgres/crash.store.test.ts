import { describe, expect, it, onTestFinished } from 'vitest'
import { crashRounds } from '../sql/crash.contract.fixture.ts'
import { freshSchema, postgresAnswers } from './schema.fixture.ts'

// The whole run: SALLYPORT_CRASH_ROUNDS=50.
const rounds = Number(process.env['SALLYPORT_CRASH_ROUNDS'] ?? 1)
const answers = await postgresAnswers()

describe.skipIf(!answers)('kill -9 (skipped where no Postgres answers)', () => {
  it(`loses nothing that was acknowledged, gives no number twice, and closes what was open (${rounds} rounds × 4 writers)`, { timeout: 180_000 + rounds * 20_000 }, async () => {
    const { connectionString, drop } = await freshSchema()
    onTestFinished(drop)
    const report = await crashRounds({ kind: 'postgres', at: connectionString }, rounds)
    if (process.env['SALLYPORT_CRASH_ROUNDS'] !== undefined) console.log(JSON.stringify(report))
    expect(report).toMatchObject({ lost: [], twice: [], stillOpen: 0, verified: true })
    expect(report.acknowledged).toBeGreaterThan(rounds * 20)
  })
})
