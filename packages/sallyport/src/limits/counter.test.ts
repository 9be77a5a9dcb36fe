import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { advance, bucketLength, charge, emptyCounter, resetAfter, retryAfter, room, SLOTS } from './counter.ts'

const steps = fc.array(fc.record({ wait: fc.nat(400), amount: fc.integer({ min: 1, max: 4 }) }), { maxLength: 120 })

describe('the ring beside an exact log', () => {
  it('never admits more than the limit in any window, and gives back after 13/12 of one', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 900 }), (schedule, limit, windowMs) => {
        const counter = emptyCounter('k')
        const log: { time: number; amount: number }[] = []
        const longest = bucketLength(windowMs) * SLOTS
        const logged = (span: number, now: number): number =>
          log.reduce((sum, entry) => (now - entry.time < span ? sum + entry.amount : sum), 0)
        let now = 1_700_000_000_000
        for (const { wait, amount } of schedule) {
          now += wait
          advance(counter, windowMs, now)
          const admitted = room(counter, limit, now) >= amount
          if (admitted) {
            charge(counter, limit, amount)
            log.push({ time: now, amount })
            expect(logged(windowMs, now)).toBeLessThanOrEqual(limit)
          } else {
            expect(logged(longest, now) + amount).toBeGreaterThan(limit)
          }
        }
      }),
      { numRuns: 500 },
    )
  })

  it('says to the millisecond when a refused amount fits and when all is back', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 4, max: 12 }), fc.integer({ min: 24, max: 900 }), (schedule, limit, windowMs) => {
        const counter = emptyCounter('k')
        let now = 1_700_000_000_000
        for (const { wait, amount } of schedule) {
          now += wait
          advance(counter, windowMs, now)
          if (room(counter, limit, now) >= amount) {
            charge(counter, limit, amount)
            continue
          }
          const fits = (time: number): boolean => {
            const later = { ...counter, slots: [...counter.slots] }
            advance(later, windowMs, time)
            return room(later, limit, time) >= amount
          }
          const retry = now + retryAfter(counter, limit, amount, now)
          expect(fits(retry)).toBe(true)
          expect(fits(retry - 1)).toBe(false)
          const later = { ...counter, slots: [...counter.slots] }
          advance(later, windowMs, now + resetAfter(counter, now))
          expect(later.total).toBe(0)
        }
      }),
    )
  })
})

describe('a clock that jumps', () => {
  it('set back: what was charged still counts, and comes back within one window of the right time', () => {
    const counter = emptyCounter('k')
    advance(counter, 60_000, 1_800_000_000_000)
    charge(counter, 5, 5)
    const now = 1_700_000_000_000
    advance(counter, 60_000, now)
    expect(room(counter, 5, now)).toBe(0)
    advance(counter, 60_000, now + 65_000)
    expect(room(counter, 5, now + 65_000)).toBe(5)
  })

  it('a window that changes keeps what was charged', () => {
    const counter = emptyCounter('k')
    advance(counter, 3_600_000, 1_700_000_000_000)
    charge(counter, 5, 4)
    advance(counter, 60_000, 1_700_000_000_000)
    expect(room(counter, 5, 1_700_000_000_000)).toBe(1)
  })
})
