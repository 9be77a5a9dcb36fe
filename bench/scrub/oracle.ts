// "Could this still match?", by brute force: for every rule and every place, a regular expression of the platform's that
// accepts whatever a match can begin with. It shares the pattern parser with the engine, and nothing else.
import { parsePattern } from '../../packages/sallyport/src/scrub/pattern/parse.ts'
import type { PatternNode } from '../../packages/sallyport/src/scrub/pattern/node.ts'
import type { Rule } from 'sallyport/scrub'

interface Probe {
  /** Matches from a place to the end of the text where a match can begin there and go on. */
  readonly partial: RegExp
  /** Matches what is certain to be redacted already. */
  readonly full: RegExp
  readonly grouped: boolean
}

/** The characters at the end of a text that no rule can decide yet. Only the last `reach` are considered. */
export function heldByDefinition(rules: readonly Rule[], forms: readonly string[], reach = 400): (text: string) => number {
  const probes = rules.map(toProbe)
  return (text) => {
    const end = text.length
    let held = 0
    for (const form of forms) {
      for (let length = Math.min(form.length - 1, end); length > held; length -= 1) {
        if (text.endsWith(form.slice(0, length))) held = length
      }
    }
    for (const { partial, full, grouped } of probes) {
      for (let start = Math.max(0, end - reach); start < end; start += 1) {
        if (!grouped && end - start <= held) break
        partial.lastIndex = start
        const match = partial.exec(text)
        if (!match) continue
        const secretStart = grouped ? match.indices!.groups?.['secret']?.[0] : start
        if (secretStart === undefined) continue
        full.lastIndex = start
        const done = full.exec(text)
        const from = done ? Math.max(secretStart, start + done[0].length) : secretStart
        held = Math.max(held, end - from)
        if (!grouped) break
      }
    }
    return held
  }
}

function toProbe(rule: Rule): Probe {
  const group = typeof rule.secretGroup === 'number' ? rule.secretGroup : 0
  const { node } = parsePattern(rule.pattern)
  return {
    partial: new RegExp(partial(node, group), 'dy'),
    full: new RegExp(full(node, 0), 'y'),
    grouped: group > 0,
  }
}

/** An expression for what the node matches. */
function full(node: PatternNode, group: number): string {
  switch (node.type) {
    case 'empty':
      return ''
    case 'set':
      return spell(node.set)
    case 'assert':
      return { 'text-start': '(?<![^])', 'text-end': '(?![^])', 'line-start': '(?<![^\\n])', 'line-end': '(?![^\\n])', boundary: '\\b', 'not-boundary': '\\B' }[node.assertion]
    case 'sequence':
      return node.items.map((item) => full(item, group)).join('')
    case 'choice':
      return `(?:${node.items.map((item) => full(item, group)).join('|')})`
    case 'repeat':
      return `(?:${full(node.item, group)})${counts(node.min, node.max)}`
    case 'group':
      return `(?:${node.index === group ? '(?<secret>)' : ''}${full(node.item, group)})`
  }
}

/** An expression for what a match of the node can begin with, where the text ends before the match does. */
function partial(node: PatternNode, group: number): string {
  switch (node.type) {
    case 'empty':
      return '(?!)'
    case 'set':
      return '(?![^])'
    case 'assert':
      // At the end of the text nobody knows what comes.
      return node.assertion === 'text-start' || node.assertion === 'line-start' ? '(?!)' : '(?![^])'
    case 'sequence':
      return `(?:${node.items.map((item, index) => node.items.slice(0, index).map((before) => full(before, group)).join('') + partial(item, group)).join('|')})`
    case 'choice':
      return `(?:${node.items.map((item) => partial(item, group)).join('|')})`
    case 'repeat': {
      const most = node.max === Infinity ? Infinity : node.max - 1
      return `(?:${full(node.item, 0)})${counts(0, most)}${partial(node.item, group)}`
    }
    case 'group':
      return `(?:${node.index === group ? '(?<secret>)' : ''}${partial(node.item, group)})`
  }
}

function counts(min: number, max: number): string {
  return max === Infinity ? `{${min},}` : `{${min},${max}}`
}

function spell(set: readonly number[]): string {
  const code = (value: number): string => `\\u${value.toString(16).padStart(4, '0')}`
  let out = ''
  for (let i = 0; i < set.length; i += 2) out += `${code(set[i]!)}-${code(set[i + 1]!)}`
  return `[${out}]`
}
