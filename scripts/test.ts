// `npm test`: everything. Types, units, properties, stores, the built demo in a real browser, and the library once more on the oldest Node.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureOldestNode, oldestEnv, oldestVersion } from './oldest-node.ts'
import { root, run, step } from './run.ts'
import { ensureServices } from './services.ts'
import { countsOf, holes, leftBehind, linesOf, ranOn, sum, triedAgain } from './tally.ts'
import type { Tally } from './tally.ts'

const started = Date.now()
const services = await ensureServices()
for (const { name, missing } of services) console.log(missing === null ? `✓ ${name}` : `– ${name}: ${missing}. Tests that need it are skipped.`)

await step('build', 'node', ['scripts/build.ts'])
await step('types', 'node', ['scripts/typecheck.ts'])

const directory = mkdtempSync(join(tmpdir(), 'sallyport-test-'))
const tallies: Tally[] = []
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
const only = process.argv.slice(2)
// One after another: what races on purpose in one project is not to be disturbed by another.
for (const project of ['unit', 'stores', 'e2e']) await test(project, 'node', project, only)

// What is asked for by name runs on one Node: it is looked at, not checked for every machine.
if (only.length === 0) await testOnOldestNode()
rmSync(directory, { recursive: true, force: true })
const all = sum(tallies)
const tally = process.env['CI'] === undefined ? all : { ...all, failed: [...all.failed, ...holes(all.skipped)] }

console.log()
for (const line of linesOf(tally)) console.log(line)
console.log(`${((Date.now() - started) / 1000).toFixed(0)} s`)
console.log(countsOf(tally))
process.exit(tally.failed.length > 0 || tally.passed === 0 ? 1 : 0)

async function testOnOldestNode(): Promise<void> {
  const name = `library on Node ${oldestVersion}`
  const program = ensureOldestNode()
  if (program !== null) return test(name, program, 'unit', ['packages/sallyport/'], oldestEnv, `Node ${oldestVersion}`)
  tallies.push({ ...sum([]), skipped: [{ file: 'packages/sallyport', name, reason: 'it could not be installed: npm ci --prefix scripts/oldest-node' }] })
}

/** Runs the tests of a project, or those whose files are named, and counts them. `where`: what they ran on, if that is not the repository's own Node. */
async function test(name: string, program: string, project: string, files: readonly string[], environment: NodeJS.ProcessEnv = {}, where?: string): Promise<void> {
  console.log(`\n▸ tests: ${name}`)
  const file = join(directory, `${tallies.length}.json`)
  const once = async (chosen: readonly string[]): Promise<Tally> => {
    rmSync(file, { force: true })
    const exit = await run(program, [vitest, 'run', '--project', project, '--reporter=default', '--reporter=./scripts/tally-reporter.ts', ...chosen], { SALLYPORT_TALLY: file, SALLYPORT_NEXT_BUILD: '1', ...environment })
    return readTally(name, file, exit)
  }
  let tally = await once(files)
  const left = leftBehind(tally)
  if (process.env['CI'] !== undefined && left.length > 0) {
    console.log(`\n▸ tests: ${name}, once more: the process of ${left.join(', ')} died`)
    tally = triedAgain(tally, await once(left))
  }
  tallies.push(where === undefined ? tally : ranOn(where, tally))
}

/** A run that Vitest calls failed has a failure with a name, whatever it was. */
function readTally(name: string, file: string, exit: number): Tally {
  const tally = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Tally) : sum([])
  if (exit === 0 ? existsSync(file) : tally.failed.length > 0) return tally
  return { ...tally, failed: [{ file: name, name: '(the run)', error: `Vitest ended with exit code ${exit}${existsSync(file) ? '' : ' before the tests could be counted'}.` }] }
}
