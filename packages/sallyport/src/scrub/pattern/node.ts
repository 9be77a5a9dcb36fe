import type { CharSet } from './char-set.ts'

/** What can be asked of a place between two characters. */
export type Assertion = 'text-start' | 'text-end' | 'line-start' | 'line-end' | 'boundary' | 'not-boundary'

/** A pattern, parsed. */
export type PatternNode =
  | { readonly type: 'empty' }
  | { readonly type: 'set'; readonly set: CharSet }
  | { readonly type: 'assert'; readonly assertion: Assertion }
  | { readonly type: 'sequence'; readonly items: readonly PatternNode[] }
  | { readonly type: 'choice'; readonly items: readonly PatternNode[] }
  | { readonly type: 'repeat'; readonly item: PatternNode; readonly min: number; readonly max: number; readonly lazy: boolean }
  | { readonly type: 'group'; readonly index: number; readonly name?: string; readonly item: PatternNode }

/** What the parser gives. */
export interface ParsedPattern {
  readonly source: string
  readonly node: PatternNode
  /** How many capturing groups there are. */
  readonly groups: number
  /** Whether any group has a name. */
  readonly named: boolean
}

export const EMPTY: PatternNode = { type: 'empty' }

/** The fewest characters that a match can have. */
export function minLength(node: PatternNode): number {
  switch (node.type) {
    case 'empty':
    case 'assert':
      return 0
    case 'set':
      return 1
    case 'sequence':
      return node.items.reduce((sum, item) => sum + minLength(item), 0)
    case 'choice':
      return Math.min(...node.items.map(minLength))
    case 'repeat':
      return node.min === 0 ? 0 : node.min * minLength(node.item)
    case 'group':
      return minLength(node.item)
  }
}

/** About how many instructions the pattern compiles to. */
export function sizeOfProgram(node: PatternNode): number {
  switch (node.type) {
    case 'sequence':
    case 'choice':
      return node.items.reduce((sum, item) => sum + sizeOfProgram(item) + 2, 0)
    case 'repeat':
      return (sizeOfProgram(node.item) + 1) * (node.max === Infinity ? node.min + 1 : Math.max(node.max, 1))
    case 'group':
      return sizeOfProgram(node.item) + 2
    default:
      return 1
  }
}

/** True where every match passes through one of these groups. */
export function alwaysCaptures(node: PatternNode, groups: ReadonlySet<number>): boolean {
  switch (node.type) {
    case 'sequence':
      return node.items.some((item) => alwaysCaptures(item, groups))
    case 'choice':
      return node.items.every((item) => alwaysCaptures(item, groups))
    case 'repeat':
      return node.min > 0 && alwaysCaptures(node.item, groups)
    case 'group':
      return groups.has(node.index) || alwaysCaptures(node.item, groups)
    default:
      return false
  }
}

/** True where one of these groups sits inside a repetition, so that one match can set it more than once. */
export function capturesRepeat(node: PatternNode, groups: ReadonlySet<number>, inside = false): boolean {
  switch (node.type) {
    case 'sequence':
    case 'choice':
      return node.items.some((item) => capturesRepeat(item, groups, inside))
    case 'repeat':
      return capturesRepeat(node.item, groups, inside || node.max > 1)
    case 'group':
      return (inside && groups.has(node.index)) || capturesRepeat(node.item, groups, inside)
    default:
      return false
  }
}
