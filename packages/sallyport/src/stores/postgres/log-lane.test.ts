import { expect, it } from 'vitest'
import { WRITER_IDLE_MS } from '../sql/audit-schema.ts'
import { lane } from './log-lane.ts'

it('a lane that was idle for longer than retention may remember its writer goes on under a new name', () => {
  let [now, names] = [0, 0]
  const own = lane(undefined, () => `writer.${(names += 1)}`, () => now)
  const place = (): readonly unknown[] => own.step(['{}', '{}']).params?.slice(0, 2) ?? []
  now += 2 * WRITER_IDLE_MS
  expect(place()).toEqual(['writer.1', 0])
  own.advance(2)
  now += WRITER_IDLE_MS
  expect(place()).toEqual(['writer.1', 2])
  now += 1
  expect(place()).toEqual(['writer.2', 0])
})
