import { type CharSet, intersect } from './char-set.ts'
import type { PatternNode } from './node.ts'

/** Characters of one set that follow a beginning, and what has to follow them. */
export interface Run {
  readonly set: CharSet
  readonly min: number
  /** The set that the character behind the run has to be in; nothing where that isn't certain. Never has a character of the run's. */
  readonly then: CharSet | undefined
}

/**
 * Splits a pattern such as `key-\w{20,}…` at its first run. What begins like the pattern and is not followed by such a run can't
 * match: most of what looks like a token is told from one by that.
 *
 * @returns nothing where the pattern has another form
 */
export function splitAtRun(node: PatternNode): { readonly lead: PatternNode; readonly run: Run } | undefined {
  const items = flatten(node)
  const at = items.findIndex((item) => setOf(item) !== undefined && item.type === 'repeat' && item.max > 1)
  const repeat = items[at]
  if (repeat?.type !== 'repeat') return undefined
  const set = setOf(repeat)!
  const behind = items[at + 1]
  const then = behind === undefined || (behind.type === 'repeat' && behind.min === 0) ? undefined : setOf(behind)
  const apart = then !== undefined && intersect(set, then).length === 0
  return { lead: { type: 'sequence', items: items.slice(0, at) }, run: { set, min: repeat.min, then: apart ? then : undefined } }
}

function flatten(node: PatternNode): readonly PatternNode[] {
  if (node.type === 'sequence') return node.items.flatMap(flatten)
  return node.type === 'group' ? flatten(node.item) : [node]
}

/** The set that an item is, or repeats. */
function setOf(node: PatternNode): CharSet | undefined {
  const item = ungroup(node.type === 'repeat' ? node.item : node)
  return item.type === 'set' ? item.set : undefined
}

function ungroup(node: PatternNode): PatternNode {
  return node.type === 'group' ? ungroup(node.item) : node
}
