// The oldest Node that the library says it runs on, for the tests: installed beside the repository's own on first use.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run.ts'

export const oldestVersion = '22.13.0'

const home = join(root, 'scripts', 'oldest-node')
const bin = join(home, 'node_modules', '.bin')

/** What starts a command on it: before the repository's Node in `PATH`, and with a flag that later versions don't need for `.ts`. */
export const oldestEnv: NodeJS.ProcessEnv = {
  PATH: `${bin}:${process.env['PATH'] ?? ''}`,
  NODE_OPTIONS: '--experimental-strip-types --no-warnings',
}

/** Its program, or `null` where it could not be installed. */
export function ensureOldestNode(): string | null {
  const program = join(bin, 'node')
  if (versionOf(program) === oldestVersion) return program
  console.log(`Installing Node ${oldestVersion} for its tests …`)
  spawnSync('npm', ['ci', '--prefix', home, '--no-audit', '--no-fund'], { stdio: 'ignore', timeout: 300_000 })
  return versionOf(program) === oldestVersion ? program : null
}

function versionOf(program: string): string | null {
  if (!existsSync(program)) return null
  return spawnSync(program, ['--version'], { encoding: 'utf8', timeout: 10_000 }).stdout?.trim().replace(/^v/, '') ?? null
}
