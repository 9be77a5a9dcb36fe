import { afterAll, beforeAll, describe } from 'vitest'
import { canStart, OwnServer, redisAnswers } from './own-server.fixture.ts'
import { describeRedisLimits } from './redis-limits.contract.fixture.ts'

const redisUrl = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379'
const valkeyUrl = process.env['VALKEY_URL']

describe.skipIf(!(await redisAnswers(redisUrl)))('Redis (skipped where REDIS_URL does not answer)', () => {
  describeRedisLimits('redis', () => redisUrl)
})

describe.skipIf(valkeyUrl === undefined && !canStart('valkey-server'))('Valkey (needs VALKEY_URL or valkey-server on this machine)', () => {
  let own: OwnServer | undefined
  beforeAll(async () => {
    if (valkeyUrl === undefined) own = await OwnServer.start([], 'valkey-server')
  })
  afterAll(() => own?.stop())
  describeRedisLimits('valkey', () => valkeyUrl ?? `redis://127.0.0.1:${own?.port}`)
})
