import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, describe, expect, it } from 'vitest'
import { describeLimitStore, START } from '../../limits/contract.fixture.ts'
import { checkAgainstExactLog } from '../../limits/exact-model.fixture.ts'
import { checkSameAsMemory } from '../../limits/same-as-memory.fixture.ts'
import { memoryLimits } from '../memory/limits.ts'
import { redisLimits } from './limits.ts'
import type { LimitCheck } from '../../limits/types.ts'

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

describe('many decisions at once, which share scripts', () => {
  it('are decided one after the other, as in memory', async () => {
    const redis = redisLimits(ioredis, { prefix, clock: 'caller' })
    await redis.decide([{ kind: 'window', name: 'k', key: randomUUID(), limit: 1, windowMs: 1000, cost: 1 }], START)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ calls: fc.nat(4), global: fc.nat(3), slot: fc.option(fc.constantFrom('x', 'y', 'z')), twice: fc.boolean() }), { minLength: 1, maxLength: 60 }), async (asked) => {
        const run = randomUUID()
        const memory = memoryLimits()
        const decisions = asked.map(({ calls, global, slot, twice }): LimitCheck[] => [
          { kind: 'window', name: 'calls', key: `${run}:calls`, limit: 20, windowMs: 1000, cost: calls },
          { kind: 'window', name: 'global', key: `${run}:global`, limit: 30, windowMs: 60_000, cost: global },
          ...(twice ? [{ kind: 'window', name: 'again', key: `${run}:calls`, limit: 20, windowMs: 1000, cost: 1 } as const] : []),
          ...(slot === null ? [] : [{ kind: 'concurrency', name: 'slots', key: `${run}:slots`, limit: 2, holder: slot, leaseMs: 1000 } as const]),
        ])
        expect(await Promise.all(decisions.map((checks) => redis.decide(checks, START)))).toEqual(decisions.map((checks) => memory.decide(checks, START)))
      }),
      { numRuns: 200 },
    )
  })

  it('fail together and leave none waiting when the server fails', async () => {
    const failing = redisLimits({ evalsha: () => Promise.reject(new Error('gone')), eval: () => Promise.reject(new Error('gone')) } as never)
    const check = { kind: 'window', name: 'k', key: 'k', limit: 5, windowMs: 1000, cost: 1 } as const
    const answers = await Promise.allSettled(Array.from({ length: 50 }, () => failing.decide([check], 0)))
    expect(answers.every((answer) => answer.status === 'rejected')).toBe(true)
  })

  it('never take an answer of another shape for a permission', async () => {
    for (const answer of [null, 1, 'OK', [], [-1], [-1, 0], [-1, 0, 'x', 0], {}]) {
      const odd = redisLimits({ evalsha: () => Promise.resolve(answer), eval: () => Promise.resolve(answer) } as never)
      const check = { kind: 'window', name: 'k', key: 'k', limit: 5, windowMs: 1000, cost: 1 } as const
      const answers = await Promise.allSettled(Array.from({ length: 50 }, () => odd.decide([check], 0)))
      expect(answers.every((result) => result.status === 'rejected')).toBe(true)
    }
  })
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
