import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { definePolicy } from '../policy/define-policy.ts'
import type { LogEntry } from '../pipeline/runtime.ts'
import { createTestPort, fakeClock, testUser, type TestPort } from './index.ts'
import type { Principal } from '../identity/principal.ts'

const policy = definePolicy({ roles: { customer: ['order:read'] } })
const ann = testUser('ann', ['customer'])
const readOf = (port: TestPort<Principal, 'order:read'>) => port.define('order.read').noInput().authorize('order:read').outputSchema(z.string()).action(() => 'x')

describe('a test port', () => {
  it('goes by the clock that it is given', async () => {
    const clock = fakeClock(0)
    const port = createTestPort({ policy, clock })
    await port.clock.advance(1_000)
    expect([port.clock, port.runtime.clock.now()]).toEqual([clock, 1_000])
  })

  it('keeps what it logs, also where a test has a log of its own', async () => {
    const lines: LogEntry[] = []
    const port = createTestPort({ policy, log: (entry) => void lines.push(entry) })
    await readOf(port).call({ principal: testUser('bob', []), input: undefined })
    expect(port.log).toMatchObject([{ control: 'authorization', code: 'FORBIDDEN' }])
    expect(lines).toEqual(port.log)
  })

  it('gives every event of the audit log, however many there are', async () => {
    const port = createTestPort({ policy, tiers: { free: { requestsPerMinute: 1_000, tokensPerHour: 1 } } })
    const read = readOf(port)
    for (let call = 0; call < 501; call++) await read.call({ principal: ann, input: undefined })
    const events = await port.events()
    expect([events.length, new Set(events.map(({ position }) => position)).size]).toEqual([1_002, 1_002])
  })
})
