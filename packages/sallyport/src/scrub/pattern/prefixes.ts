import { type CharSet, intersect, isWordCode, negate, sizeOf, WORD } from './char-set.ts'
import type { PatternNode } from './node.ts'
import { type Run, splitAtRun } from './run.ts'

/** What may stand before a match: a bit for each of start of text, newline, another non-word character, a word character. */
export const AFTER_START = 1
export const AFTER_NEWLINE = 2
export const AFTER_OTHER = 4
export const AFTER_WORD = 8
export const ANYWHERE = 15

/** A way in which a match can begin. */
export interface Prefix {
  readonly text: string
  /** After what it may stand: `AFTER_…` bits. */
  readonly after: number
  /** How many of its characters come before the part that is redacted; Infinity when that part begins later. */
  readonly lead: number
  /** The same as `after` of each way that begins with this text: which of them it is depends on what stands before. */
  readonly masks: readonly number[]
}

/** How matches of a pattern begin. */
export interface Beginnings {
  readonly prefixes: readonly Prefix[]
  /** The same less exactly and further in. */
  readonly shapes: readonly Shape[]
}

/** What each of the first few characters of something can be. */
export interface Shape {
  readonly sets: readonly CharSet[]
  /** It stands only behind what is no word character, or at the start of the text. */
  readonly bounded: boolean
  /** What follows from place `from` on. */
  readonly run?: Run & { readonly from: number }
}

interface Partial {
  readonly sets: readonly CharSet[]
  readonly after: number
  /** A `\b` (1) or `\B` (2) that waits for its next character. */
  readonly boundary: 0 | 1 | 2
  readonly lead: number
}

/** Partials of one length, with the same sets. */
interface Cut {
  readonly sets: readonly CharSet[]
  readonly lead: number
  readonly masks: readonly number[]
}

/** Few prefixes may be long, more have to be short. */
const MAX_LENGTH = 8
const MAX_LONG = 4
const MANY_LENGTH = 5
const MAX_MANY = 32
/** A pattern that starts with a wide class is looked for by its first character alone, up to this many. */
const MAX_SINGLES = 130
const MAX_PARTIALS = 400
/** How much of a pattern before its first run is looked at. */
export const MAX_LEAD = 24

/**
 * All ways in which a match of the pattern can begin, as texts of one length of at most 8 characters.
 *
 * @returns nothing where there are too many: the pattern then has to be tried at every character.
 */
export function prefixesOf(node: PatternNode, secretGroups: ReadonlySet<number>): Beginnings | undefined {
  const begin: Partial = { sets: [], after: ANYWHERE, boundary: 0, lead: secretGroups.size === 0 ? 0 : Infinity }
  for (const reach of [MAX_LENGTH, MANY_LENGTH, 3, 2, 1]) {
    const partials = extend(node, [begin], reach, secretGroups)
    if (!partials) continue
    const shortest = partials.reduce((length, { sets }) => Math.min(length, sets.length), reach)
    for (let length = shortest; length > 0; length -= 1) {
      const cut = shorten(partials, length)
      const count = cut.reduce((sum, partial) => sum + partial.sets.reduce((product, set) => product * sizeOf(set), 1), 0)
      if (count <= (length > MANY_LENGTH ? MAX_LONG : length > 1 ? MAX_MANY : MAX_SINGLES)) return { prefixes: spell(cut), shapes: partials.map(shapeOf) }
    }
    return undefined
  }
  return undefined
}

function shapeOf({ sets, after }: Partial): Shape {
  return { sets, bounded: (after & AFTER_WORD) === 0 }
}

/** Shapes of a pattern that has a run behind a beginning of few characters; nothing for other patterns. */
export function shapesWithRun(node: PatternNode): readonly Shape[] | undefined {
  const split = splitAtRun(node)
  const leads = split && extend(split.lead, [{ sets: [], after: ANYWHERE, boundary: 0, lead: 0 }], MAX_LEAD, new Set())
  if (!leads?.every(({ sets }) => sets.length > 0)) return undefined
  return leads.map((lead) => {
    const from = lead.sets.length
    // One this long may go on before its run begins.
    if (from >= MAX_LEAD) return shapeOf(lead)
    const { run } = split!
    const sets = [...lead.sets, ...Array.from({ length: Math.min(run.min, Math.max(0, MAX_LENGTH - from)) }, () => run.set)]
    return { ...shapeOf(lead), sets, run: { ...run, from } }
  })
}

/** The partials to a shorter length; those that become the same are one. */
function shorten(partials: readonly Partial[], length: number): readonly Cut[] {
  const found = new Map<string, Cut>()
  for (const partial of partials) {
    const sets = partial.sets.slice(0, length)
    const lead = partial.lead < length ? partial.lead : Infinity
    const key = `${sets.join(';')}|${lead}`
    const known = found.get(key)
    found.set(key, { sets, lead, masks: [...new Set([...(known?.masks ?? []), partial.after])] })
  }
  return [...found.values()]
}

