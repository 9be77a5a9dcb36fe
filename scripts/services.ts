// What the tests need beside Node: found, or installed where that can be done (Debian, as root), or said to be missing.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createConnection } from 'node:net'

/** One thing that a machine may lack. `missing` says why it is not there. */
export interface Service {
  readonly name: 'Chromium' | 'Redis' | 'Postgres'
  readonly missing: string | null
}

/** The addresses that the tests use, from the environment or the defaults. */
export const redisUrl: string = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379'
export const databaseUrl: string = process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/test'
export const chromiumPath: string = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'

/** Finds or installs all three, and says what it did. */
export async function ensureServices(): Promise<readonly Service[]> {
  const chromium = existsSync(chromiumPath) || (install('chromium') && existsSync(chromiumPath))
  const redis = (await answers(redisUrl, 6379)) || (local(redisUrl) && install('redis-server') && start('redis-server', ['--daemonize', 'yes', '--save', '']) && (await answersSoon(redisUrl, 6379)))
  const postgres = (await answers(databaseUrl, 5432)) || (local(databaseUrl) && installPostgres() && (await answersSoon(databaseUrl, 5432)))
  const hint = isDebianRoot() ? 'it could not be installed' : 'it is not installed, and only Debian as root installs it here'
  return [
    { name: 'Chromium', missing: chromium ? null : `no browser at ${chromiumPath}: ${hint}; set CHROMIUM_PATH` },
    { name: 'Redis', missing: redis ? null : `nothing answers at ${redact(redisUrl)}: ${hint}; set REDIS_URL` },
    { name: 'Postgres', missing: postgres ? null : `nothing answers at ${redact(databaseUrl)}: ${hint}; set DATABASE_URL` },
  ]
}

function isDebianRoot(): boolean {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
}

function install(...names: readonly string[]): boolean {
  if (!isDebianRoot()) return false
  console.log(`Installing ${names.join(', ')} with apt-get …`)
  const quiet = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const
  spawnSync('apt-get', ['update', '-qq'], quiet)
  return spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], quiet).status === 0
}

function installPostgres(): boolean {
  if (!install('postgresql')) return false
  const asPostgres = (sql: string): boolean => spawnSync('runuser', ['-u', 'postgres', '--', 'psql', '-c', sql], { stdio: 'ignore' }).status === 0
  start('service', ['postgresql', 'start'])
  // The tests sign in from this machine alone, without a password.
  const trust = "sed -i 's/^\\(host.*127.0.0.1\\/32 *\\).*/\\1trust/' /etc/postgresql/*/main/pg_hba.conf"
  return start('sh', ['-c', trust]) && start('service', ['postgresql', 'restart']) && asPostgres('CREATE DATABASE test')
}

function start(command: string, args: readonly string[]): boolean {
  return spawnSync(command, [...args], { stdio: 'ignore' }).status === 0
}

function local(url: string): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname)
}

function redact(url: string): string {
  const parsed = new URL(url)
  return `${parsed.protocol}//${parsed.host}${parsed.pathname}`
}

async function answersSoon(url: string, port: number): Promise<boolean> {
  for (let i = 0; i < 50; i++) {
    if (await answers(url, port)) return true
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  return false
}

function answers(url: string, defaultPort: number): Promise<boolean> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    const socket = createConnection({ host: hostname, port: Number(port || defaultPort), timeout: 2_000 })
    const done = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.on('connect', () => done(true)).on('error', () => done(false)).on('timeout', () => done(false))
  })
}
