// The event loop while every fsync takes 5 ms: run under strace by bench.ts. Prints the longest gap of each 1% of the time.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sqliteLedger } from 'sallyport/sqlite'
import { runCallers } from './callers.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-slow-'))
const ledger = sqliteLedger({ path: join(folder, 'ledger.db') })
await ledger.flush()
await runCallers(ledger, 64, 500)
const gaps: number[] = []
let last = performance.now()
let running = true
const tick = (): void => {
  const now = performance.now()
  gaps.push(now - last)
  last = now
  if (running) setImmediate(tick)
}
tick()
const run = await runCallers(ledger, 64, 2_500)
running = false
// Weighted by time: the gap that a request arriving at a random moment finds itself in.
const sorted = gaps.sort((a, b) => a - b)
const total = sorted.reduce((sum, gap) => sum + gap, 0)
let seen = 0
const p99 = sorted.find((gap) => (seen += gap) >= total * 0.99) ?? 0
console.log(JSON.stringify({ p99, worst: sorted.at(-1), p50CallMs: run.p50Ms, recordsPerSecond: run.recordsPerSecond }))
rmSync(folder, { recursive: true, force: true })
process.exit(0)
