// Precision and recall of `sallyport check` on labelled fixtures; with `--repo DIR`, its time beside oxlint and ESLint with ai-guard.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readCases } from '../../packages/check/test/cases.ts'
import { compareCase, type Score } from '../../packages/check/test/score.ts'

const here = dirname(fileURLToPath(import.meta.url))
const modules = join(here, '..', 'node_modules')
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

/** The least of several runs, in milliseconds: what else the machine does only adds. */
function time(command: string, args: readonly string[], runs: number, cwd: string): number | null {
  let least: number | null = null
  for (let run = 0; run < runs; run += 1) {
    const started = performance.now()
    const { status, error } = spawnSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'ignore'] })
    const took = performance.now() - started
    // Linters exit with 1 when they find something.
    if (error || status === null || status > 1) return null
    least = least === null ? took : Math.min(least, took)
  }
  return least
}

const repo = argument('--repo')
if (repo !== undefined) {
  const root = resolve(repo)
  const built = existsSync(join(here, '../../packages/check/dist/index.js'))
  const run = (parts: string): string[] => [...(built ? [] : ['--conditions=@sallyport/source']), join(here, 'run.ts'), root, parts]
  const oxlint = time(join(modules, '.bin/oxlint'), ['--threads=1', '--silent', '.'], 3, root)
  const own = time(process.execPath, run('all'), 3, here)
  const actions = time(process.execPath, run('actions'), 3, here)
  const oxlintAgain = time(join(modules, '.bin/oxlint'), ['--threads=1', '--silent', '.'], 2, root)
  const beside = oxlint !== null && oxlintAgain !== null ? Math.min(oxlint, oxlintAgain) : oxlint
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  const config = join(folder, 'eslint.config.mjs')
  writeFileSync(config, `import parser from ${JSON.stringify(join(modules, '@typescript-eslint/parser/dist/index.js'))}
import guard from ${JSON.stringify(join(modules, 'eslint-plugin-ai-guard/dist/index.js'))}
const plugin = guard.default ?? guard
export default [{ files: ['**/*.{ts,tsx}'], languageOptions: { parser, parserOptions: { ecmaFeatures: { jsx: true } } }, plugins: { 'ai-guard': plugin }, linterOptions: { reportUnusedDisableDirectives: 'off' }, rules: Object.fromEntries(Object.keys(plugin.rules).map((rule) => ['ai-guard/' + rule, 'warn'])) }]
`)
  const eslint = argument('--no-eslint') === undefined && !process.argv.includes('--no-eslint')
    ? time(process.execPath, [join(modules, 'eslint/bin/eslint.js'), '--no-config-lookup', '-c', config, '--quiet', '--no-inline-config', '--no-warn-ignored', '.'], 1, root)
    : null
  rmSync(folder, { recursive: true })
  const memory = spawnSync(process.execPath, run('memory'), { encoding: 'utf8' }).stdout.trim()
  const ms = (value: number | null): string => (value === null ? 'did not run' : `${Math.round(value)} ms`)
  console.log(`\n${repo}${built ? '' : ' (from source: node strips the types first)'}\n  sallyport check            ${ms(own)}\n  sallyport check, no routes ${ms(actions)}\n  oxlint, one thread         ${ms(beside)}\n  ESLint with ai-guard       ${ms(eslint)}\n  memory                     ${memory} MB`)
  ratios.vs_oxlint = own !== null && beside !== null ? own / beside : null
  ratios.vs_oxlint_actions = actions !== null && beside !== null ? actions / beside : null
  ratios.vs_eslint = own !== null && eslint !== null ? own / eslint : null
  figures.memory_mb = Number(memory)
}
const round = (values: { [name: string]: number | null }): object => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value === null ? null : Number(value.toPrecision(4))]))
console.log(`\n${JSON.stringify({ bench: 'check', figures: round(figures), ratios: round(ratios) })}`)
