import { encodeBatch } from '../../audit/batch.ts'
import type { MacKey } from '../../audit/mac.ts'
import { settlingSteps } from '../sql/in-doubt.ts'
import type { PlainEntries, Unit } from './group-commit.ts'
import type { Progress } from './progress.ts'
import type { InDoubt, Lines, Place } from './protocol.ts'

/** What a group carries of the queue. */
export interface Taken {
  /** Settles what is in doubt. Then it is alone: the queue behind it waits until that is settled. */
  readonly settling: readonly Unit[]
  readonly plain: PlainEntries
}

/** Entries that nobody awaits. In order, and each durable once, whatever becomes of the commits that carry it. */
export interface LaterQueue {
  push(lines: Lines): void
  isEmpty(): boolean
  /** Takes what goes with the group that is written next, at this place. */
  take(place: Place): Taken
  /** How that went. @returns how many entries are durable now. */
  ended(durable: boolean): number
}

/** What a queue needs. */
export interface LaterQueueOptions {
  /** Entries that a group may carry. */
  readonly most: number
  readonly key: MacKey | undefined
  readonly now: () => number
  readonly progress: Progress
  /** What the thread before this one left in doubt. */
  readonly inherited: InDoubt | undefined
}

const NOTHING: PlainEntries = { texts: [], count: 0 }

/** Makes an empty queue. */
export function laterQueue({ most, key, now, progress, inherited }: LaterQueueOptions): LaterQueue {
  const waiting: Lines[] = []
  let inDoubt = inherited === undefined ? undefined : settling(inherited, [inherited.lines.text], inherited.lines.count)
  let under: (Place & { readonly plain: PlainEntries }) | undefined

  function settling({ writer, first }: Place, texts: readonly string[], count: number): { readonly units: readonly Unit[]; readonly count: number } {
    return { units: [{ steps: settlingSteps([writer, first, count, now(), encodeBatch(writer, first, texts, count, key)]), entries: [] }], count }
  }

  return {
    push: (lines) => void waiting.push(lines),
    isEmpty: () => inDoubt === undefined && waiting.length === 0,
    take(place) {
      if (inDoubt !== undefined) return { settling: inDoubt.units, plain: NOTHING }
      const plain = takeLines(waiting, most)
      if (plain.count === 0) return { settling: [], plain }
      under = { ...place, plain }
      progress.begins(place, plain.count)
      return { settling: [], plain }
    },
    ended(durable) {
      const count = inDoubt?.count ?? under?.plain.count ?? 0
      if (durable) {
        progress.isDurable(count)
        inDoubt = undefined
      } else if (under !== undefined) {
        inDoubt = settling(under, under.plain.texts, count)
      }
      under = undefined
      return durable ? count : 0
    },
  }
}

/** Takes texts from the front of a queue until the group is large enough. */
export function takeLines(queue: Lines[], most: number): PlainEntries {
  let count = 0
  let taken = 0
  while (taken < queue.length && count < most) count += queue[(taken += 1) - 1]?.count ?? 0
  return { texts: queue.splice(0, taken).map(({ text }) => text), count }
}
