// `npm run bench -- audit [--events 10000000] [--only sqlite,postgres,loop,large]`: the audit log beside bare inserts and bare hashing, in one run.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { median, printTable } from '../lib/measure.ts'
import { watchOthers } from './others.ts'
import { bareBatches, headLock, sallyportPostgres, withSchema } from './postgres.ts'
import { sealAndVerify, type ProofsRun } from './proofs.ts'
import { bareInserts, fsyncMs, sallyportSqlite } from './sqlite.ts'

const CALLERS = 64
const ROUNDS = 5
const WORK_MS = 10
const at = process.argv.indexOf('--events')
const events = at < 0 ? 200_000 : Number(process.argv[at + 1])
const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1]?.split(',') : undefined
const asked = (part: 'sqlite' | 'postgres' | 'loop' | 'large'): boolean => only === undefined || only.includes(part)
const url = process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/test'
const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
const rate = (value: number): string => Math.round(value).toLocaleString('en')

/** Each candidate once a round, so that a noisy moment hits all; ratios are taken within a round. */
async function sqlite(): Promise<{ readonly vsBare: number; readonly vsSingle: number; readonly sealing: number; readonly sealed: number; readonly p50: number; readonly paced: number; readonly fsync: number; readonly others: number | undefined }> {
  const rounds = []
  const othersNow = watchOthers()
  for (let round = 0; round < ROUNDS; round += 1) {
    const fsync = fsyncMs(folder)
    const bare = bareInserts(folder, 64, 1_000)
    const ours = await sallyportSqlite(folder, CALLERS, 1_500, false)
    const single = bareInserts(folder, 1, 500)
    const sealing = await sallyportSqlite(folder, CALLERS, 2_500, true)
    const paced = (await sallyportSqlite(folder, CALLERS, 1_000, false, WORK_MS)).p50Ms
    rounds.push({ fsync, bare, ours: ours.recordsPerSecond, p50: ours.p50Ms, paced, single, sealing: sealing.recordsPerSecond, sealed: sealing.sealedPerSecond, sealingP99: sealing.p99Ms })
  }
  const others = othersNow()
  const of = (pick: (round: (typeof rounds)[number]) => number): number => median(rounds.map(pick))
  console.log(`\nSQLite, ${CALLERS} callers, intent awaited, outcome queued (median of ${ROUNDS} rounds)`)
  printTable(['', 'records/s', 'of bare'], [
    ['bare inserts, 64 a commit', rate(of(({ bare }) => bare)), '1.00'],
    ['one transaction an event', rate(of(({ single }) => single)), of(({ single, bare }) => single / bare).toFixed(2)],
    ['sallyport', rate(of(({ ours }) => ours)), of(({ ours, bare }) => ours / bare).toFixed(2)],
    ['sallyport, sealing every second meanwhile', rate(of(({ sealing }) => sealing)), of(({ sealing, bare }) => sealing / bare).toFixed(2)],
    ['the same, until the last record is sealed too', rate(of(({ sealed }) => sealed)), of(({ sealed, bare }) => sealed / bare).toFixed(2)],
  ])
  console.log(`added latency p99 while the log is sealed: ${of(({ sealingP99 }) => sealingP99).toFixed(1)} ms`)
  console.log(`added latency of a call: p50 ${of(({ p50 }) => p50).toFixed(2)} ms with callers that do nothing else, ${of(({ paced }) => paced).toFixed(2)} ms with callers that work for ${WORK_MS} ms; one fsync: ${of(({ fsync }) => fsync).toFixed(2)} ms`)
  if (others !== undefined) console.log(`other processes kept ${others.toFixed(2)} processors busy meanwhile`)
  return { vsBare: of(({ ours, bare }) => ours / bare), vsSingle: of(({ ours, single }) => ours / single), sealing: of(({ sealing, bare }) => sealing / bare), sealed: of(({ sealed, bare }) => sealed / bare), p50: of(({ p50 }) => p50), paced: of(({ paced }) => paced), fsync: of(({ fsync }) => fsync), others }
}

async function postgres(): Promise<{ readonly vsBare: number; readonly vsHeadLock: number } | undefined> {
  try {
    return await withSchema(url, async (connectionString) => {
      const rounds = []
      for (let round = 0; round < ROUNDS; round += 1) {
        const bare = await bareBatches(connectionString, 1_000)
        const ours = (await sallyportPostgres(connectionString, CALLERS, 1_500)).recordsPerSecond
        const chain = await headLock(connectionString, CALLERS, 1_000)
        rounds.push({ bare, ours, chain })
      }
      const of = (pick: (round: (typeof rounds)[number]) => number): number => median(rounds.map(pick))
      console.log(`\nPostgres, ${CALLERS} callers`)
      printTable(['', 'records/s', 'of bare'], [
        ['bare inserts, 64 a statement', rate(of(({ bare }) => bare)), '1.00'],
        ['a chain under a head-row lock', rate(of(({ chain }) => chain)), of(({ chain, bare }) => chain / bare).toFixed(2)],
        ['sallyport', rate(of(({ ours }) => ours)), of(({ ours, bare }) => ours / bare).toFixed(2)],
      ])
      return { vsBare: of(({ ours, bare }) => ours / bare), vsHeadLock: of(({ ours, chain }) => ours / chain) }
    })
  } catch (error) {
    console.log(`\nPostgres: not measured (${error instanceof Error ? error.message : String(error)})`)
    return undefined
  }
}

