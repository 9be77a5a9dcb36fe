// `npm test`: everything. Types, units, properties, stores, and the built demo in a real browser.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run, step } from './run.ts'
import { ensureServices } from './services.ts'
import type { Tally } from './skip-reporter.ts'

const started = Date.now()
const services = await ensureServices()
for (const { name, missing } of services) console.log(missing === null ? `✓ ${name}` : `– ${name}: ${missing}. Tests that need it are skipped.`)

await step('build', 'node', ['scripts/build.ts'])
await step('types', 'node', ['scripts/typecheck.ts'])

const directory = mkdtempSync(join(tmpdir(), 'sallyport-test-'))
const tallies: Tally[] = []
let code = 0
// One after another: what races on purpose in one project is not to be disturbed by another.
for (const project of ['unit', 'stores', 'e2e']) {
  console.log(`\n▸ tests: ${project}`)
  const file = join(directory, `${project}.json`)
  const exit = await run('vitest', ['run', '--project', project, '--reporter=default', '--reporter=./scripts/skip-reporter.ts', ...process.argv.slice(2)], { SALLYPORT_TALLY: file, SALLYPORT_NEXT_BUILD: '1' })
  if (exit !== 0) code = exit
  tallies.push(readTally(file))
}
rmSync(directory, { recursive: true, force: true })
const tally: Tally = {
  passed: tallies.reduce((sum, { passed }) => sum + passed, 0),
  failed: tallies.reduce((sum, { failed }) => sum + failed, 0),
  skipped: tallies.flatMap(({ skipped }) => skipped),
}

for (const { name, reason } of tally.skipped) console.log(`skipped: ${name}\n         ${reason}`)
console.log(`\n${((Date.now() - started) / 1000).toFixed(0)} s`)
console.log(`${tally.passed} passed, ${tally.failed} failed, ${tally.skipped.length} skipped`)

// On CI everything is there: a skip is a hole. But for servers that no package of the system brings: a secret store, and Valkey on Debian 12. And for Go’s client of logs.
const holes = tally.skipped.filter(({ name }) => !/VAULT_ADDR is not set|needs (VALKEY_URL or )?valkey-server|golang-go and golang-golang-x-mod-dev are not installed/.test(name))
if (process.env['CI'] !== undefined && holes.length > 0) {
  console.error(`CI must not skip: ${holes.map(({ name }) => name).join('; ')}`)
  process.exit(1)
}
process.exit(code !== 0 || tally.failed > 0 || tally.passed === 0 ? 1 : 0)

function readTally(file: string): Tally {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Tally
  } catch {
    console.error('A test run ended before it could be counted.')
    return { passed: 0, failed: 1, skipped: [] }
  }
}
