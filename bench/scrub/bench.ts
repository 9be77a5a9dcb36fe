// The scrubber beside its peers: speed, delay, leaks, memory, cold start. Each contender runs in a process of its own.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { median } from '../lib/measure.ts'
import type { Memory, Report } from './contender.ts'
import { withRe2 } from './re2.ts'

const COLD_RUNS = 7
const PEERS = ['sequential replace, per chunk', 'sequential replace, 128 tail', 'one alternation, per chunk', 'mastra']

const MEMORY_RUNS = 5

function run<T>(...names: readonly string[]): T | undefined {
  const name = names.join(' ')
  const result = spawnSync(process.execPath, [...process.execArgv, fileURLToPath(new URL('./contender.ts', import.meta.url)), ...names], { encoding: 'utf8' })
  const lines = result.stdout.trim().split('\n')
  for (const line of lines.slice(0, -1)) console.log(line)
  if (result.status !== 0) {
    console.log(`${name} failed: ${result.stderr.split('\n').find((line) => line.includes('Error')) ?? 'no reason given'}`)
    return undefined
  }
  const last = lines.at(-1)
  return last === undefined || last === 'undefined' ? undefined : (JSON.parse(last) as T)
}

/** The most memory that a process of this contender had, the median of several, in bytes. */
function peakOf(name: string): number | undefined {
  const peaks = Array.from({ length: MEMORY_RUNS }, () => run<Memory>('memory', name)?.peakBytes).filter((peak) => peak !== undefined)
  return peaks.length === 0 ? undefined : median(peaks)
}

const own = run<Report>('sallyport')
if (!own) process.exit(1)
// The least of several: what else the machine does only ever adds.
const cold = Math.min(...Array.from({ length: COLD_RUNS }, () => run<{ coldMs: number }>('cold')?.coldMs ?? Infinity))
const measured = [{ ...own, coldMs: cold }, ...PEERS.map((name) => run<Report>(name)).filter((report) => report !== undefined)]
const baseline = peakOf('baseline') ?? 0
const peers = measured.map((report) => {
  const peak = peakOf(report.name.startsWith('Mastra') ? 'mastra' : report.name)
  return { ...report, memory: peak === undefined ? undefined : (peak - baseline) / 1_000_000 }
})
const re2 = withRe2((runRe2) => {
  const report = runRe2<Report>()
  const beyond = Array.from({ length: MEMORY_RUNS }, () => (runRe2<Memory>('full')?.peakBytes ?? Number.NaN) - (runRe2<Memory>('none')?.peakBytes ?? Number.NaN))
  return report && { ...report, memory: median(beyond) / 1_000_000 }
})
const reports = re2 ? [...peers, re2] : peers

const number = (value: number | undefined, digits = 1): string => (value === undefined ? '–' : value.toFixed(digits))
const columns: readonly (readonly [string, (report: (typeof reports)[0]) => string])[] = [
  ['MB/s, 4 char', (report) => number(report.tokens?.mbs, 2)],
  ['µs/token', (report) => number(report.tokens?.usPerChunk, 3)],
  ['MB/s, 4 KB', (report) => number(report.small?.mbs)],
  ['MB/s, 64 KB', (report) => number(report.chunks?.mbs)],
  ['held mean', (report) => number(report.held?.mean, 2)],
  ['p50', (report) => number(report.held?.p50, 0)],
  ['p99', (report) => number(report.held?.p99, 0)],
  ['max', (report) => number(report.held?.max, 0)],
  ['none held', (report) => (report.held ? `${(report.held.none * 100).toFixed(0)}%` : '–')],
  ['1st token', (report) => `+${number(report.firstToken, 0)}`],
  ['leaks', (report) => `${report.leaks}/${report.runs}`],
  ['changed', (report) => String(report.changed)],
  ['peak MB', (report) => number(report.memory)],
  ['cold ms', (report) => number(report.coldMs)],
]
console.log(`\n150 rules and 20 known secrets.\n${''.padEnd(31)}${columns.map(([title]) => title.padStart(13)).join('')}`)
for (const report of reports) console.log(`${report.name.padEnd(31)}${columns.map(([, value]) => value(report).padStart(13)).join('')}`)
console.log(`\nYardstick, a charCodeAt loop: ${number(own.tokens?.yardstickMbs)} MB/s on tokens, ${number(own.chunks?.yardstickMbs)} MB/s on 64 KB chunks.`)
console.log(`The whole pack of ${own.fullPack?.rules} rules: ${number(own.fullPack?.tokens.mbs)} MB/s on tokens (${number(own.fullPack?.tokens.ratio, 2)} of the loop), ${number(own.fullPack?.chunks.mbs)} on 64 KB chunks (${number(own.fullPack?.chunks.ratio, 2)}).`)
console.log(`Held by each pack alone (mean, p99, max, tokens with none held): ${(own.packs ?? []).map(({ name, rules, held }) => `${name}, ${rules} rules: ${number(held.mean, 2)}, ${held.p99}, ${held.max}, ${(held.none * 100).toFixed(0)}%`).join('; ')}.`)
console.log('held: characters held back after a token of 4. leaks: secrets that came out, of documents run. changed: clean characters lost.')
console.log(`peak MB: the most memory of a process that takes 220,000 characters through it, beyond that of one that only makes and reads them (${(baseline / 1_000_000).toFixed(0)} MB); median of ${MEMORY_RUNS}, good to about a megabyte.`)
if (re2) console.log('re2 ran under the Node that it is compiled for; "less": rules that it refuses.')
console.log('')

const sequential = reports.find((report) => report.name === 'sequential replace, per chunk')
const round = (value: number | undefined): number | null => (value === undefined ? null : Number(value.toPrecision(4)))
console.log(
  JSON.stringify({
    bench: 'scrub',
    figures: {
      tokens_mb_s: round(own.tokens?.mbs),
      chunks_mb_s: round(own.chunks?.mbs),
      held_mean: round(own.held?.mean),
      held_p99: round(own.held?.p99),
      held_vs_oracle: round(own.heldOracle),
      cold_start_ms: round(cold),
      peak_memory_mb: round(reports[0]?.memory),
      leaks: own.leaks,
      clean_changed: own.changed,
    },
    ratios: {
      tokens_vs_charcode_loop: round(own.tokens?.ratio),
      chunks_vs_charcode_loop: round(own.chunks?.ratio),
      vs_sequential_replace: round(own.small && sequential?.small ? own.small.mbs / sequential.small.mbs : undefined),
    },
  }),
)
