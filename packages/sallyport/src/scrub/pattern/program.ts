import { type CharSet, contains } from './char-set.ts'
import type { Assertion, PatternNode } from './node.ts'

/** Instructions of a compiled pattern, in the manner of Pike's virtual machine. */
export const CHAR = 0
export const SPLIT = 1
export const JUMP = 2
export const SAVE = 3
export const ASSERT = 4
export const MATCH = 5

export const TEXT_START = 0
export const TEXT_END = 1
export const LINE_START = 2
export const LINE_END = 3
export const BOUNDARY = 4
export const NOT_BOUNDARY = 5

const ASSERTIONS: Readonly<Record<Assertion, number>> = {
  'text-start': TEXT_START,
  'text-end': TEXT_END,
  'line-start': LINE_START,
  'line-end': LINE_END,
  boundary: BOUNDARY,
  'not-boundary': NOT_BOUNDARY,
}

/** A compiled pattern. `SAVE x` writes slot x; `SPLIT x y` prefers x. */
export interface Program {
  readonly op: Uint8Array
  readonly x: Int32Array
  readonly y: Int32Array
  readonly length: number
  /** Slots that a thread carries: two for each group of interest. */
  readonly slots: number
  /** For each set, 128 flags for ASCII, one set after the other. */
  readonly ascii: Uint8Array
  readonly sets: readonly CharSet[]
}

/** Compiles; only the groups that are named here are recorded, in their order. */
export function compileProgram(node: PatternNode, groups: readonly number[]): Program {
  const op: number[] = []
  const x: number[] = []
  const y: number[] = []
  const sets: CharSet[] = []
  const setIndex = new Map<string, number>()

  const emit = (code: number, a = 0, b = 0): number => {
    op.push(code)
    x.push(a)
    y.push(b)
    return op.length - 1
  }
  const setOf = (set: CharSet): number => {
    const key = set.join()
    const known = setIndex.get(key)
    if (known !== undefined) return known
    setIndex.set(key, sets.length)
    return sets.push(set) - 1
  }
  const optional = (lazy: boolean, body: () => void, after: (split: number) => void): void => {
    const split = emit(SPLIT)
    const start = op.length
    body()
    after(split)
    const end = op.length
    x[split] = lazy ? end : start
    y[split] = lazy ? start : end
  }
  const compile = (item: PatternNode): void => {
    switch (item.type) {
      case 'empty':
        return
      case 'set':
        emit(CHAR, setOf(item.set))
        return
      case 'assert':
        emit(ASSERT, ASSERTIONS[item.assertion])
        return
      case 'sequence':
        item.items.forEach(compile)
        return
      case 'choice': {
        const jumps: number[] = []
        item.items.forEach((branch, index) => {
          if (index === item.items.length - 1) return compile(branch)
          const split = emit(SPLIT)
          x[split] = op.length
          compile(branch)
          jumps.push(emit(JUMP))
          y[split] = op.length
        })
        for (const jump of jumps) x[jump] = op.length
        return
      }
      case 'repeat': {
        for (let i = 0; i < item.min; i += 1) compile(item.item)
        if (item.max === Infinity) {
          optional(item.lazy, () => compile(item.item), (split) => emit(JUMP, split))
          return
        }
        const exits: number[] = []
        for (let i = item.min; i < item.max; i += 1) {
          const split = emit(SPLIT)
          if (item.lazy) y[split] = op.length
          else x[split] = op.length
          exits.push(split)
          compile(item.item)
        }
        for (const split of exits) (item.lazy ? x : y)[split] = op.length
        return
      }
      case 'group': {
        const slot = groups.indexOf(item.index)
        if (slot >= 0) emit(SAVE, 2 * slot)
        compile(item.item)
        if (slot >= 0) emit(SAVE, 2 * slot + 1)
      }
    }
  }
  compile(node)
  emit(MATCH)
  return { op: Uint8Array.from(op), x: Int32Array.from(x), y: Int32Array.from(y), length: op.length, slots: 2 * groups.length, sets, ascii: asciiFlags(sets) }
}

/** Whether set number `set` of the program has this character. */
export function accepts(program: Program, set: number, code: number): boolean {
  return code < 128 ? program.ascii[set * 128 + code] === 1 : contains(program.sets[set]!, code)
}

/** Whether an assertion holds between two characters; -1 stands for the start or the end of the text. */
export function holds(assertion: number, before: number, after: number): boolean {
  switch (assertion) {
    case TEXT_START:
      return before === -1
    case TEXT_END:
      return after === -1
    case LINE_START:
      return before === -1 || before === 10
    case LINE_END:
      return after === -1 || after === 10
    case BOUNDARY:
      return isWord(before) !== isWord(after)
    default:
      return isWord(before) === isWord(after)
  }
}

function isWord(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95
}

function asciiFlags(sets: readonly CharSet[]): Uint8Array {
  const flags = new Uint8Array(sets.length * 128)
  sets.forEach((set, index) => {
    for (let i = 0; i < set.length && set[i]! < 128; i += 2) {
      flags.fill(1, index * 128 + set[i]!, index * 128 + Math.min(set[i + 1]!, 127) + 1)
    }
  })
  return flags
}
