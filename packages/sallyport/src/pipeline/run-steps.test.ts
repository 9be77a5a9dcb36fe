import { describe, expect, it } from 'vitest'
import type { ActionDefinition } from '../action/definition.ts'
import { DeadlineList } from '../lib/deadline.ts'
import { definePolicy } from '../policy/define-policy.ts'
import { fakeClock, type FakeClock } from '../testing/fake-clock.ts'
import { createTestPort } from '../testing/index.ts'
import { Call } from './call.ts'
import { PASS, type Check } from './control.ts'
import { runSteps, Step } from './pipeline.ts'

/** Runs one check and then one that notes that it was reached. */
async function run(check: unknown): Promise<{ reached: boolean; passed: number; error: unknown }> {
  const clock = fakeClock(0)
  let reached = false
  const port = createTestPort({ policy: definePolicy({ roles: {} }), clock })
  const { definition } = port.define('steps.run').noInput().public('a test of steps').waive('projection', 'nothing is returned').action(() => undefined) as unknown as { definition: ActionDefinition }
  const call = new Call(port.runtime, definition, null, undefined, [], undefined)
  const steps = [
    new Step('size', () => (check as (clock: FakeClock) => ReturnType<Check>)(clock)),
    new Step('origin', () => ((reached = true), PASS)),
  ]
  const pending = new Promise<unknown>((resolve) => {
    call.onGivenUp = (_call, reason) => resolve(reason)
    void (async () => runSteps(steps, call, new DeadlineList(clock, 100)))().then(() => resolve(null), resolve)
  })
  await clock.advance(200)
  return { reached, passed: call.passed, error: await pending }
}

describe('runSteps', () => {
  it.each([
    ['at once', () => PASS],
    ['later', async () => PASS],
  ])('goes on when a control says PASS %s', async (_name, check) => {
    expect(await run(check)).toEqual({ reached: true, passed: 2, error: null })
  })

  it.each([[true], [undefined], [null], ['yes'], [1], [{}], [Symbol('sallyport:pass')], [() => PASS]])('refuses when a control says %o instead of PASS, at once or later', async (answer) => {
    for (const check of [() => answer, async () => answer]) {
      expect(await run(check)).toMatchObject({ reached: false, passed: 0, error: { code: 'UNAVAILABLE', reason: "'size' gave no clear yes" } })
    }
  })

  it('goes nowhere on a PASS that comes when the time is up', async () => {
    const late = (clock: FakeClock) => new Promise<typeof PASS>((resolve) => void clock.setTimer(150, () => resolve(PASS)))
    expect(await run(late)).toMatchObject({ reached: false, passed: 0, error: { code: 'UNAVAILABLE' } })
  })

  it('refuses when a control does not answer in time', async () => {
    expect(await run(() => new Promise(() => undefined))).toMatchObject({ reached: false, error: { code: 'UNAVAILABLE', reason: "'size' did not answer within 100 ms" } })
  })
})
