import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sqliteLedger } from 'sallyport/sqlite'
import { generateSigner } from 'sallyport/audit'
import { runCallers, type CallersRun } from './callers.ts'
import { intentOf } from './event.ts'

const WARM_MS = 500
const TEXTS = Array.from({ length: 4_096 }, (_, index) => JSON.stringify(intentOf(index)))

/** Bare inserts, `perCommit` a transaction, into a table of nothing but texts. Records a second. */
export function bareInserts(folder: string, perCommit: number, ms: number): number {
  const database = new DatabaseSync(join(folder, `bare-${perCommit}-${performance.now()}.db`))
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE record (id INTEGER PRIMARY KEY, body TEXT NOT NULL)')
  const insert = database.prepare('INSERT INTO record (body) VALUES (?)')
  let records = 0
  const start = performance.now()
  while (performance.now() - start < ms) {
    database.exec('BEGIN IMMEDIATE')
    for (let index = 0; index < perCommit; index += 1) insert.run(TEXTS[(records += 1) % TEXTS.length] ?? '')
    database.exec('COMMIT')
  }
  const seconds = (performance.now() - start) / 1_000
  database.close()
  return records / seconds
}

/** A run, and the rate until the last record of it was sealed too. */
export interface SealedRun extends CallersRun {
  readonly sealedPerSecond: number
}

/**
 * Sallyport's ledger with this many callers. Sealing runs, every second, as it does by default, unless it is put off. Callers work for `workMs` between; for
 * these the ledger is one that has been in use: in a new one every commit makes SQLite's WAL file larger, until it has come round once.
 */
export async function sallyportSqlite(folder: string, callers: number, ms: number, sealing: boolean, workMs = 0): Promise<SealedRun> {
  const { signerText } = generateSigner('bench.example/audit')
  const ledger = sqliteLedger({ path: join(folder, `ledger-${performance.now()}.db`), sealing: { signers: [signerText], everyMs: sealing ? 1_000 : 1e6 } })
  await ledger.flush()
  if (workMs > 0) await runCallers(ledger, callers, WARM_MS)
  const start = performance.now()
  const run = await runCallers(ledger, callers, ms, workMs)
  const written = performance.now() - start
  if (sealing) await ledger.seal()
  const sealed = performance.now() - start
  await ledger.close()
  return { ...run, sealedPerSecond: (run.recordsPerSecond * written) / sealed }
}

/** Milliseconds of one fdatasync after a write of 4 KiB: the median. */
export function fsyncMs(folder: string, times = 200): number {
  const file = openSync(join(folder, 'sync'), 'w')
  const page = Buffer.alloc(4_096, 1)
  const taken = Array.from({ length: times }, () => {
    const start = performance.now()
    writeSync(file, page)
    fdatasyncSync(file)
    return performance.now() - start
  }).sort((a, b) => a - b)
  closeSync(file)
  return taken[Math.floor(times / 2)] ?? NaN
}
