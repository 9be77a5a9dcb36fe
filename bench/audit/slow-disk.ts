// The event loop while every fsync takes 5 ms: run under strace by bench.ts. Prints how late a timer of 1 ms is.
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
// What a timer of 1 ms is late.
const timer = setInterval(() => {
  const now = performance.now()
  gaps.push(Math.max(0, now - last - 1))
  last = now
}, 1)
const run = await runCallers(ledger, 64, 2_500)
clearInterval(timer)
gaps.sort((a, b) => a - b)
console.log(JSON.stringify({ p99: gaps[Math.floor(gaps.length * 0.99)], worst: gaps.at(-1), p50CallMs: run.p50Ms, recordsPerSecond: run.recordsPerSecond }))
rmSync(folder, { recursive: true, force: true })
process.exit(0)
