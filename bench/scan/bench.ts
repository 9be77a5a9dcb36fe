// Scanning a generated repository of 10,000 files and its history, and a labelled corpus, beside secretlint (and gitleaks if it is installed).
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ScanEngine } from '../../packages/cli/src/scan/engine.ts'
import { FileReader, listFiles } from '../../packages/cli/src/scan/files.ts'
import { loadRules } from '../../packages/cli/src/scan/rules.ts'
import { scan } from '../../packages/cli/src/scan/scan.ts'
import { corpus, generator } from './corpus.ts'
import { writeRepository } from './repository.ts'

const FILES = Number(process.argv[2] ?? 10_000)
const SECRETLINT_FILES = 500
const root = mkdtempSync(join(tmpdir(), 'sallyport-bench-scan-'))
process.on('exit', () => rmSync(root, { recursive: true, force: true }))

interface Secretlint { lint(text: string, name: string): Promise<number> }
async function loadSecretlint(): Promise<Secretlint | undefined> {
  try {
    const { lintSource } = await import('@secretlint/core')
    const { creator } = await import('@secretlint/secretlint-rule-preset-recommend')
    const config = { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator }] }
    return {
      async lint(text, name) {
        const result = await lintSource({ source: { filePath: name, content: text, contentType: 'text', ext: '.ts' }, options: { config, noPhysicFilePath: true } })
        return result.messages.length
      },
    }
  } catch {
    console.log('secretlint is not installed: its rows are missing.')
    return undefined
  }
}

const secretlint = await loadSecretlint()

// The corpus.
const { positives, negatives } = corpus()
const engine = new ScanEngine(loadRules(root, undefined))
const own = (text: string): boolean => engine.scanText(text, { file: 'sample.txt' }).length > 0
const share = (count: number, of: number): string => `${((count / of) * 100).toFixed(1)} %`
const foundBySelf = positives.filter(({ text }) => own(text)).length
const wronglyBySelf = negatives.filter(({ text }) => own(text)).length
let foundByPeer = 0
let wronglyByPeer = 0
if (secretlint !== undefined) {
  for (const { text } of positives) if ((await secretlint.lint(text, 'sample.ts')) > 0) foundByPeer++
  for (const { text } of negatives) if ((await secretlint.lint(text, 'sample.ts')) > 0) wronglyByPeer++
}
console.log(`Corpus of ${positives.length} secrets and ${negatives.length} near misses of ${new Set(positives.map(({ rule }) => rule)).size} rules`)
console.log(`  sallyport   recall ${share(foundBySelf, positives.length)}, false positives ${share(wronglyBySelf, negatives.length)}`)
if (secretlint !== undefined) console.log(`  secretlint  recall ${share(foundByPeer, positives.length)}, false positives ${share(wronglyByPeer, negatives.length)}`)

// The repository.
const random = generator(11)
const planted = positives.filter((_, index) => index % 6 === 0).map(({ text }) => text)
const { bytes } = writeRepository(root, FILES, planted, random)
const megabytes = bytes / 1e6
const list = (): readonly string[] => listFiles(root, [], true)
const files = list()
const reader = new FileReader()
function readAll(some: readonly string[]): number {
  let size = 0
  for (const file of some) size += reader.read(join(root, file), 1e9)?.length ?? 0
  return size
}
/** Seconds on the wall, and of processor time: on a shared machine the wall measures the neighbours too. */
interface Time { readonly wall: number; readonly cpu: number }
const timeOf = async (run: () => unknown): Promise<Time> => {
  const start = process.hrtime.bigint()
  const used = process.cpuUsage()
  await run()
  const { user, system } = process.cpuUsage(used)
  return { wall: Number(process.hrtime.bigint() - start) / 1e9, cpu: (user + system) / 1e6 }
}
/** The best of several rounds, in which the candidates take turns. */
const best = async (rounds: number, ...runs: readonly (() => unknown)[]): Promise<readonly Time[]> => {
  const times: Time[] = runs.map(() => ({ wall: Number.POSITIVE_INFINITY, cpu: Number.POSITIVE_INFINITY }))
  for (let round = 0; round < rounds; round++) {
    for (const [at, run] of runs.entries()) {
      const { wall, cpu } = await timeOf(run)
      const before = times[at] as Time
      times[at] = { wall: Math.min(before.wall, wall), cpu: Math.min(before.cpu, cpu) }
    }
  }
  return times
}
const NONE: Time = { wall: Number.NaN, cpu: Number.NaN }
let found = 0
const some = files.filter((_, index) => index % Math.ceil(FILES / SECRETLINT_FILES) === 0)
const someBytes = readAll(some)
const [read = NONE, scanned = NONE, peer = NONE] = await best(
  3,
  () => readAll(list()),
  async () => { found = (await scan({ root, everything: true })).findings.length },
  ...(secretlint === undefined
    ? []
    : [async () => { for (const file of some) await secretlint.lint(reader.read(join(root, file), 1e9)?.toString('utf8') ?? '', file) }]),
)
const rate = (size: number, time: number): number => size / 1e6 / time
const rates = (size: number, { wall, cpu }: Time, digits: number): string => `${rate(size, wall).toFixed(digits).padStart(8)} MB/s on the wall, ${rate(size, cpu).toFixed(digits).padStart(8)} per second of processor time`
console.log(`\n${files.length} files, ${megabytes.toFixed(1)} MB, ${planted.length} planted secrets`)
console.log(`  merely reading ${rates(bytes, read, 0)}`)
console.log(`  sallyport scan ${rates(bytes, scanned, 0)}; ${found} findings`)
if (secretlint !== undefined) console.log(`  secretlint     ${rates(someBytes, peer, 1)} (every ${Math.ceil(FILES / SECRETLINT_FILES)}th file)`)

