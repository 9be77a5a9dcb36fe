import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fakeClock } from '../testing/fake-clock.ts'
import { DeadlineList, NEVER, withDeadline, type Expiring } from './deadline.ts'

abstract class Armed implements Expiring {
  expiresAt = NEVER
  list: DeadlineList | null = null
  previous: Expiring | null = null
  next: Expiring | null = null
  abstract expire(ms: number): void
}

describe('DeadlineList', () => {
  it('runs each deadline once, when it is due, unless it was disarmed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ wait: fc.nat(50), disarmAfter: fc.option(fc.nat(150)) }), { maxLength: 20 }), async (plan) => {
        const clock = fakeClock(0)
        const list = new DeadlineList(clock, 100)
        const ran = new Map<number, number>()
        const expected = new Map<number, number>()
        for (const [i, { wait, disarmAfter }] of plan.entries()) {
          await clock.advance(wait)
          const deadline = new (class extends Armed {
            expire(): void {
              ran.set(i, clock.now())
            }
          })()
          list.arm(deadline)
          if (disarmAfter === null || disarmAfter > 100) expected.set(i, clock.now() + 100)
          // A disarm at the very moment of expiry loses: both are due, and the deadline was first.
          else if (disarmAfter === 100) expected.set(i, clock.now() + 100)
          if (disarmAfter !== null) clock.setTimer(disarmAfter === 100 ? 101 : disarmAfter, () => list.disarm(deadline))
        }
        await clock.advance(1_000)
        expect([...ran.keys()].sort((a, b) => a - b)).toEqual([...expected.keys()])
        // Never early; late by no more than the list's own grain.
        for (const [i, at] of ran) expect(at).toBeGreaterThanOrEqual(expected.get(i) as number)
      }),
      { numRuns: 50 },
    )
  })
})

describe('DeadlineList.armLoosely', () => {
  it('runs a deadline up to an eighth late and never early, whatever else is armed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ wait: fc.nat(70), loosely: fc.boolean(), disarmAfter: fc.option(fc.nat(99)) }), { maxLength: 20 }), async (plan) => {
        const clock = fakeClock(0)
        const list = new DeadlineList(clock, 100)
        const late = new Map<number, number>()
        const allowed = new Map<number, number>()
        for (const [i, { wait, loosely, disarmAfter }] of plan.entries()) {
          await clock.advance(wait)
          const armedAt = clock.now()
          const deadline = new (class extends Armed {
            expire(): void {
              late.set(i, clock.now() - armedAt - 100)
            }
          })()
          if (loosely) list.armLoosely(deadline)
          else list.arm(deadline)
          if (disarmAfter === null) allowed.set(i, loosely ? 13 : 0)
          else clock.setTimer(disarmAfter, () => list.disarm(deadline))
        }
        await clock.advance(1_000)
        expect([...late.keys()].sort((a, b) => a - b)).toEqual([...allowed.keys()])
        for (const [i, by] of late) {
          expect(by).toBeGreaterThanOrEqual(0)
          expect(by).toBeLessThanOrEqual(allowed.get(i) as number)
        }
      }),
      { numRuns: 100 },
    )
  })
})

describe('a deadline', () => {
  const setUp = () => {
    const clock = fakeClock(0)
    const expired: string[] = []
    const deadline = new (class extends Armed {
      expire(ms: number): void {
        expired.push(`${ms} at ${clock.now()}`)
      }
    })()
    return { clock, expired, deadline, long: new DeadlineList(clock, 200), short: new DeadlineList(clock, 100) }
  }

  it('that is armed again, in the same list or another, has its time from then on and expires once', async () => {
    const { clock, expired, deadline, long, short } = setUp()
    long.arm(deadline)
    await clock.advance(150)
    long.arm(deadline)
    await clock.advance(150)
    short.armLoosely(deadline)
    await clock.advance(90)
    short.arm(deadline)
    await clock.advance(1_000)
    expect(expired).toEqual(['100 at 490'])
    expect(deadline.list).toBeNull()
  })

  it('can stand in its list without expiring, and be armed there again', async () => {
    const { clock, expired, deadline, short } = setUp()
    short.arm(deadline)
    deadline.expiresAt = NEVER
    await clock.advance(1_000)
    expect([expired, deadline.list]).toEqual([[], short])
    short.armLoosely(deadline)
    await clock.advance(113)
    expect(expired).toHaveLength(1)
  })
})

describe('withDeadline', () => {
  it('gives the value, the error, or what is late', async () => {
    const clock = fakeClock(0)
    const list = new DeadlineList(clock, 100)
    const late = (): Error => new Error('late')
    expect(await withDeadline(Promise.resolve(1), list, late)).toBe(1)
    await expect(withDeadline(Promise.reject(new Error('own')), list, late)).rejects.toThrow('own')
    const hanging = withDeadline(new Promise(() => undefined), list, late)
    const checked = expect(hanging).rejects.toThrow('late')
    await clock.advance(101)
    await checked
  })
})
