import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis, type RedisOptions } from 'ioredis'

/** The servers that the store is tested on. */
export type ServerProgram = 'redis-server' | 'valkey-server'

/** True where tests can start a server of their own, to pause and kill. */
export const canStart = (program: ServerProgram): boolean => spawnSync(program, ['--version']).status === 0

/** True when something answers `PING` there. */
export async function redisAnswers(url: string): Promise<boolean> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0, connectTimeout: 10_000 })
  redis.on('error', () => undefined)
  return redis.ping().then(() => true, () => false).finally(() => redis.disconnect())
}

/** A Redis or Valkey server on a free port that a test may ill-treat. */
export class OwnServer {
  readonly port: number
  readonly #program: ServerProgram
  readonly #directory: string = mkdtempSync(join(tmpdir(), 'sallyport-redis-'))
  #process: ChildProcess | undefined

  private constructor(port: number, program: ServerProgram) {
    this.port = port
    this.#program = program
  }

  static async start(args: readonly string[] = [], program: ServerProgram = 'redis-server'): Promise<OwnServer> {
    for (let tries = 1; ; tries += 1) {
      const server = new OwnServer(await freePort(), program)
      try {
        await server.run(args)
        return server
      } catch (error) {
        // A port that was free may be somebody else's by now.
        await server.stop()
        if (tries === 5) throw error
      }
    }
  }

  /** A node that belongs to no cluster yet. */
  static async startClusterNode(): Promise<OwnServer> {
    // The nodes talk to each other on a port of their own.
    return OwnServer.start(['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000', '--cluster-port', `${await freePort()}`])
  }

  async run(args: readonly string[] = []): Promise<void> {
    const process = spawn(this.#program, ['--port', `${this.port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', this.#directory, ...args], { stdio: 'ignore' })
    this.#process = process
    const client = this.client({ maxRetriesPerRequest: null })
    try {
      await Promise.race([client.ping(), once(process, 'exit').then(([code]) => Promise.reject(new Error(`${this.#program} ended with code ${code} on port ${this.port}`)))])
    } finally {
      client.disconnect()
    }
  }

  /** A client that reconnects quickly. Its connection errors are what the tests are about: they go nowhere. */
  client(options: RedisOptions = {}): Redis {
    const client = new Redis({ port: this.port, host: '127.0.0.1', retryStrategy: () => 20, ...options })
    client.on('error', () => undefined)
    return client
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#process?.kill(signal)
  }

  async kill(): Promise<void> {
    if (this.#process === undefined || this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const exit = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await exit
  }

  async stop(): Promise<void> {
    await this.kill()
    rmSync(this.#directory, { recursive: true, force: true })
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
