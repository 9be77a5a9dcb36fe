import { randomUUID } from 'node:crypto'
import { createCluster } from 'redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeLimitStore } from '../../limits/contract.fixture.ts'
import { checkAgainstExactLog } from '../../limits/exact-model.fixture.ts'
import { withFailurePolicy } from '../../limits/failure-policy.ts'
import { memoryLimits } from '../memory/limits.ts'
import { canStartCluster, OwnCluster } from './own-cluster.fixture.ts'
import { redisLimits } from './limits.ts'
import type { Cluster } from 'ioredis'
import type { NodeRedisLike } from './client.ts'
import type { BudgetCheck, LimitStore, WindowCheck } from '../../limits/types.ts'

const WINDOW = 60_000
const window = (key: string = randomUUID(), limit = 10): WindowCheck => ({ kind: 'window', name: 'principal', key, limit, windowMs: WINDOW, cost: 1 })
const budget: BudgetCheck = { name: 'tokens', key: 'tokens', limit: 1000, windowMs: WINDOW, amount: 100 }
const reserve = async (store: LimitStore, now: number = Date.now()) => store.reserve({ id: randomUUID(), budgets: [budget], ttlMs: 5000 }, now)

/** Tags whose slots (3,300, 7,365 and 11,298) are on three different masters. */
const TAGS = ['b', 'c', 'd'] as const

describe.skipIf(!canStartCluster)('a Redis Cluster (needs redis-server and redis-cli on this machine)', () => {
  let cluster: OwnCluster
  let ioredis: Cluster
  let nodeRedis: NodeRedisLike & { destroy(): void }
  const tag = (): string => randomUUID()

  beforeAll(async () => {
    cluster = await OwnCluster.start()
    ioredis = cluster.ioredis()
    const client = createCluster({ rootNodes: cluster.servers.map(({ port }) => ({ url: `redis://127.0.0.1:${port}` })) })
    client.on('error', () => undefined)
    nodeRedis = await client.connect()
  })
  afterAll(async () => {
    ioredis?.disconnect()
    nodeRedis?.destroy()
    await cluster?.stop()
  })

  // A tag for each store, so that the stores of a run are spread over all masters.
  describeLimitStore('cluster by ioredis', () => redisLimits(ioredis, { tag: tag(), clock: 'caller' }))
  describeLimitStore('cluster by node-redis', () => redisLimits(nodeRedis, { tag: tag(), clock: 'caller' }))

  it('agrees with an exact log', () => checkAgainstExactLog(() => redisLimits(ioredis, { tag: tag(), clock: 'caller' }), 200))

  it('keeps all that a store has in one slot, and stores of different tags on different nodes', async () => {
    const masters = new Set<number>()
    for (const tag of TAGS) {
      const { master } = await cluster.holdersOf(tag)
      masters.add(master.port)
      const store = redisLimits(ioredis, { tag, clock: 'caller' })
      await store.decide([window('a'), window('b'), { kind: 'concurrency', name: 'slots', key: 'c', limit: 2, holder: 'x', leaseMs: WINDOW }], Date.now())
      await reserve(store)
      const client = master.client()
      const keys = await client.keys('*')
      client.disconnect()
      const mine = keys.filter((key) => key.startsWith(`sallyport:{${tag}}:`))
      expect(mine.map((key) => key.split('}:')[1]).sort()).toEqual(['c:a', 'c:b', 'c:tokens', 'expiries', 'holds', 'run', 's:c'])
    }
    expect(masters.size).toBe(3)
  })

  it('follows its store when its slot is moved, which looks like a failover: an operator says that nothing was lost', async () => {
    const moved = TAGS[2]
    const store = redisLimits(ioredis, { tag: moved, clock: 'caller' })
    const used = window(randomUUID(), 1)
    await store.decide([used], Date.now())
    expect(await reserve(store)).toMatchObject({ reserved: true })
    const before = (await cluster.holdersOf(moved)).master.port
    await cluster.moveSlot(moved)
    await expect.poll(async () => (await cluster.holdersOf(moved)).master.port).not.toBe(before)
    expect(await store.decide([used], Date.now())).toMatchObject({ allowed: false })
    await expect(reserve(store)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await store.acknowledgeFailover()
    expect(await reserve(store)).toMatchObject({ reserved: true })
  })

  it('follows its store to the replica when a master is killed: limits go on, budgets of that node alone stay closed for one window', async () => {
    const [lost, other] = TAGS
    const { master, replica } = await cluster.holdersOf(lost)
    const inner = redisLimits(ioredis, { tag: lost, clock: 'caller' })
    const policy = { local: memoryLimits(), localShare: 0.5, retryMs: 100 }
    // With the deadline of an application while the server is away, and one that waits while it is there.
    const store = withFailurePolicy(inner, policy)
    const patient = withFailurePolicy(inner, { ...policy, deadlineMs: 60_000 })
    const elsewhere = redisLimits(ioredis, { tag: other, clock: 'caller' })
    const used = window(randomUUID(), 2)
    await patient.decide([used], Date.now())
    await patient.decide([used], Date.now())
    expect(await reserve(patient)).toMatchObject({ reserved: true })
    expect(await reserve(elsewhere)).toMatchObject({ reserved: true })
    const direct = master.client()
    expect(await direct.wait(1, 60_000)).toBe(1)
    direct.disconnect()

    await master.kill()
    await expect(Promise.resolve().then(() => store.decide([window()], Date.now()))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect(reserve(store)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    const [open, local] = [{ ...window(randomUUID(), 1), onStoreFailure: 'open' } as const, { ...window(randomUUID(), 4), onStoreFailure: 'local' } as const]
    const decisions = []
    for (let i = 0; i < 3; i++) decisions.push((await store.decide([open, local], Date.now())).allowed)
    expect(decisions).toEqual([true, true, false])

    await cluster.loseSoon(cluster.servers.filter((server) => server !== master))
    await expect.poll(() => Promise.resolve().then(() => store.decide([window()], Date.now())).then(({ allowed }) => allowed, () => false), { interval: 100 }).toBe(true)
    const promoted = replica.client()
    expect(await promoted.info('replication')).toContain('role:master')
    promoted.disconnect()
    // What was charged before is still charged.
    expect(await patient.decide([used], Date.now())).toMatchObject({ allowed: false })
    const now = Date.now()
    await expect(reserve(patient, now)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: WINDOW })
    // A process that has never seen the old master is told the same by what the replica has kept.
    await expect(reserve(redisLimits(ioredis, { tag: lost, clock: 'caller' }), now + WINDOW - 1)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 1 })
    expect(await reserve(elsewhere, now)).toMatchObject({ reserved: true })
    expect(await reserve(patient, now + WINDOW)).toMatchObject({ reserved: true })
  })
})