/** Gaps of the event loop with fsync delayed by strace, which does not slow other calls down (seccomp). */
function slowDisk(): { readonly p99: number; readonly fsyncs: number; readonly pacedFsyncs: number } | undefined {
  const script = join(dirname(fileURLToPath(import.meta.url)), 'slow-disk.ts')
  const run = spawnSync('strace', ['-f', '-qq', '--seccomp-bpf', '-o', '/dev/null', '-e', 'trace=fsync,fdatasync', '-e', 'inject=fsync,fdatasync:delay_exit=5000', process.execPath, '--conditions=@sallyport/source', '--disable-warning=ExperimentalWarning', script], { encoding: 'utf8' })
  const line = run.stdout?.trim().split('\n').at(-1) ?? ''
  if (run.status !== 0 || !line.startsWith('{')) {
    console.log('\nEvent loop while every fsync takes 5 ms: not measured (strace is missing or may not trace)')
    return undefined
  }
  const result = JSON.parse(line) as { p99: number; worst: number; p50CallMs: number; pacedCallMs: number; fsync: number }
  const [fsyncs, pacedFsyncs] = [result.p50CallMs / result.fsync, result.pacedCallMs / result.fsync]
  console.log(`\nEvent loop while every fsync takes 5 ms more: gap p99 ${result.p99.toFixed(2)} ms, worst ${result.worst.toFixed(2)} ms; a call p50 ${fsyncs.toFixed(2)} fsyncs of ${result.fsync.toFixed(2)} ms with callers that do nothing else, ${pacedFsyncs.toFixed(2)} with callers that work for ${WORK_MS} ms`)
  return { p99: result.p99, fsyncs, pacedFsyncs }
}

try {
  const lite = asked('sqlite') ? await sqlite() : undefined
  const large = asked('postgres') ? await postgres() : undefined
  const slow = asked('loop') ? slowDisk() : undefined
  const proofs = asked('large') ? await sealAndVerify(folder, events) : undefined
  if (proofs !== undefined) printProofs(proofs)
  console.log(JSON.stringify({
    bench: 'audit',
    figures: {
      loop_block_p99_ms: slow?.p99 ?? null, added_latency_p50_ms: lite?.p50 ?? null, fsync_ms: lite?.fsync ?? null, added_latency_p50_fsyncs: lite === undefined ? null : lite.p50 / lite.fsync,
      others_processors: lite?.others ?? null, paced_latency_p50_fsyncs: lite === undefined ? null : lite.paced / lite.fsync,
      slow_disk_latency_p50_fsyncs: slow?.fsyncs ?? null, slow_disk_paced_latency_p50_fsyncs: slow?.pacedFsyncs ?? null, events,
      search_principal_ms: proofs?.searchPrincipalMs ?? null, search_action_ms: proofs?.searchActionMs ?? null, show_ms: proofs?.showMs ?? null, rss_mb_by_tenth: proofs?.rssMb.map(Math.round) ?? null,
    },
    ratios: {
      sqlite_vs_bare_batch: lite?.vsBare ?? null, sqlite_vs_single: lite?.vsSingle ?? null, sqlite_sealing_vs_bare_batch: lite?.sealing ?? null, sqlite_sealed_vs_bare_batch: lite?.sealed ?? null,
      postgres_vs_bare_batch: large?.vsBare ?? null, postgres_vs_head_lock: large?.vsHeadLock ?? null,
      seal_vs_sha256: proofs === undefined ? null : proofs.sealPerSecond / proofs.sha256PerSecond, verify_vs_sha256: proofs?.verifyRatio ?? null,
    },
  }))
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function printProofs(proofs: ProofsRun): void {
  const of = (value: number): number => value / proofs.sha256PerSecond
  console.log(`\nSealing and verifying ${rate(events)} events of 300 bytes`)
  printTable(['', 'records/s', 'of SHA-256'], [
    ['bare SHA-256', rate(proofs.sha256PerSecond), '1.00'],
    ['sealing: leaves, tiles, bundles, signed checkpoints', rate(proofs.sealPerSecond), of(proofs.sealPerSecond).toFixed(2)],
    ['sealing in SQLite: MACs, term index and transaction too', rate(proofs.sealStoredPerSecond), '–'],
    ['verify, from SQLite', rate(proofs.verifyPerSecond), proofs.verifyRatio.toFixed(2)],
  ])
  console.log(`100 newest events by principal ${proofs.searchPrincipalMs.toFixed(1)} ms, by action ${proofs.searchActionMs.toFixed(1)} ms; a call by its id ${proofs.showMs.toFixed(1)} ms`)
  console.log(`memory after each tenth: ${proofs.rssMb.map(Math.round).join(', ')} MB\n`)
}
