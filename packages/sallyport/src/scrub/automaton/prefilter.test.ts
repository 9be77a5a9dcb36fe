import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { providerRules } from '../packs/provider.ts'
import { type CharSet, contains } from '../pattern/char-set.ts'
import type { Shape } from '../pattern/prefixes.ts'
import { Utf8Bytes } from './byte-source.ts'
import { compileRules } from './plan.ts'
import { Prefilter, REACH } from './prefilter.ts'
import { Sweep } from './sweep.ts'

const shapes = compileRules(providerRules).flatMap((rule) => rule.shapes)
const prefilter = new Prefilter(shapes, 8192)
const ASCII = Array.from({ length: 94 }, (_, i) => i + 33)

/** Something of a shape, with as much behind it as its run asks for. */
function spell({ sets, run }: Shape, pick: (count: number) => number): string {
  const one = (set: CharSet, not?: CharSet): string => {
    const codes = ASCII.filter((code) => contains(set, code) && !(not && contains(not, code)))
    return codes.length === 0 ? ' ' : String.fromCharCode(codes[pick(codes.length)]!)
  }
  const text = sets.map((set) => one(set)).join('')
  if (run === undefined) return text
  const behind = Array.from({ length: Math.max(0, run.from + run.min - sets.length) }, () => one(run.set)).join('')
  return text + behind + (run.then === undefined ? '' : one(run.then, run.set))
}

/** Whether something is found at a place, or so near that reading begins before it. */
function finds(filter: Prefilter, text: string, at: number): boolean {
  const found = new Sweep(new Utf8Bytes(new TextEncoder().encode(text)), 0, filter).next(0)
  return found >= at && found - REACH <= at
}

describe('the prefilter of all rules', () => {
  it('finds each way in which something begins, at each place and behind each end of a block', () => {
    const missed: string[] = []
    let turn = 0
    for (const shape of shapes) {
      for (const at of [0, 1, 2, 3, 4, 5, ...Array.from({ length: 9 }, (_, i) => 1024 - 4 * i - (turn % 4))]) {
        const text = spell(shape, (count) => (turn += 7) % count)
        if (!finds(prefilter, `${' '.repeat(at)}${text}${' '.repeat(200)}`, at)) missed.push(`${text} at ${at}`)
      }
    }
    expect(shapes.length).toBeGreaterThan(400)
    expect(missed).toEqual([])
  })

  it('finds it whatever other beginnings it shares its groups with', () => {
    fc.assert(
      fc.property(fc.subarray(shapes, { minLength: 1, maxLength: 40 }), fc.nat(), fc.nat(40), fc.infiniteStream(fc.nat()), (some, which, at, numbers) => {
        const text = spell(some[which % some.length]!, (count) => numbers.next().value! % count)
        const filter = new Prefilter(some, 8192)
        expect(!filter.pays || finds(filter, `${' '.repeat(at)}${text}${' '.repeat(200)}`, at)).toBe(true)
      }),
      { numRuns: 200 },
    )
  })
})
