import type { Rule } from '../rule.ts'

/** A rule of a pack in short: id, description, pattern, and the group that is redacted where it isn't the whole match. */
export type Row = readonly [id: string, description: string, pattern: string, secretGroup?: number]

/** How every match of a rule begins. */
export interface Beginning {
  readonly text: string
  /** Only behind a word boundary. */
  readonly bounded: boolean
}

/**
 * Beginnings of a pack's rules, where they can be read off the pattern's first characters. A scrubber can then leave parsing
 * the pattern until a text has such a beginning; a test compares with what the parser says.
 */
const beginnings = new WeakMap<Rule, Beginning>()

export function beginningOf(rule: Rule): Beginning | undefined {
  return beginnings.get(rule)
}

export function rulesOf(rows: readonly Row[]): readonly Rule[] {
  return rows.map(([id, description, pattern, secretGroup]) => {
    if (secretGroup !== undefined) return { id, description, pattern, secretGroup }
    const rule: Rule = { id, description, pattern }
    const beginning = readBeginning(pattern)
    if (beginning) beginnings.set(rule, beginning)
    return rule
  })
}

const MAX_LENGTH = 8

function readBeginning(pattern: string): Beginning | undefined {
  const bounded = pattern.startsWith('\\b')
  let text = ''
  let at = bounded ? 2 : 0
  while (at < pattern.length && text.length <= MAX_LENGTH) {
    const escaped = pattern[at] === '\\'
    const char = pattern[escaped ? at + 1 : at]!
    if (escaped ? /\w/.test(char) : /[.[(|)^$?*+{]/.test(char)) break
    text += char
    at += escaped ? 2 : 1
  }
  // The last character may turn out to be optional or repeated.
  if (/[?*+{]/.test(pattern[at] ?? '')) text = text.slice(0, -1)
  if (text.length < 3 || (bounded && !/^\w/.test(text)) || hasTopLevelChoice(pattern)) return undefined
  return { text: text.slice(0, MAX_LENGTH), bounded }
}

function hasTopLevelChoice(pattern: string): boolean {
  if (!pattern.includes('|')) return false
  const bare = pattern.replace(/\\.|\[[^\]]*\]/g, '')
  let depth = 0
  for (const char of bare) {
    if (char === '(') depth += 1
    else if (char === ')') depth -= 1
    else if (char === '|' && depth === 0) return true
  }
  return false
}
