// `npm run bench -- NAME [options]`: runs bench/NAME/bench.ts. The peers it compares with are installed into bench/node_modules on first use.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const names = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(here, entry.name, 'bench.ts')))
  .map((entry) => entry.name)
const [name, ...options] = process.argv.slice(2)

if (name === undefined || !names.includes(name)) {
  console.error(`Usage: npm run bench -- NAME [options]\nBenches: ${names.join(', ')}`)
  process.exit(2)
}
if (!existsSync(join(here, 'node_modules'))) {
  console.error('Installing the peers that the benches compare with (once) …')
  const install = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: here, stdio: ['ignore', 'ignore', 'inherit'] })
  if (install.status !== 0) console.error('Some peers did not install; their rows will be missing.')
}
const run = spawnSync(process.execPath, [...process.execArgv, '--expose-gc', join(here, name, 'bench.ts'), ...options], { stdio: 'inherit' })
process.exit(run.status ?? 1)
