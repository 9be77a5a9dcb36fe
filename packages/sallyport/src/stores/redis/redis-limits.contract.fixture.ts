import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeLimitStore, START } from '../../limits/contract.fixture.ts'
import { checkAgainstExactLog } from '../../limits/exact-model.fixture.ts'
import { checkSameAsMemory } from '../../limits/same-as-memory.fixture.ts'
import { memoryLimits } from '../memory/limits.ts'
import type { NodeRedisLike } from './client.ts'
import { redisLimits } from './limits.ts'
import type { LimitCheck } from '../../limits/types.ts'

/** What the store has to do on a server, Redis or Valkey, through the clients that it knows. */
export function describeRedisLimits(server: string, urlOf: () => string): void {
  const prefix = `sallyport-test-${randomUUID()}`
  let ioredis: Redis
  let nodeRedis: NodeRedisLike & { destroy(): void }

  beforeAll(async () => {
    ioredis = new Redis(urlOf())
    nodeRedis = await createClient({ url: urlOf() }).connect()
  })
  afterAll(async () => {
    const keys = await ioredis.keys(`${prefix}*`)
    if (keys.length > 0) await ioredis.del(...keys)
    ioredis.disconnect()
    nodeRedis.destroy()
  })

  describeLimitStore(`${server} by ioredis`, () => redisLimits(ioredis, { prefix, clock: 'caller' }))
  describeLimitStore(`${server} by node-redis`, () => redisLimits(nodeRedis, { prefix, clock: 'caller' }))

  describe(`1,000 random schedules on ${server}`, () => {
    it('agree with an exact log', () => checkAgainstExactLog(() => redisLimits(ioredis, { prefix, clock: 'caller' }), 1000))
    it('are decided as in memory', () => checkSameAsMemory(() => redisLimits(ioredis, { prefix, clock: 'caller' }), 1000))
  })

  describe(`many decisions at once on ${server}, which share scripts`, () => {
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
  })

  describe(`the clock of ${server}`, () => {
    it('holds for all processes, whatever time a caller passes', async () => {
      const store = redisLimits(ioredis, { prefix })
      const check = { kind: 'window', name: 'k', key: randomUUID(), limit: 1, windowMs: 3_600_000, cost: 1 } as const
      expect(await store.decide([check], 0)).toMatchObject({ allowed: true })
      const refused = await store.decide([check], Date.now() + 10 * 3_600_000)
      expect(refused).toMatchObject({ allowed: false })
      expect((await store.peek([check], 0))[0]?.resetMs).toBeGreaterThan(3_500_000)
    })
  })
}
