import { type CharSet, normalise } from './char-set.ts'
import { EMPTY, type PatternNode } from './node.ts'

/**
 * Takes a lazy, optional run such as `[\w.-]{0,50}?` off the front. Being lazy and optional it never changes which
 * occurrence of the rest matches, so it can't change a group behind it; but it would make every word a possible beginning.
 */
export function stripLead(
  node: PatternNode,
  groups: ReadonlySet<number>,
): { readonly node: PatternNode; readonly lead: { readonly set: CharSet; readonly max: number } | undefined } {
  if (node.type === 'repeat' && node.lazy && node.min === 0 && node.item.type === 'set') {
    return { node: EMPTY, lead: { set: node.item.set, max: node.max } }
  }
  if (node.type === 'group' && !groups.has(node.index)) {
    const inner = stripLead(node.item, groups)
    return { node: inner.node, lead: inner.lead }
  }
  if (node.type !== 'sequence') return { node, lead: undefined }
  const items = [...node.items]
  let lead: { set: CharSet; max: number } | undefined
  while (items.length > 0) {
    const first = stripLead(items[0]!, groups)
    if (!first.lead) break
    lead = lead ? { set: normalise([...lead.set, ...first.lead.set]), max: lead.max + first.lead.max } : first.lead
    if (first.node.type === 'empty') items.shift()
    else {
      items[0] = first.node
      break
    }
  }
  return { node: items.length === 0 ? EMPTY : { type: 'sequence', items }, lead }
}
