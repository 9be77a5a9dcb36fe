import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A Postgres of a test's own, to be stopped and started. */
export interface OwnServer {
  readonly url: string
  start(): void
  /** Ends it at once, as a crash does. */
  crash(): void
  /** Stops every process of it (SIGSTOP): connections stay open, and nothing answers. */
  pause(): void
  resume(): void
  remove(): void
}

function programs(): string | undefined {
  const root = '/usr/lib/postgresql'
  const folder = existsSync(root) ? readdirSync(root).map((version) => join(root, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb'))) : undefined
  return folder
}

/** Starts a server on a free port. Undefined where Postgres' programs are missing or may not run as its user. */
export async function ownServer(): Promise<OwnServer | undefined> {
  const bin = programs()
  if (bin === undefined) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-postgres-'))
  const root = process.getuid?.() === 0
  // Postgres refuses to run as root.
  const run = (program: string, ...args: string[]): boolean => {
    const command = [join(bin, program), ...args]
    const [first = '', ...rest] = root ? ['runuser', '-u', 'postgres', '--', ...command] : command
    return spawnSync(first, rest, { stdio: 'ignore', cwd: folder }).status === 0
  }
  if (root) {
    const id = Number(spawnSync('id', ['-u', 'postgres']).stdout.toString())
    if (!Number.isInteger(id) || id === 0) return undefined
    chownSync(folder, id, -1)
  }
  const data = join(folder, 'data')
  if (!run('initdb', '-D', data, '-A', 'trust', '-U', 'postgres', '-N')) {
    rmSync(folder, { recursive: true, force: true })
    return undefined
  }
  let port = await freePort()
  const start = (): boolean => run('pg_ctl', '-D', data, '-l', join(folder, 'log'), '-w', '-o', `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1`, 'start')
  const signal = (name: 'SIGSTOP' | 'SIGCONT'): void => {
    const main = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0])
    const others = readFileSync(`/proc/${main}/task/${main}/children`, 'utf8').trim().split(/\s+/u).filter(Boolean).map(Number)
    // The one that starts others first, and it goes on last.
    for (const pid of name === 'SIGSTOP' ? [main, ...others] : [...others, main]) process.kill(pid, name)
  }
  // A port that was free may be somebody else's by now.
  for (let tries = 1; !start(); tries += 1) {
    if (tries === 5) throw new Error(`Postgres does not start: ${readFileSync(join(folder, 'log'), 'utf8')}`)
    port = await freePort()
  }
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    start: () => {
      if (!start()) throw new Error(`Postgres does not start again: ${readFileSync(join(folder, 'log'), 'utf8')}`)
    },
    crash: () => void run('pg_ctl', '-D', data, '-m', 'immediate', 'stop'),
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    remove() {
      run('pg_ctl', '-D', data, '-m', 'immediate', 'stop')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}
