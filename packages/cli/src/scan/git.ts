import { spawn, spawnSync } from 'node:child_process'

const MAX_OUTPUT = 512 * 1024 * 1024

/** Runs git. Throws with what it says; never takes a repository's configuration of hooks or pagers. */
export function git(root: string, args: readonly string[], input = ''): string {
  const run = spawnSync('git', [...SAFE, ...args], { cwd: root, encoding: 'utf8', maxBuffer: MAX_OUTPUT, input })
  if (run.error !== undefined) throw new TypeError(`git can't be run: ${run.error.message}`)
  if (run.status !== 0) throw new TypeError(`git ${args[0] ?? ''}: ${run.stderr.trim()}`)
  return run.stdout
}

/**
 * Runs git and hands over its output in pieces as they come. They are many and small: to wait for each of them would take
 * longer than git does.
 */
export function gitStream(root: string, args: readonly string[], input: string, take: (piece: Buffer) => void): Promise<void> {
  const child = spawn('git', [...SAFE, ...args], { cwd: root, stdio: 'pipe' })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const fail = (error: unknown): void => {
    child.kill()
    reject(error instanceof Error ? error : new TypeError(String(error)))
  }
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => { complaint = (complaint + chunk.toString()).slice(-2000) })
  child.stdout.on('data', (piece: Buffer) => {
    try {
      take(piece)
    } catch (error) {
      fail(error)
    }
  })
  child.once('error', fail)
  child.once('close', (status) => (status === 0 ? resolve() : fail(new TypeError(`git ${args[0] ?? ''}: ${complaint.trim()}`))))
  // Where git ends before it has read all, its exit says why.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  return promise
}

const SAFE = ['-c', 'core.quotePath=false', '-c', 'core.fsmonitor=false', '-c', 'core.pager=cat', '-c', 'color.ui=false', '-c', 'log.showRoot=true', '-c', 'log.showSignature=false'] as const

/** The root of the repository that a folder is in; undefined outside of one. */
export function repositoryRoot(folder: string): string | undefined {
  const run = spawnSync('git', ['rev-parse', '--show-toplevel'], { cwd: folder, encoding: 'utf8' })
  return run.status === 0 ? run.stdout.trim() : undefined
}

/** What git says of a folder that is in no repository, or in one that it refuses: another account's, where it says what to do. */
export function whyNoRepository(folder: string): string {
  const { error, stderr } = spawnSync('git', ['rev-parse', '--show-toplevel'], { cwd: folder, encoding: 'utf8' })
  return error === undefined ? stderr.trim() : `git can't be run: ${error.message}`
}

/** True where a clone has not the whole history. */
export function isShallow(root: string): boolean {
  return git(root, ['rev-parse', '--is-shallow-repository']).trim() === 'true'
}
