import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sqliteLimits } from 'sallyport/sqlite'

const PROCESSES = 4
const RUN_MS = 4000

/** Latencies of one process, milliseconds. */
export interface SqliteRow {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/** Four processes that decide as fast as they can on one file. */
export async function benchSqlite(): Promise<readonly SqliteRow[]> {
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  const path = join(directory, 'limits.db')
  await sqliteLimits({ path }).close?.()
  const children = Array.from({ length: PROCESSES }, () => fork(fileURLToPath(import.meta.url), [path], { execArgv: process.execArgv }))
  await Promise.all(children.map((child) => new Promise((resolve) => child.once('message', resolve))))
  const rows = children.map((child) => new Promise<SqliteRow>((resolve) => child.once('message', (row) => resolve(row as SqliteRow))))
  for (const child of children) child.send('go')
  const result = await Promise.all(rows)
  rmSync(directory, { recursive: true })
  return result
}

async function decideFor(path: string): Promise<SqliteRow> {
  const limits = sqliteLimits({ path, busyMs: 30_000 })
  const window = (name: string, key: string) => ({ kind: 'window', name, key, limit: 1_000_000_000, windowMs: 60_000, cost: 1 }) as const
  process.send?.('ready')
  await new Promise((resolve) => process.once('message', resolve))
  const times: number[] = []
  const started = performance.now()
  for (let i = 0; performance.now() - started < RUN_MS; i++) {
    const begun = performance.now()
    await limits.decide([window('address', `address:${i % 1000}`), window('principal', `principal:${i % 1000}`), window('action', `action:${i % 1000}`), window('global', 'global')], Date.now())
    times.push(performance.now() - begun)
    // As a server does between two requests.
    await new Promise((resolve) => setImmediate(resolve))
  }
  const span = performance.now() - started
  await limits.close?.()
  times.sort((a, b) => a - b)
  const at = (share: number): number => times[Math.floor(times.length * share)] ?? Number.NaN
  return { perSecond: (times.length * 1000) / span, p50: at(0.5), p99: at(0.99), max: times.at(-1) ?? Number.NaN }
}

const path = process.argv[2]
if (process.send !== undefined && path?.endsWith('limits.db') === true) {
  process.send(await decideFor(path))
  process.disconnect()
}
