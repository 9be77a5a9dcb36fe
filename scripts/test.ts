// `npm test`: everything. Types, units, properties, stores, and the built demo in a real browser.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run, step } from './run.ts'
import { ensureServices } from './services.ts'
import { countsOf, holes, linesOf, sum } from './tally.ts'
import type { Tally } from './tally.ts'

const started = Date.now()
const services = await ensureServices()
for (const { name, missing } of services) console.log(missing === null ? `✓ ${name}` : `– ${name}: ${missing}. Tests that need it are skipped.`)

await step('build', 'node', ['scripts/build.ts'])
await step('types', 'node', ['scripts/typecheck.ts'])

const directory = mkdtempSync(join(tmpdir(), 'sallyport-test-'))
const tallies: Tally[] = []
// One after another: what races on purpose in one project is not to be disturbed by another.
for (const project of ['unit', 'stores', 'e2e']) {
  console.log(`\n▸ tests: ${project}`)
  const file = join(directory, `${project}.json`)
  const exit = await run('vitest', ['run', '--project', project, '--reporter=default', '--reporter=./scripts/tally-reporter.ts', ...process.argv.slice(2)], { SALLYPORT_TALLY: file, SALLYPORT_NEXT_BUILD: '1' })
  tallies.push(readTally(project, file, exit))
}
rmSync(directory, { recursive: true, force: true })
const all = sum(tallies)
const tally = process.env['CI'] === undefined ? all : { ...all, failed: [...all.failed, ...holes(all.skipped)] }

console.log()
for (const line of linesOf(tally)) console.log(line)
console.log(`${((Date.now() - started) / 1000).toFixed(0)} s`)
console.log(countsOf(tally))
process.exit(tally.failed.length > 0 || tally.passed === 0 ? 1 : 0)

/** A run that Vitest calls failed has a failure with a name, whatever it was. */
function readTally(project: string, file: string, exit: number): Tally {
  const tally = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Tally) : sum([])
  if (exit === 0 ? existsSync(file) : tally.failed.length > 0) return tally
  return { ...tally, failed: [{ file: project, name: '(the run)', error: `Vitest ended with exit code ${exit}${existsSync(file) ? '' : ' before the tests could be counted'}.` }] }
}
