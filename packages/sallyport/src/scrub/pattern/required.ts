import type { CharSet } from './char-set.ts'
import type { PatternNode } from './node.ts'

/** True where every match is certain to contain one of the texts, in any case. May say false where it is hard to tell. */
export function alwaysContains(node: PatternNode, texts: readonly string[]): boolean {
  switch (node.type) {
    case 'sequence':
      return runs(node.items).some((run) => texts.some((text) => run.includes(text))) || node.items.some((item) => alwaysContains(item, texts))
    case 'choice':
      return node.items.every((item) => alwaysContains(item, texts))
    case 'repeat':
      return node.min > 0 && alwaysContains(node.item, texts)
    case 'group':
      return alwaysContains(node.item, texts)
    case 'set': {
      const char = single(node.set)
      return char !== undefined && texts.includes(char)
    }
    default:
      return false
  }
}

/** The stretches of single letters in a sequence, in lower case. */
function runs(items: readonly PatternNode[]): readonly string[] {
  const result = ['']
  for (const item of flatten(items)) {
    const char = item.type === 'set' ? single(item.set) : undefined
    if (char !== undefined) result[result.length - 1] += char
    else if (item.type !== 'assert') result.push('')
  }
  return result
}

function flatten(items: readonly PatternNode[]): readonly PatternNode[] {
  return items.flatMap((item) =>
    item.type === 'sequence' ? flatten(item.items) : item.type === 'group' ? flatten([item.item]) : [item],
  )
}

function single(set: CharSet): string | undefined {
  const first = set[0]
  if (first === undefined) return undefined
  const lower = String.fromCharCode(first).toLowerCase()
  for (let i = 0; i < set.length; i += 2) {
    if (set[i] !== set[i + 1] || String.fromCharCode(set[i]!).toLowerCase() !== lower) return undefined
  }
  return lower
}
