// Scanning a generated repository and its history, and a labelled corpus, beside secretlint (and gitleaks if it is installed).
// `npm run bench -- scan [FILES]`: 10,000 files by default. No round begins after its share of two minutes is over.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ScanEngine } from '../../packages/cli/src/scan/engine.ts'
import { FileReader, listFiles } from '../../packages/cli/src/scan/files.ts'
import { loadRules } from '../../packages/cli/src/scan/rules.ts'
import { scan } from '../../packages/cli/src/scan/scan.ts'
import { printTable } from '../lib/measure.ts'
import { corpus, generator } from './corpus.ts'
import { providerRules } from '../../packages/sallyport/src/scrub/packs/provider.ts'
import { writeRepository } from './repository.ts'
import type { SecretlintReport } from './secretlint.ts'
import { best, NO_TIME, timeOf, type Time } from './time.ts'

const FILES = Number(process.argv[2] ?? 10_000)
if (!Number.isInteger(FILES) || FILES < 100) throw new TypeError(`${process.argv[2]} is no number of files (at least 100)`)
const ROUNDS = 3
/** How often each candidate goes through its files in a round: the first time is not warm. */
const PASSES = 3
const TREE_SECONDS = 30
const HISTORY_SECONDS = 15
/** In its process secretlint gets a part of the files; its command gets all of them, and this long. */
const SECRETLINT_FILES = 500
const SECRETLINT_SECONDS = 30
const COMMAND_SECONDS = 40
const GIT_SECONDS = 30
const GITLEAKS_SECONDS = 30
const COMMITS = 20

const started = performance.now()
const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-scan-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const root = join(folder, 'repository')
mkdirSync(root)
const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

// The repository.
const { positives, negatives } = corpus()
const planted = positives.filter((_, index) => index % 6 === 0).map(({ text }) => text)
const { bytes } = writeRepository(root, FILES, planted, generator(11))
const list = (): readonly string[] => listFiles(root, [], true)
const files = list()
const reader = new FileReader()
function readAll(some: readonly string[]): number {
  let size = 0
  for (const file of some) size += reader.read(join(root, file), 1e9)?.length ?? 0
  return size
}

// What is in the working tree. Each candidate takes its turn in each round.
const every = Math.ceil(files.length / SECRETLINT_FILES)
const some = files.filter((_, index) => index % every === 0)
const someBytes = readAll(some)
let peer: SecretlintReport | undefined
let absent: string | undefined
function secretlint(): Time {
  if (absent !== undefined) return NO_TIME
  const run = spawnSync(process.execPath, [...process.execArgv, pathOf('./secretlint.ts'), root], { input: JSON.stringify({ files: some, passes: PASSES }), encoding: 'utf8', timeout: SECRETLINT_SECONDS * 1000, killSignal: 'SIGKILL' })
  if (run.status !== 0) {
    absent = run.signal === null ? (run.stderr.split('\n').find((line) => line.includes('Error')) ?? 'no reason given') : `stopped after ${SECRETLINT_SECONDS} s`
    return NO_TIME
  }
  peer = JSON.parse(run.stdout.trim().split('\n').at(-1) ?? '') as SecretlintReport
  return peer.time
}
let found = 0
async function warm(run: () => unknown): Promise<Time> {
  return (await best(PASSES, TREE_SECONDS, () => timeOf(run))).times[0] ?? NO_TIME
}
const tree = await best(
  ROUNDS, TREE_SECONDS,
  () => warm(() => readAll(list())),
  () => warm(async () => { found = (await scan({ root, everything: true })).findings.length }),
  async () => secretlint(),
)
const [read = NO_TIME, scanned = NO_TIME, linted = NO_TIME] = tree.times

// The same files once more with the commands as they are typed, start-up included.
/** Seconds on the wall; `ended` is false for a command that was stopped when its time was over. */
function command(...parts: readonly string[]): { readonly seconds: number; readonly ended: boolean } {
  const from = performance.now()
  const { status } = spawnSync(process.execPath, parts, { cwd: root, stdio: 'ignore', timeout: COMMAND_SECONDS * 1000, killSignal: 'SIGKILL' })
  // 1 is "found something" for both.
  if (status !== null && status > 1) throw new Error(`${parts.join(' ')} ended with ${status}`)
  return { seconds: (performance.now() - from) / 1000, ended: status !== null }
}
const typed = command('--conditions=@sallyport/source', pathOf('../../packages/cli/src/bin.ts'), 'scan', '--all')
const rulesFile = join(folder, 'secretlintrc.json')
writeFileSync(rulesFile, JSON.stringify({ rules: [{ id: '@secretlint/secretlint-rule-preset-recommend' }] }))
const typedPeer = absent === undefined ? command(pathOf('../node_modules/secretlint/bin/secretlint.js'), '--secretlintrc', rulesFile, '**/*') : undefined

// The corpus.
const engine = new ScanEngine(loadRules(root, undefined))
const own = (text: string): boolean => engine.scanText(text, { file: 'sample.txt' }).length > 0
const foundBySelf = positives.filter(({ text }) => own(text)).length
const wronglyBySelf = negatives.filter(({ text }) => own(text)).length

const withExample = new Set(positives.map(({ rule }) => rule))
const withoutExample = providerRules.filter(({ id }) => !withExample.has(id)).map(({ id }) => id)

