import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { crashRounds } from '../sql/crash.contract.fixture.ts'

// The whole run: SALLYPORT_CRASH_ROUNDS=50.
const rounds = Number(process.env['SALLYPORT_CRASH_ROUNDS'] ?? 1)

describe('kill -9', () => {
  it(`loses nothing that was acknowledged, gives no number twice, and closes what was open (${rounds} rounds × 4 writers)`, { timeout: 180_000 + rounds * 20_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-crash-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const report = await crashRounds({ kind: 'sqlite', at: join(folder, 'ledger.db') }, rounds)
    if (process.env['SALLYPORT_CRASH_ROUNDS'] !== undefined) console.log(JSON.stringify(report))
    expect(report).toMatchObject({ lost: [], twice: [], stillOpen: 0, verified: true })
    expect(report.acknowledged).toBeGreaterThan(rounds * 20)
  })
})