// Its history.
const git = (...args: readonly string[]): void => {
  execFileSync('git', ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.com', '-c', 'commit.gpgsign=false', '-c', 'gc.auto=0', ...args], { cwd: root, stdio: 'ignore' })
}
git('init', '-q')
const perCommit = Math.ceil(files.length / 20)
for (let at = 0; at < files.length; at += perCommit) {
  git('add', '--', ...files.slice(at, at + perCommit))
  git('commit', '-q', '-m', `Add ${perCommit} files`)
}
let commits = 0
let historic = 0
const [logged = NONE, history = NONE] = await best(
  2,
  () => spawnSync('git', ['log', '-p', '-U0', '--all', '--full-history'], { cwd: root, stdio: ['ignore', 'ignore', 'ignore'] }),
  async () => {
    const result = await scan({ root, mode: 'history' })
    commits = result.scanned
    historic = result.findings.length
  },
)
const progressFile = join(root, '.git', 'sallyport.json')
await scan({ root, mode: 'history', progressFile })
const { wall: again } = await timeOf(() => scan({ root, mode: 'history', progressFile }))
console.log(`\n${commits} commits; per second on the wall`)
console.log(`  git log -p alone ${rate(bytes, logged.wall).toFixed(0)} MB/s`)
console.log(`  sallyport scan   ${rate(bytes, history.wall).toFixed(0)} MB/s, ${historic} findings; once more from where it ended: ${(again * 1000).toFixed(0)} ms`)

let gitleaks = Number.NaN
if (spawnSync('gitleaks', ['version']).status === 0) {
  mkdirSync(join(root, '.git', 'out'), { recursive: true })
  writeFileSync(join(root, '.git', 'out', 'x'), '')
  gitleaks = (await timeOf(() => spawnSync('gitleaks', ['dir', root, '--no-banner', '--exit-code', '0'], { stdio: 'ignore' }))).wall
  console.log(`\ngitleaks dir       ${rate(bytes, gitleaks).toFixed(0)} MB/s`)
} else console.log('\ngitleaks is not installed: its row is missing.')

const round = (value: number): number | null => (Number.isFinite(value) ? Math.round(value * 1000) / 1000 : null)
console.log(JSON.stringify({
  bench: 'scan',
  figures: {
    files: files.length, mb: round(megabytes), read_mb_s: round(rate(bytes, read.wall)), scan_mb_s: round(rate(bytes, scanned.wall)), secretlint_mb_s: round(rate(someBytes, peer.wall)),
    history_mb_s: round(rate(bytes, history.wall)), history_again_ms: round(again * 1000), gitleaks_mb_s: round(rate(bytes, gitleaks)),
    recall: round(foundBySelf / positives.length), false_positives: round(wronglyBySelf / negatives.length), negatives: negatives.length, positives: positives.length,
    secretlint_recall: secretlint === undefined ? null : round(foundByPeer / positives.length),
    secretlint_false_positives: secretlint === undefined ? null : round(wronglyByPeer / negatives.length),
  },
  ratios: {
    vs_secretlint: round(rate(bytes, scanned.wall) / rate(someBytes, peer.wall)), vs_secretlint_cpu: round(rate(bytes, scanned.cpu) / rate(someBytes, peer.cpu)),
    vs_read: round(read.wall / scanned.wall), vs_read_cpu: round(read.cpu / scanned.cpu), history_vs_git_log: round(logged.wall / history.wall),
  },
}))
