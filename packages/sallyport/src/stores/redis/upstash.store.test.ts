import { randomUUID } from 'node:crypto'
import { Redis as UpstashRedis, type RedisConfigNodejs } from '@upstash/redis'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeLimitStore } from '../../limits/contract.fixture.ts'
import { checkAgainstExactLog } from '../../limits/exact-model.fixture.ts'
import { checkSameAsMemory } from '../../limits/same-as-memory.fixture.ts'
import { redisLimits } from './limits.ts'
import { canStart, OwnServer, redisAnswers } from './own-server.fixture.ts'
import { UpstashFront } from './upstash-front.fixture.ts'
import type { BudgetCheck, WindowCheck } from '../../limits/types.ts'

const redisUrl = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379'

describe.skipIf(!(await redisAnswers(redisUrl)))('@upstash/redis over HTTP (skipped where REDIS_URL does not answer)', () => {
  const prefix = `sallyport-test-${randomUUID()}`
  // Of its own where that can be: it is told to forget its scripts, and others may say the same to a shared one.
  let own: OwnServer | undefined
  let redis: Redis
  let front: UpstashFront
  const client = (options: Partial<RedisConfigNodejs> = {}): UpstashRedis => new UpstashRedis({ url: front.url, token: front.token, retry: false, ...options })
  const window = (limit = 5): WindowCheck => ({ kind: 'window', name: 'k', key: randomUUID(), limit, windowMs: 60_000, cost: 1 })
  const budget: BudgetCheck = { name: 'tokens', key: randomUUID(), limit: 100, windowMs: 60_000, amount: 10 }

  beforeAll(async () => {
    if (canStart('redis-server')) own = await OwnServer.start()
    redis = own?.client() ?? new Redis(redisUrl)
    front = await UpstashFront.start(redis)
  })
  afterAll(async () => {
    const keys = await redis.keys(`${prefix}*`)
    if (keys.length > 0) await redis.del(...keys)
    redis.disconnect()
    await front.stop()
    await own?.stop()
  })

  describeLimitStore('upstash', () => redisLimits(client(), { prefix, clock: 'caller' }))
  describeLimitStore('upstash, as a server that shows no run_id', () => redisLimits(client(), { prefix, clock: 'caller', afterFailover: 'ignore' }))

  it('agrees with an exact log, whatever the client does to answers and requests', async () => {
    for (const options of [{}, { enableAutoPipelining: false }, { automaticDeserialization: false }, { responseEncoding: false }] as const) {
      await checkAgainstExactLog(() => redisLimits(client(options), { prefix, clock: 'caller' }), 50)
      await checkSameAsMemory(() => redisLimits(client(options), { prefix, clock: 'caller' }), 50)
    }
  })

  it('is one EVALSHA for a decision, and one EVAL more when the server has forgotten the script', async () => {
    const store = redisLimits(client({ enableAutoPipelining: false }), { prefix })
    await store.decide([window()], 0)
    front.requests.length = 0
    await store.decide([window(), window(), window(), window()], 0)
    expect(front.requests).toEqual(['/ evalsha'])
    await redis.script('FLUSH')
    front.requests.length = 0
    expect(await store.decide([window(), window()], 0)).toMatchObject({ allowed: true })
    expect(front.requests).toEqual(['/ evalsha', '/ eval'])
  })

  it('closes when it is refused or nobody answers', async () => {
    const strange = redisLimits(client({ token: 'of somebody else' }), { prefix })
    await expect(strange.decide([window()], 0)).rejects.toThrow('WRONGPASS')
    await expect(strange.reserve({ id: randomUUID(), budgets: [budget], ttlMs: 1000 }, 0)).rejects.toThrow('WRONGPASS')
    const nobody = redisLimits(client({ url: 'http://127.0.0.1:9' }), { prefix })
    await expect(nobody.decide([window()], 0)).rejects.toThrow()
  })
})
