// Runs commands in processes of their own, and says what they cost.
import { spawn, spawnSync } from 'node:child_process'

/** What one run of a command took, in milliseconds. `cpu`: of all its threads together, null where that can't be told. */
export interface Cost {
  readonly wall: number
  readonly cpu: number | null
}

// The shell counts the processor time of what it waits for.
const timed = 'TIMEFORMAT="sallyport-times %U %S"; time "$0" "$@"'

function cpuOf(told: string): number | null {
  const found = /sallyport-times ([\d.]+) ([\d.]+)/.exec(told)
  return found ? (Number(found[1]) + Number(found[2])) * 1_000 : null
}

/** The least of several runs: what else the machine does only adds. Null if the command did not run to its end. */
export function least(command: string, args: readonly string[], runs: number, cwd: string): Cost | null {
  let best: Cost | null = null
  for (let run = 0; run < runs; run += 1) {
    const started = performance.now()
    const { status, stderr, error } = spawnSync('bash', ['-c', timed, command, ...args], { cwd, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] })
    const wall = performance.now() - started
    // Linters exit with 1 when they find something.
    if (error || status === null || status > 1) return null
    const cpu = cpuOf(stderr)
    best = best === null ? { wall, cpu } : { wall: Math.min(best.wall, wall), cpu: cpu === null || best.cpu === null ? null : Math.min(best.cpu, cpu) }
  }
  return best
}

/** One run that may take long: what it writes to stderr is shown while it runs. */
export async function long(command: string, args: readonly string[], cwd: string, minutes: number): Promise<Cost | null> {
  const started = performance.now()
  const child = spawn('bash', ['-c', timed, command, ...args], { cwd, stdio: ['ignore', 'ignore', 'pipe'], detached: true })
  let told = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    told = (told + text).slice(-1_000)
    if (!text.includes('sallyport-times')) process.stderr.write(text)
  })
  const deadline = setTimeout(() => {
    process.stderr.write(`  stopped after ${minutes} minutes\n`)
    // The shell and what it waits for are one group.
    if (child.pid !== undefined) process.kill(-child.pid)
  }, minutes * 60_000)
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve).on('error', () => resolve(null)))
  clearTimeout(deadline)
  return status === null || status > 1 ? null : { wall: performance.now() - started, cpu: cpuOf(told) }
}
