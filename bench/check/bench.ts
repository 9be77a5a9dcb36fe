// Precision and recall of `sallyport check` on labelled fixtures. `--scaling`: its time on generated trees of 1,000 to 8,000 files.
// `--repo DIR`: its time on that tree beside oxlint; `--eslint` adds ESLint with ai-guard, once, for at most `--minutes` (60).
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readCases } from '../../packages/check/test/cases.ts'
import { compareCase, type Score } from '../../packages/check/test/score.ts'
import { generate } from './generated.ts'
import { eslint, oxlint } from './peers.ts'
import { least, type Cost } from './processes.ts'

const here = dirname(fileURLToPath(import.meta.url))
const argument = (name: string): string | undefined => {
  const at = process.argv.indexOf(name)
  return at === -1 ? undefined : process.argv[at + 1]
}

const cases = readCases()
const scores = new Map<string, Score>()
const complaints = cases.flatMap((one) => compareCase(one, scores))
const total: Score = { hits: 0, missed: 0, wrong: 0 }
console.log(`${cases.flatMap(({ labels }) => labels).length} labelled actions in ${cases.length} cases\n`)
console.log(`${'rule'.padEnd(30)}${['hits', 'missed', 'wrong', 'recall', 'precision'].map((title) => title.padStart(10)).join('')}`)
const share = (part: number, rest: number): number => (part + rest === 0 ? 1 : part / (part + rest))
for (const [rule, score] of [...scores].sort()) {
  total.hits += score.hits
  total.missed += score.missed
  total.wrong += score.wrong
  console.log(`${rule.padEnd(30)}${[score.hits, score.missed, score.wrong, share(score.hits, score.missed).toFixed(3), share(score.hits, score.wrong).toFixed(3)].map((value) => String(value).padStart(10)).join('')}`)
}
for (const complaint of complaints) console.log(complaint)
const figures: { [name: string]: number | null } = { recall: share(total.hits, total.missed), precision: share(total.hits, total.wrong) }
const ratios: { [name: string]: number | null } = {}

const built = existsSync(join(here, '../../packages/check/dist/index.js'))
const source = built ? '' : ' (from source: node strips the types first)'
const command = (root: string, parts: string, ...cache: string[]): string[] => [...(built ? [] : ['--conditions=@sallyport/source']), join(here, 'run.ts'), root, parts, ...cache]
const own = (root: string, parts: string, runs: number, ...cache: string[]): Cost | null => least(process.execPath, command(root, parts, ...cache), runs, here)
const of = (value: number | null | undefined, other: number | null | undefined): number | null => (value == null || other == null ? null : value / other)
const ms = (value: number | null | undefined): string => (value == null ? 'did not run' : `${Math.round(value)} ms`).padStart(12)

interface Told {
  readonly files: number
  readonly entries: number
  readonly milliseconds: number
  readonly memory: number
}

/** What one run says of itself. */
function told(root: string): Told {
  const { stdout, stderr, status } = spawnSync(process.execPath, command(root, 'all'), { cwd: here, encoding: 'utf8' })
  if (status !== 0) throw new Error(`the check of ${root} failed: ${stderr}`)
  return JSON.parse(stdout) as Told
}

/** A check of what was checked before, and has not changed since. */
function unchanged(root: string): Cost | null {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  try {
    const file = join(folder, 'cache')
    return own(root, 'all', 1, file) && own(root, 'all', 3, file)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

if (process.argv.includes('--scaling')) {
  console.log(`\ngenerated trees${source}\n${['files', 'entries', 'wall', 'processor', 'check alone', 'of it, a file', 'memory'].map((title) => title.padStart(14)).join('')}`)
  const perFile: number[] = []
  for (const size of [1_000, 2_000, 4_000, 8_000]) {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
    try {
      generate(folder, size)
      const cost = own(folder, 'all', 2)
      const runs = [told(folder), told(folder)]
      const { files, entries, memory } = runs[0] ?? told(folder)
      // Without the start of the process, which is the same for all.
      const alone = Math.min(...runs.map(({ milliseconds }) => milliseconds))
      perFile.push((alone * 1_000) / files)
      console.log([String(files), String(entries), ms(cost?.wall), ms(cost?.cpu), ms(alone), `${((alone * 1_000) / files).toFixed(0)} µs`, `${memory} MB`].map((cell) => cell.padStart(14)).join(''))
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
  ratios.per_file_8000_of_1000 = of(perFile.at(-1), perFile[0])
}

const repo = argument('--repo')
if (repo !== undefined) {
  const root = resolve(repo)
  const before = oxlint(root, 3)
  const all = own(root, 'all', 3)
  const actions = own(root, 'actions', 3)
  const again = unchanged(root)
  const after = oxlint(root, 3)
  const beside = before && after ? { wall: Math.min(before.wall, after.wall), cpu: before.cpu === null || after.cpu === null ? null : Math.min(before.cpu, after.cpu) } : before
  const slow = process.argv.includes('--eslint') ? await eslint(root, Number(argument('--minutes') ?? 60)) : null
  const { files, entries, memory } = told(root)
  const row = (name: string, cost: Cost | null): string => `  ${name.padEnd(28)}${ms(cost?.wall)}${ms(cost?.cpu)}`
  console.log(`\n${repo}: ${files} files, ${entries} entry points${source}\n${''.padEnd(30)}${['wall', 'processor'].map((title) => title.padStart(12)).join('')}`)
  console.log([row('sallyport check', all), row('sallyport check, no routes', actions), row('sallyport check, unchanged', again), row('oxlint, one thread', beside), row('ESLint with ai-guard', slow), `  memory ${memory} MB`].join('\n'))
  ratios.vs_oxlint = of(all?.wall, beside?.wall)
  ratios.vs_oxlint_processor = of(all?.cpu, beside?.cpu)
  ratios.vs_oxlint_actions = of(actions?.wall, beside?.wall)
  ratios.vs_oxlint_unchanged = of(again?.wall, beside?.wall)
  ratios.vs_eslint = of(all?.wall, slow?.wall)
  figures.memory_mb = memory
}
const round = (values: { [name: string]: number | null }): object => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value === null ? null : Number(value.toPrecision(4))]))
console.log(`\n${JSON.stringify({ bench: 'check', figures: round(figures), ratios: round(ratios) })}`)
