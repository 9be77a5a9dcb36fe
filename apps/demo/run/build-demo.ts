import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The demo's own folder. */
export const DEMO: string = dirname(dirname(fileURLToPath(import.meta.url)))

/** The repository. */
export const REPOSITORY: string = dirname(dirname(DEMO))

const next = join(dirname(createRequire(import.meta.url).resolve('next/package.json')), 'dist/bin/next')

/** The arguments for `process.execPath` that run one of Next's commands. */
export function nextCommand(...parts: readonly string[]): string[] {
  return [next, ...parts]
}

/** Runs `next build`. What it prints is shown only when it fails. */
export async function buildDemo(directory: string = DEMO): Promise<void> {
  await run(nextCommand('build'), directory, 'next build')
}

/** Builds the packages that the demo imports: it uses what is published, `dist`, not the sources. */
export async function buildPackages(): Promise<void> {
  await run([join(REPOSITORY, 'scripts/build.ts')], REPOSITORY, 'The build of the packages')
}

async function run(command: readonly string[], directory: string, what: string): Promise<void> {
  const child = spawn(process.execPath, command, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' } })
  let output = ''
  child.stdout.on('data', (part) => (output += part))
  child.stderr.on('data', (part) => (output += part))
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  if (code !== 0) throw new Error(`${what} failed:\n${output}`)
}
