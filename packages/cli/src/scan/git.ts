import { spawn, spawnSync } from 'node:child_process'

const MAX_OUTPUT = 512 * 1024 * 1024

/** Runs git. Throws with what it says; never takes a repository's configuration of hooks or pagers. */
export function git(root: string, args: readonly string[], input = ''): string {
  const run = spawnSync('git', [...SAFE, ...args], { cwd: root, encoding: 'utf8', maxBuffer: MAX_OUTPUT, input })
  if (run.error !== undefined) throw new TypeError(`git can't be run: ${run.error.message}`)
  if (run.status !== 0) throw new TypeError(`git ${args[0] ?? ''}: ${run.stderr.trim()}`)
  return run.stdout
}

/** Runs git and gives its output in pieces as they come. */
export async function* gitStream(root: string, args: readonly string[], input = ''): AsyncGenerator<Buffer> {
  const child = spawn('git', [...SAFE, ...args], { cwd: root, stdio: 'pipe' })
  // Where git ends before it has read all, its exit says why.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => { complaint = (complaint + chunk.toString()).slice(-2000) })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  try {
    for await (const chunk of child.stdout) yield chunk as Buffer
    const status = await ended
    if (status !== 0) throw new TypeError(`git ${args[0] ?? ''}: ${complaint.trim()}`)
  } finally {
    child.kill()
  }
}

const SAFE = ['-c', 'core.quotePath=false', '-c', 'core.fsmonitor=false', '-c', 'core.pager=cat', '-c', 'color.ui=false', '-c', 'log.showRoot=true', '-c', 'log.showSignature=false'] as const

/** The root of the repository that a folder is in; undefined outside of one. */
export function repositoryRoot(folder: string): string | undefined {
  const run = spawnSync('git', ['rev-parse', '--show-toplevel'], { cwd: folder, encoding: 'utf8' })
  return run.status === 0 ? run.stdout.trim() : undefined
}
