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
const file = join(directory, 'tally.json')
const missing = Object.fromEntries(services.filter((service) => service.missing !== null).map((service) => [`SALLYPORT_NO_${service.name.toUpperCase()}`, service.missing ?? '']))
console.log('\n▸ tests')
const code = await run('vitest', ['run', '--reporter=default', '--reporter=./scripts/skip-reporter.ts', ...process.argv.slice(2)], { ...missing, SALLYPORT_TALLY: file })

let tally: Tally = { passed: 0, failed: 1, skipped: [] }
try {
  tally = JSON.parse(readFileSync(file, 'utf8')) as Tally
} catch {
  console.error('The test run ended before it could be counted.')
}
rmSync(directory, { recursive: true, force: true })

for (const { name, reason } of tally.skipped) console.log(`skipped: ${name}\n         ${reason}`)
console.log(`\n${((Date.now() - started) / 1000).toFixed(0)} s`)
console.log(`${tally.passed} passed, ${tally.failed} failed, ${tally.skipped.length} skipped`)

// On CI everything is there: a skip is a hole, unless the test says that it is left out by choice.
const holes = tally.skipped.filter(({ reason }) => !reason.startsWith('by choice: '))
if (process.env['CI'] !== undefined && holes.length > 0) {
  console.error(`CI must not skip: ${holes.map(({ name }) => name).join('; ')}`)
  process.exit(1)
}
process.exit(code !== 0 || tally.failed > 0 || tally.passed === 0 ? 1 : 0)
