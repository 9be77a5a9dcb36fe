// The event loop while every fsync takes 5 ms: run under strace by bench.ts. Prints how late a timer of 1 ms is, and what a call waits in fsyncs.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sqliteLedger } from 'sallyport/sqlite'
import { runCallers } from './callers.ts'
import { fsyncMs } from './sqlite.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-slow-'))
const ledger = sqliteLedger({ path: join(folder, 'ledger.db') })
await ledger.flush()
await runCallers(ledger, 64, 500)
const fsyncBefore = fsyncMs(folder, 100)
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
const paced = await runCallers(ledger, 64, 2_000, 10)
// The disk may be another one a few seconds later.
const fsync = (fsyncBefore + fsyncMs(folder, 100)) / 2
gaps.sort((a, b) => a - b)
console.log(JSON.stringify({ p99: gaps[Math.floor(gaps.length * 0.99)], worst: gaps.at(-1), p50CallMs: run.p50Ms, pacedCallMs: paced.p50Ms, fsync, recordsPerSecond: run.recordsPerSecond }))
rmSync(folder, { recursive: true, force: true })
process.exit(0)
