import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { Ratelimit } from '@upstash/ratelimit'
import { Redis } from 'ioredis'
import { RateLimiterRedis } from 'rate-limiter-flexible'
import { redisLimits } from 'sallyport/redis'

const USERS = 1000
const MANY = 1_000_000_000
const ROUNDS = 12
const ROUND_MS = 300

/** Operations per second, by round, with one caller and with 64. */
export interface RedisRates {
  readonly version: string
  readonly rates: Record<string, Record<1 | 64, number[]>>
  /** Microseconds of processor time per operation, of client and server together: what a busy machine distorts least. */
  readonly cpu: Record<string, Record<1 | 64, number[]>>
  readonly notes: readonly string[]
}

/** A server of one's own is quieter than a shared one; else the one of REDIS_URL. */
export async function benchRedis(): Promise<RedisRates | undefined> {
  const own = process.env['REDIS_URL'] === undefined && spawnSync('redis-server', ['--version']).status === 0 ? startServer() : undefined
  const url = own?.url ?? process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379'
  const redis = new Redis(url, { retryStrategy: (times) => (times > 50 ? null : 50), maxRetriesPerRequest: null })
  redis.on('error', () => undefined)
  try {
    await redis.ping()
    return await run(redis)
  } catch (error) {
    console.error('Redis:', error instanceof Error ? error.message : error)
    return undefined
  } finally {
    redis.disconnect()
    own?.server.kill()
  }
}

function startServer(): { readonly server: ChildProcess; readonly url: string } {
  const port = 20_000 + Math.floor(Math.random() * 20_000)
  const server = spawn('redis-server', ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], { stdio: 'ignore' })
  return { server, url: `redis://127.0.0.1:${port}` }
}

async function run(redis: Redis): Promise<RedisRates> {
  const prefix = `b${randomUUID().slice(0, 8)}`
  const notes: string[] = []
  const sha = String(await redis.script('LOAD', 'return 1'))
  const limits = redisLimits(redis, { prefix })
  const window = (name: string, key: string) => ({ kind: 'window', name, key, limit: MANY, windowMs: 60_000, cost: 1 }) as const
  const flexible = ['address', 'principal', 'action', 'global'].map((name) => new RateLimiterRedis({ storeClient: redis, keyPrefix: `${prefix}:${name}`, points: MANY, duration: 60 }))
  let calls = 0
  const candidates: Record<string, (user: number) => Promise<unknown>> = {
    'EVALSHA return 1': () => redis.evalsha(sha, 0),
    'sallyport, four limits': (user) =>
      limits.decide([window('address', `address:${user}`), window('principal', `principal:${user}`), window('action', `action:${user}`), window('global', 'global')], 0) as Promise<unknown>,
    'rate-limiter-flexible, four in sequence': async (user) => {
      for (const [i, limiter] of flexible.entries()) await limiter.consume(i === 3 ? 'global' : `${user}`)
    },
    'sallyport, reserve + settle': async (user) => {
      const id = `${prefix}:${++calls}`
      await limits.reserve({ id, budgets: [{ name: 'tokens', key: `tokens:${user}`, limit: MANY, windowMs: 3_600_000, amount: 500 }], ttlMs: 60_000 }, 0)
      await limits.settle(id, [200], 0)
    },
  }
  await addUpstash(redis, prefix, candidates, notes)

  const rates: Record<string, Record<1 | 64, number[]>> = {}
  const cpu: Record<string, Record<1 | 64, number[]>> = {}
  const names = Object.keys(candidates)
  for (let round = -1; round < ROUNDS; round++) {
    for (const callers of [1, 64] as const) {
      // Who comes first is scheduled best on a busy machine: each is first in turn.
      for (let turn = 0; turn < names.length; turn++) {
        const name = names[(turn + Math.max(0, round)) % names.length] ?? ''
        const act = candidates[name] as (user: number) => Promise<unknown>
        const [server, client] = [await serverCpu(redis), process.cpuUsage()]
        const { rate, done } = await throughput(act, callers, round < 0 ? 100 : ROUND_MS)
        const { user, system } = process.cpuUsage(client)
        const spent = user + system + (await serverCpu(redis)) - server
        if (round < 0) continue
        ;(rates[name] ??= { 1: [], 64: [] })[callers].push(rate)
        ;(cpu[name] ??= { 1: [], 64: [] })[callers].push(spent / done)
      }
    }
  }
  const version = /redis_version:(\S+)/.exec(await redis.info('server'))?.[1] ?? ''
  const keys = await redis.keys(`${prefix}*`)
  for (let i = 0; i < keys.length; i += 1000) await redis.del(...keys.slice(i, i + 1000))
  return { version, rates, cpu, notes }
}

/** Upstash's limiter speaks to its own client; the three commands that it needs are put in front of ioredis. Its script does not run everywhere. */
async function addUpstash(redis: Redis, prefix: string, candidates: Record<string, (user: number) => Promise<unknown>>, notes: string[]): Promise<void> {
  const client = {
    evalsha: (sha: string, keys: string[], args: unknown[]) => redis.evalsha(sha, keys.length, ...keys, ...args.map(String)),
    eval: (script: string, keys: string[], args: unknown[]) => redis.eval(script, keys.length, ...keys, ...args.map(String)),
    scriptLoad: (script: string) => redis.script('LOAD', script),
  }
  const upstash = ['address', 'principal', 'action', 'global'].map(
    (name) => new Ratelimit({ redis: client as never, prefix: `${prefix}:upstash:${name}`, limiter: Ratelimit.slidingWindow(MANY, '60 s'), ephemeralCache: false, timeout: 0 }),
  )
  const act = (user: number): Promise<unknown> => Promise.all(upstash.map((limiter, i) => limiter.limit(i === 3 ? 'global' : `${user}`)))
  try {
    await act(0)
    candidates['@upstash/ratelimit, four at once'] = act
  } catch (error) {
    notes.push(`@upstash/ratelimit does not run on this server: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`)
  }
}

/** Processor time that the server has used, microseconds. */
async function serverCpu(redis: Redis): Promise<number> {
  const info = await redis.info('cpu')
  return ['used_cpu_user', 'used_cpu_sys'].reduce((sum, name) => sum + Number(new RegExp(`${name}:([\\d.]+)`).exec(info)?.[1]) * 1e6, 0)
}

async function throughput(act: (user: number) => Promise<unknown>, callers: number, ms: number): Promise<{ readonly rate: number; readonly done: number }> {
  const started = performance.now()
  const end = started + ms
  let done = 0
  const caller = async (): Promise<void> => {
    while (performance.now() < end) {
      await act(done++ % USERS)
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  return { rate: (done * 1000) / (performance.now() - started), done }
}
