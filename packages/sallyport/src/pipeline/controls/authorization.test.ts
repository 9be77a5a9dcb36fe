import { describe, expect, it } from 'vitest'
import type { ActionDefinition } from '../../action/definition.ts'
import type { Principal } from '../../identity/principal.ts'
import { definePolicy } from '../../policy/define-policy.ts'
import type { Decision } from '../../policy/types.ts'
import { createTestPort, testUser } from '../../testing/index.ts'
import { Call } from '../call.ts'
import { PASS } from '../control.ts'
import { authorization } from './authorization.ts'

const policy = definePolicy({ roles: { customer: ['order:read'] } })
const ann = testUser('ann', ['customer'])

/** The control of an action, and how it judges a call of Ann's. */
function judging(options: object, decide?: (signal: () => AbortSignal) => Decision | Promise<Decision>) {
  const port = createTestPort<Principal, 'order:read'>({
    policy: decide === undefined ? policy : { ...policy, decide: (_request, given) => decide(() => given.signal) },
  })
  const { definition } = port.define('order.read').noInput().authorize('order:read', options).waive('projection', 'nothing is returned').action(() => undefined) as unknown as { definition: ActionDefinition }
  const check = authorization.prepare(definition, port.runtime)
  const call = new Call(port.runtime, definition, null, undefined, [], undefined)
  call.principal = ann
  return { call, judge: () => check?.(call) }
}

const ways = [
  ['a condition', (answer: (value: unknown) => unknown) => judging({ when: () => answer(true) }), (answer: (value: unknown) => unknown) => judging({ when: () => answer(false) })],
  ['a policy', (answer) => judging({}, () => answer({ effect: 'permit' }) as Decision), (answer) => judging({}, () => answer({ effect: 'deny' }) as Decision)],
  ['a scope', (answer) => judging({ scope: () => answer({ userId: 'ann' }) }), (answer) => judging({ scope: () => answer(null) })],
  ['a resource', (answer) => judging({ resource: () => answer({ id: '1', userId: 'ann' }), owner: (one: { userId: string }) => one.userId }), (answer) => judging({ resource: () => answer(null) })],
] as const satisfies readonly (readonly [string, (answer: (value: unknown) => unknown) => ReturnType<typeof judging>, (answer: (value: unknown) => unknown) => ReturnType<typeof judging>])[]

describe.each(ways)('%s', (_, permits, denies) => {
  it('that answers at once makes no promise', () => {
    expect(permits((value) => value).judge()).toBe(PASS)
    expect(() => denies((value) => value).judge()).toThrow()
  })

  it('that has to be waited for is', async () => {
    const { judge } = permits(async (value) => value)
    const judged = judge()
    expect(judged).toBeInstanceOf(Promise)
    expect(await judged).toBe(PASS)
    await expect(Promise.resolve(denies(async (value) => value).judge())).rejects.toThrow()
    await expect(Promise.resolve(permits(() => Promise.reject(new Error('away'))).judge())).rejects.toThrow('away')
  })
})

it('asks the condition, then the policy, then the scope, and none after a no', async () => {
  for (const later of [(value: unknown) => value, async (value: unknown) => value]) {
    const asked: string[] = []
    const say = (name: string, value: unknown) => (): unknown => (asked.push(name), later(value))
    await judging({ when: say('when', true), scope: say('scope', {}) }, say('policy', { effect: 'permit' }) as () => Decision).judge()
    expect(asked.splice(0)).toEqual(['when', 'policy', 'scope'])
    await expect(async () => judging({ when: say('when', false), scope: say('scope', {}) }, say('policy', { effect: 'permit' }) as () => Decision).judge()).rejects.toThrow()
    expect(asked.splice(0)).toEqual(['when'])
    await expect(async () => judging({ when: say('when', true), scope: say('scope', {}) }, say('policy', { effect: 'deny' }) as () => Decision).judge()).rejects.toThrow()
    expect(asked).toEqual(['when', 'policy'])
  }
})

it('gives a policy the signal of its call', async () => {
  const { call, judge } = judging({}, (signal) => (signal().aborted ? { effect: 'deny' } : { effect: 'permit' }))
  expect(judge()).toBe(PASS)
  call.abort(new Error('gone'))
  expect(judge).toThrow()
})
