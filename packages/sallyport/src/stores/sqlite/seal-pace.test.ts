import { expect, it } from 'vitest'
import { sealPace } from './seal-pace.ts'

it('lets groups wait for the sealer only while a round takes longer than two rounds are apart', () => {
  let now = 0
  const pace = sealPace(1_000, () => now)
  const at = (time: number): boolean => ((now = time), pace.isBehind())
  expect(at(5_000)).toBe(false)
  pace.began()
  expect([at(6_000), at(7_000), at(7_001)]).toEqual([false, false, true])
  // One that waits for the first to end does not begin the count anew.
  pace.began()
  expect(at(7_002)).toBe(true)
  pace.ended()
  expect(at(7_003)).toBe(true)
  pace.ended()
  expect(at(9_000)).toBe(false)
  pace.began()
  expect([at(10_999), at(11_001)]).toEqual([false, true])
})