// The history.
const git = (...args: readonly string[]): void => {
  execFileSync('git', ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.com', '-c', 'commit.gpgsign=false', '-c', 'gc.auto=0', ...args], { cwd: root, stdio: 'ignore', timeout: GIT_SECONDS * 1000 })
}
git('init', '-q')
const perCommit = Math.ceil(files.length / COMMITS)
for (let at = 0; at < files.length; at += perCommit) {
  git('add', '--', ...files.slice(at, at + perCommit))
  git('commit', '-q', '-m', `Add ${perCommit} files`)
}
let commits = 0
let historic = 0
const past = await best(
  ROUNDS, HISTORY_SECONDS,
  () => timeOf(() => spawnSync('git', ['log', '-p', '-U0', '--all', '--full-history'], { cwd: root, stdio: 'ignore', timeout: GIT_SECONDS * 1000 })),
  () => timeOf(async () => {
    const result = await scan({ root, mode: 'history' })
    commits = result.scanned
    historic = result.findings.length
  }),
)
const [logged = NO_TIME, history = NO_TIME] = past.times
const progressFile = join(root, '.git', 'sallyport.json')
await scan({ root, mode: 'history', progressFile })
const again = await timeOf(() => scan({ root, mode: 'history', progressFile }))

let gitleaks = NO_TIME
if (spawnSync('gitleaks', ['version']).status === 0) {
  gitleaks = await timeOf(() => spawnSync('gitleaks', ['dir', root, '--no-banner', '--exit-code', '0'], { stdio: 'ignore', timeout: GITLEAKS_SECONDS * 1000 }))
}

// What came of it.
const round = (value: number): number | null => (Number.isFinite(value) ? Math.round(value * 1000) / 1000 : null)
const rate = (size: number, time: number): number => size / 1e6 / time
const shown = (value: number, digits = 1): string => (Number.isFinite(value) ? value.toFixed(digits) : '–')
const row = (name: string, size: number, { wall, cpu }: Time, findings = ''): readonly string[] => [name, shown(rate(size, wall)), shown(rate(size, cpu)), findings]
const share = (count: number | undefined, of: number): string => (count === undefined ? '–' : `${((count / of) * 100).toFixed(1)} %`)

console.log(`${files.length} files, ${shown(bytes / 1e6)} MB, ${planted.length} planted secrets; best of ${tree.rounds} rounds\n`)
printTable(['working tree', 'MB/s', 'MB per s of processor', 'findings'], [
  row('merely reading', bytes, read),
  row('sallyport scan', bytes, scanned, String(found)),
  row(`secretlint (${some.length} of the files, ${shown(someBytes / 1e6)} MB)`, someBytes, linted),
  ['gitleaks dir', shown(rate(bytes, gitleaks.wall)), '–', ''],
])
console.log('')
printTable(['as commands, start-up included', 'seconds'], [
  ['sallyport scan', shown(typed.seconds)],
  ['secretlint', typedPeer === undefined ? '–' : typedPeer.ended ? shown(typedPeer.seconds) : `not done after ${shown(typedPeer.seconds, 0)}`],
])
console.log('')
printTable([`history of ${commits} commits; best of ${past.rounds}`, 'MB/s', 'findings'], [
  ['git log -p alone', shown(rate(bytes, logged.wall)), ''],
  ['sallyport scan --history', shown(rate(bytes, history.wall)), String(historic)],
  ['once more from where it ended', `${shown(again.wall * 1000, 0)} ms`, ''],
])
console.log('')
printTable([`corpus of ${withExample.size} rules of ${providerRules.length}`, `recall of ${positives.length}`, `false positives of ${negatives.length}`], [
  ['sallyport scan', share(foundBySelf, positives.length), share(wronglyBySelf, negatives.length)],
  ['secretlint', share(peer?.found, positives.length), share(peer?.wrongly, negatives.length)],
])
if (withoutExample.length > 0) console.log(`\nwithout an example: ${withoutExample.join(', ')}`)
if (absent !== undefined) console.log(`\nsecretlint was not measured: ${absent}`)
if (Number.isNaN(gitleaks.wall)) console.log('\ngitleaks is not installed: its row is empty.')
console.log(`\n${shown((performance.now() - started) / 1000, 0)} s\n`)

console.log(JSON.stringify({
  bench: 'scan',
  figures: {
    files: files.length, mb: round(bytes / 1e6), read_mb_s: round(rate(bytes, read.wall)), scan_mb_s: round(rate(bytes, scanned.wall)), secretlint_mb_s: round(rate(someBytes, linted.wall)),
    history_mb_s: round(rate(bytes, history.wall)), history_again_ms: round(again.wall * 1000), gitleaks_mb_s: round(rate(bytes, gitleaks.wall)),
    command_s: round(typed.seconds), secretlint_command_s: round(typedPeer?.seconds ?? Number.NaN), secretlint_command_ended: typedPeer?.ended ?? null,
    recall: round(foundBySelf / positives.length), false_positives: round(wronglyBySelf / negatives.length), negatives: negatives.length, positives: positives.length, rules_without_example: withoutExample.length,
    secretlint_recall: peer === undefined ? null : round(peer.found / positives.length), secretlint_false_positives: peer === undefined ? null : round(peer.wrongly / negatives.length),
  },
  ratios: {
    vs_secretlint: round(rate(bytes, scanned.wall) / rate(someBytes, linted.wall)), vs_secretlint_cpu: round(rate(bytes, scanned.cpu) / rate(someBytes, linted.cpu)),
    // A floor where secretlint was stopped: `secretlint_command_ended` is then false.
    vs_secretlint_command: round((typedPeer?.seconds ?? Number.NaN) / typed.seconds),
    vs_read: round(read.wall / scanned.wall), vs_read_cpu: round(read.cpu / scanned.cpu), history_vs_git_log: round(logged.wall / history.wall),
  },
}))
