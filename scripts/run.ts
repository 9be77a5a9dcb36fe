// Helpers of the scripts: run a command, and say how long it took.
import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the repository. */
export const root: string = dirname(dirname(fileURLToPath(import.meta.url)))

/** The environment of every command: the repository's own tools first, no telemetry. */
export const env: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: `${join(root, 'node_modules', '.bin')}:${process.env['PATH'] ?? ''}`,
  NEXT_TELEMETRY_DISABLED: '1',
}

/** Runs a command with its output shown. Resolves to its exit code. */
export function run(command: string, args: readonly string[], extra: NodeJS.ProcessEnv = {}): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...env, ...extra } })
    child.on('error', (error) => {
      console.error(`${command}: ${error.message}`)
      resolve(127)
    })
    child.on('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : 128)))
  })
}

/** Runs a named step and ends the process when it fails. */
export async function step(name: string, command: string, args: readonly string[], extra: NodeJS.ProcessEnv = {}): Promise<void> {
  const started = Date.now()
  console.log(`\n▸ ${name}`)
  const code = await run(command, args, extra)
  if (code !== 0) {
    console.error(`✗ ${name} failed with exit code ${code}`)
    process.exit(code)
  }
  console.log(`✓ ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`)
}
