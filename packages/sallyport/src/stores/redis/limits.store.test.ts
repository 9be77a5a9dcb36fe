import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, describe, expect, it } from 'vitest'
import { describeLimitStore } from '../../limits/contract.fixture.ts'
import { checkAgainstExactLog } from '../../limits/exact-model.fixture.ts'
import { checkSameAsMemory } from '../../limits/same-as-memory.fixture.ts'
import { redisLimits } from './limits.ts'

const url = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379'
const prefix = `sallyport-test-${randomUUID()}`
const ioredis = new Redis(url)
const nodeRedis = await createClient({ url }).connect()

describeLimitStore('redis by ioredis', () => redisLimits(ioredis, { prefix, clock: 'caller' }))
describeLimitStore('redis by node-redis', () => redisLimits(nodeRedis, { prefix, clock: 'caller' }))
describeLimitStore('redis by the shape of @upstash/redis', () =>
  redisLimits({ evalsha: (sha: string, keys: string[], args: string[]) => ioredis.evalsha(sha, keys.length, ...keys, ...args), eval: (script: string, keys: string[], args: string[]) => ioredis.eval(script, keys.length, ...keys, ...args) }, { prefix, clock: 'caller' }))

describe('1,000 random schedules on Redis', () => {
  it('agree with an exact log', () => checkAgainstExactLog(() => redisLimits(ioredis, { prefix, clock: 'caller' }), 1000))
  it('are decided as in memory', () => checkSameAsMemory(() => redisLimits(ioredis, { prefix, clock: 'caller' }), 1000))
})

describe('the clock of the server', () => {
  it('holds for all processes, whatever time a caller passes', async () => {
    const store = redisLimits(ioredis, { prefix })
    const check = { kind: 'window', name: 'k', key: randomUUID(), limit: 1, windowMs: 3_600_000, cost: 1 } as const
    expect(await store.decide([check], 0)).toMatchObject({ allowed: true })
    const refused = await store.decide([check], Date.now() + 10 * 3_600_000)
    expect(refused).toMatchObject({ allowed: false })
    expect((await store.peek([check], 0))[0]?.resetMs).toBeGreaterThan(3_500_000)
  })
})

afterAll(async () => {
  const keys = await ioredis.keys(`${prefix}*`)
  if (keys.length > 0) await ioredis.del(...keys)
  ioredis.disconnect()
  nodeRedis.destroy()
})
