import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withFailurePolicy } from '../../limits/failure-policy.ts'
import { memoryLimits } from '../memory/limits.ts'
import { redisLimits, type RedisLimits } from './limits.ts'
import { canStart, OwnServer } from './own-server.fixture.ts'
import type { BudgetCheck, LimitStore, StoreFailurePolicy, WindowCheck } from '../../limits/types.ts'

const WINDOW = 60_000
const window = (onStoreFailure: StoreFailurePolicy, key: string = randomUUID(), limit = 10): WindowCheck =>
  ({ kind: 'window', name: 'principal', key, limit, windowMs: WINDOW, cost: 1, onStoreFailure })
const budget = (key: string = randomUUID()): BudgetCheck => ({ name: 'tokens', key, limit: 1000, windowMs: WINDOW, amount: 100 })
const reserve = (store: LimitStore, now: number = Date.now(), check = budget()) => store.reserve({ id: randomUUID(), budgets: [check], ttlMs: 5000 }, now)

/** What each policy has to do while the store can't be asked. */
async function expectPolicies(store: LimitStore): Promise<void> {
  const now = Date.now()
  await expect(Promise.resolve().then(() => store.decide([window('closed')], now))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  await expect(Promise.resolve().then(() => reserve(store))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  const key = randomUUID()
  const decisions: boolean[] = []
  for (let i = 0; i < 8; i++) decisions.push((await store.decide([window('open'), window('local', key)], now)).allowed)
  expect(decisions).toEqual([true, true, true, true, true, false, false, false])
}

const expectRecovery = (store: LimitStore): Promise<void> =>
  expect.poll(async () => {
    try {
      const key = randomUUID()
      for (let i = 0; i < 9; i++) await store.decide([window('local', key)], Date.now())
      // More than the local share: the store itself has decided.
      return (await store.decide([window('local', key)], Date.now())).allowed
    } catch {
      return false
    }
  }, { interval: 50 }).toBe(true)

describe.each(['redis-server', 'valkey-server'] as const)('%s', (program) => {
  describe.skipIf(!canStart(program))(`a server that fails (needs ${program} on this machine)`, () => {
    let server: OwnServer
    let redis: Redis
    let inner: RedisLimits
    /** With the deadline of an application: for what a server that fails is asked. */
    let store: LimitStore
    /** The same, but it waits: for what a server that is well is asked, on however busy a machine. */
    let patient: LimitStore

    beforeAll(async () => {
      server = await OwnServer.start([], program)
      redis = server.client()
      inner = redisLimits(redis, { clock: 'caller' })
      const policy = { local: memoryLimits(), localShare: 0.5, retryMs: 100 }
      store = withFailurePolicy(inner, policy)
      patient = withFailurePolicy(inner, { ...policy, deadlineMs: 60_000 })
    })
    afterAll(async () => {
      redis.disconnect()
      await server.stop()
    })

    it('stopped (SIGSTOP): the policies hold, and it is used again when it goes on', async () => {
      await expectRecovery(store)
      server.signal('SIGSTOP')
      await expectPolicies(store)
      server.signal('SIGCONT')
      await expectRecovery(store)
      expect(await reserve(patient)).toMatchObject({ reserved: true })
    })

    it('paused (CLIENT PAUSE): the same', async () => {
      const admin = server.client()
      // Scripts are writes; `ALL` would hold back the end of the pause as well.
      await admin.call('CLIENT', 'PAUSE', '60000', 'WRITE')
      await expectPolicies(store)
      await admin.call('CLIENT', 'UNPAUSE')
      await expectRecovery(store)
      admin.disconnect()
    })

    it('told to forget its scripts: nobody notices', async () => {
      const key = randomUUID()
      await patient.decide([window('closed', key)], Date.now())
      await redis.script('FLUSH')
      expect(await patient.decide([window('closed', key)], Date.now())).toMatchObject({ allowed: true, states: [{ remaining: 8 }] })
      await redis.script('FLUSH')
      const check = budget()
      const request = { id: randomUUID(), budgets: [check], ttlMs: 5000 }
      expect(await patient.reserve(request, Date.now())).toMatchObject({ reserved: true })
      await redis.script('FLUSH')
      expect(await patient.dispatch(request.id, Date.now())).toBe(true)
      await redis.script('FLUSH')
      await patient.settle(request.id, [40], Date.now())
      await redis.script('FLUSH')
      expect(await patient.peek([check], Date.now())).toMatchObject([{ remaining: 960 }])
    })

    it('full (noeviction): nothing is admitted that could not be written down, and old keys are not forgotten', async () => {
      const key = randomUUID()
      for (let i = 0; i < 10; i++) await patient.decide([window('closed', key)], Date.now())
      await redis.config('SET', 'maxmemory-policy', 'noeviction')
      await redis.config('SET', 'maxmemory', '1mb')
      await expectPolicies(store)
      await redis.config('SET', 'maxmemory', '0')
      await expectRecovery(store)
      expect(await patient.decide([window('closed', key)], Date.now())).toMatchObject({ allowed: false })
    })

    it('killed and started again, empty: limits go on, budgets stay closed for one window', async () => {
      await reserve(patient)
      await server.kill()
      await expectPolicies(store)
      await server.run()
      await expectRecovery(store)
      const now = Date.now()
      await expect(Promise.resolve().then(() => reserve(patient, now))).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: WINDOW })
      await expect(Promise.resolve().then(() => reserve(patient, now + WINDOW - 1))).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 1 })
      expect(await reserve(patient, now + WINDOW)).toMatchObject({ reserved: true })
    })

    it('killed and started again: an operator who knows that nothing was lost opens budgets', async () => {
      await reserve(patient, Date.now() + 2 * WINDOW)
      await server.kill()
      await server.run()
      await expectRecovery(store)
      await expect(Promise.resolve().then(() => reserve(patient))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
      await inner.acknowledgeFailover()
      expect(await reserve(patient)).toMatchObject({ reserved: true })
    })
  })

  describe.skipIf(!canStart(program))(`a replica that is promoted (needs ${program} on this machine)`, () => {
    it('keeps budgets closed for one window, also for a process that has never seen the old master', async () => {
      const master = await OwnServer.start([], program)
      const replica = await OwnServer.start(['--replicaof', `127.0.0.1 ${master.port}`], program)
      const [onMaster, onReplica] = [master.client(), replica.client()]
      try {
        await expect.poll(() => onReplica.info('replication')).toContain('master_link_status:up')
        const check = budget()
        const before = redisLimits(onMaster, { clock: 'caller' })
        const now = Date.now()
        expect(await reserve(before, now, check)).toMatchObject({ reserved: true, states: [{ remaining: 900 }] })
        expect(await onMaster.wait(1, 60_000)).toBe(1)
        await master.kill()
        await onReplica.replicaof('NO', 'ONE')

        const after = redisLimits(onReplica, { clock: 'caller' })
        expect(await after.decide([window('closed')], now)).toMatchObject({ allowed: true })
        await expect(reserve(after, now + 10, check)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: WINDOW })
        await expect(reserve(after, now + WINDOW, check)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 10 })
        // What was reserved before the failover was never dispatched, so it has been released meanwhile.
        expect(await reserve(after, now + 10 + WINDOW, check)).toMatchObject({ reserved: true, states: [{ remaining: 900 }] })
      } finally {
        onMaster.disconnect()
        onReplica.disconnect()
        await Promise.all([master.stop(), replica.stop()])
      }
    })
  })
})