function extend(node: PatternNode, from: readonly Partial[], length: number, groups: ReadonlySet<number>): readonly Partial[] | undefined {
  if (from.length > MAX_PARTIALS) return undefined
  const open = from.filter((partial) => partial.sets.length < length)
  if (open.length === 0) return from
  const done = from.filter((partial) => partial.sets.length >= length)
  switch (node.type) {
    case 'empty':
      return from
    case 'set':
      return [...done, ...open.flatMap((partial) => append(partial, node.set))]
    case 'assert':
      return [...done, ...open.flatMap((partial) => constrain(partial, node.assertion))]
    case 'group': {
      const entered = groups.has(node.index)
        ? open.map((partial) => ({ ...partial, lead: Math.min(partial.lead, partial.sets.length) }))
        : open
      const inner = extend(node.item, entered, length, groups)
      return inner && [...done, ...inner]
    }
    case 'sequence': {
      let current: readonly Partial[] | undefined = open
      for (const item of node.items) current = current && extend(item, current, length, groups)
      return current && [...done, ...current]
    }
    case 'choice': {
      const result = [...done]
      for (const item of node.items) {
        const branch = extend(item, open, length, groups)
        if (!branch) return undefined
        result.push(...branch)
      }
      return result
    }
    case 'repeat': {
      const result = [...done]
      let current: readonly Partial[] | undefined = open
      for (let i = 0; i < node.min && current.some((partial) => partial.sets.length < length); i += 1) {
        current = extend(node.item, current, length, groups)
        if (!current) return undefined
      }
      result.push(...current)
      for (let i = node.min; i < Math.min(node.max, node.min + length); i += 1) {
        current = extend(node.item, current.filter((partial) => partial.sets.length < length), length, groups)
        if (!current) return undefined
        if (current.length === 0) break
        result.push(...current)
      }
      return result.length > MAX_PARTIALS ? undefined : result
    }
  }
}

function append(partial: Partial, set: CharSet): Partial[] {
  if (partial.sets.length > 0 || partial.boundary === 0) return [{ ...partial, sets: [...partial.sets, set] }]
  const result: Partial[] = []
  for (const word of [true, false]) {
    const part = intersect(set, word ? WORD : negate(WORD))
    const afterWord = (partial.boundary === 1) !== word
    const after = partial.after & (afterWord ? AFTER_WORD : ~AFTER_WORD)
    if (part.length > 0 && after !== 0) result.push({ ...partial, sets: [part], after, boundary: 0 })
  }
  return result
}

function constrain(partial: Partial, assertion: string): Partial[] {
  // An assertion further in only narrows what matches: leaving it out keeps every true start.
  if (partial.sets.length > 0) return [partial]
  if (assertion === 'text-start') return partial.after & AFTER_START ? [{ ...partial, after: AFTER_START }] : []
  if (assertion === 'line-start') {
    const after = partial.after & (AFTER_START | AFTER_NEWLINE)
    return after === 0 ? [] : [{ ...partial, after }]
  }
  if (assertion === 'boundary') return partial.boundary === 2 ? [] : [{ ...partial, boundary: 1 }]
  if (assertion === 'not-boundary') return partial.boundary === 1 ? [] : [{ ...partial, boundary: 2 }]
  return [partial]
}

function spell(cuts: readonly Cut[]): readonly Prefix[] {
  const found = new Map<string, Prefix>()
  for (const cut of cuts) {
    let texts = ['']
    for (const set of cut.sets) {
      const next: string[] = []
      for (const text of texts) {
        for (let i = 0; i < set.length; i += 2) {
          for (let code = set[i]!; code <= set[i + 1]!; code += 1) next.push(text + String.fromCharCode(code))
        }
      }
      texts = next
    }
    for (const text of texts) {
      const known = found.get(text)
      const masks = [...new Set([...(known?.masks ?? []), ...cut.masks])]
      found.set(text, { text, after: masks.reduce((all, mask) => all | mask, 0), lead: Math.min(cut.lead, known?.lead ?? Infinity), masks })
    }
  }
  return [...found.values()]
}

/** A character that stands for each kind of thing before a match: -1 for the start of the text. */
export function representative(after: number): number {
  if (after & AFTER_START) return -1
  if (after & AFTER_NEWLINE) return 10
  return after & AFTER_OTHER ? 32 : 97
}

/** The `AFTER_…` bit for the character before; -1 for the start of the text. */
export function contextOf(before: number): number {
  if (before === -1) return AFTER_START
  if (before === 10) return AFTER_NEWLINE
  return isWordCode(before) ? AFTER_WORD : AFTER_OTHER
}
