import { ANY, foldCase, NOT_NEWLINE, normalise } from './char-set.ts'
import { ClassReader } from './parse-class.ts'
import { type Assertion, EMPTY, type ParsedPattern, type PatternNode, sizeOfProgram } from './node.ts'
import { PatternError } from './pattern-error.ts'

/** As in RE2: a bigger count is refused. */
const MAX_COUNT = 1000
const MAX_DEPTH = 200
/** A pattern may not compile to more instructions than this: it bounds the work per character. */
const MAX_INSTRUCTIONS = 20_000

interface Flags {
  readonly fold: boolean
  readonly multiline: boolean
  readonly dotAll: boolean
  readonly swapGreed: boolean
}

/**
 * Parses RE2's syntax: what can be matched in linear time. Look-around, back-references, atomic groups and
 * possessive quantifiers are refused.
 *
 * @throws PatternError with the position of what is not supported
 * @see https://github.com/google/re2/wiki/Syntax
 */
export function parsePattern(source: string): ParsedPattern {
  const parser = new Parser(source)
  const node = parser.choice({ fold: false, multiline: false, dotAll: false, swapGreed: false }, 0)
  if (parser.at < source.length) throw new PatternError('Unmatched )', source, parser.at)
  if (sizeOfProgram(node) > MAX_INSTRUCTIONS) throw new PatternError('A pattern that is too large', source, 0, `It compiles to more than ${MAX_INSTRUCTIONS} instructions: lower its counts.`)
  return { source, node, groups: parser.groups, named: parser.named }
}

class Parser {
  readonly source: string
  at = 0
  groups = 0
  named = false

  constructor(source: string) {
    this.source = source
  }

  choice(flags: Flags, depth: number): PatternNode {
    if (depth > MAX_DEPTH) throw this.error('Nested too deeply')
    const branches: PatternNode[] = []
    let items: PatternNode[] = []
    let current = flags
    while (this.at < this.source.length && this.source[this.at] !== ')') {
      if (this.source[this.at] === '|') {
        this.at += 1
        branches.push(sequence(items))
        items = []
        continue
      }
      const changed = this.#flagsOnly(current)
      if (changed) current = changed
      else items.push(this.#quantified(current, depth))
    }
    if (branches.length === 0) return sequence(items)
    return { type: 'choice', items: [...branches, sequence(items)] }
  }

  #quantified(flags: Flags, depth: number): PatternNode {
    const start = this.at
    const item = this.#atom(flags, depth)
    const counts = this.#quantifier()
    if (!counts) return item
    const lazy = this.source[this.at] === '?'
    if (lazy) this.at += 1
    else if (this.source[this.at] === '+') throw this.error('Possessive quantifiers are not supported', 'Leave out the +: nothing is tried again here.')
    const next = this.at
    if (this.#quantifier()) throw new PatternError('A quantifier after a quantifier', this.source, next)
    if (item.type === 'assert') throw new PatternError('A quantifier on an assertion', this.source, start)
    return { type: 'repeat', item, min: counts.min, max: counts.max, lazy: lazy !== flags.swapGreed }
  }

  #quantifier(): { min: number; max: number } | undefined {
    const char = this.source[this.at]
    if (char === '*' || char === '+' || char === '?') {
      this.at += 1
      return { min: char === '+' ? 1 : 0, max: char === '?' ? 1 : Infinity }
    }
    if (char !== '{') return undefined
    // As in RE2: a brace that doesn't read as a count is a literal.
    const match = /^\{(\d+)(,(\d*))?\}/.exec(this.source.slice(this.at, this.at + 24))
    if (!match) return undefined
    const min = Number(match[1])
    const max = match[2] === undefined ? min : match[3] === '' ? Infinity : Number(match[3])
    if (min > MAX_COUNT || (max !== Infinity && max > MAX_COUNT)) throw this.error(`A count above ${MAX_COUNT}`, 'Repeat a part of it, such as (?:a{1000}){2}, or leave the upper bound open.')
    if (max < min) throw this.error('A count that runs backwards')
    this.at += match[0].length
    return { min, max }
  }

  #atom(flags: Flags, depth: number): PatternNode {
    const char = this.source[this.at]!
    switch (char) {
      case '(':
        return this.#group(flags, depth)
      case '[':
        return this.#set(new ClassReader(this).bracket(flags.fold), flags)
      case '.':
        this.at += 1
        return { type: 'set', set: flags.dotAll ? ANY : NOT_NEWLINE }
      case '^':
        this.at += 1
        return assertion(flags.multiline ? 'line-start' : 'text-start')
      case '$':
        this.at += 1
        return assertion(flags.multiline ? 'line-end' : 'text-end')
      case '*':
      case '+':
      case '?':
        throw this.error('A quantifier with nothing to repeat')
      case '\\':
        return this.#escape(flags)
      default:
        this.at += 1
        return this.#literal(char.charCodeAt(0), flags)
    }
  }

  #escape(flags: Flags): PatternNode {
    const next = this.source[this.at + 1]
    const asserted = { A: 'text-start', z: 'text-end', b: 'boundary', B: 'not-boundary' }[next ?? ''] as Assertion | undefined
    if (asserted) {
      this.at += 2
      return assertion(asserted)
    }
    if (next === 'Q') {
      const end = this.source.indexOf('\\E', this.at + 2)
      const quoted = this.source.slice(this.at + 2, end === -1 ? undefined : end)
      this.at = end === -1 ? this.source.length : end + 2
      return sequence([...quoted.split('')].map((char) => this.#literal(char.charCodeAt(0), flags)))
    }
    const reader = new ClassReader(this)
    const set = reader.perlClass()
    if (set) return this.#set(set, flags)
    const code = reader.escapedCode()
    if (code <= 0xffff) return this.#literal(code, flags)
    const units = String.fromCodePoint(code)
    return sequence([this.#literal(units.charCodeAt(0), flags), this.#literal(units.charCodeAt(1), flags)])
  }

  #literal(code: number, flags: Flags): PatternNode {
    return this.#set([code, code], flags)
  }

  #set(set: readonly number[], flags: Flags): PatternNode {
    return { type: 'set', set: flags.fold ? foldCase(normalise(set)) : set }
  }

  /** `(?i)` and the like: they hold until the end of the group that they stand in. */
  #flagsOnly(flags: Flags): Flags | undefined {
    const match = /^\(\?([a-zA-Z]*)(?:-([a-zA-Z]+))?\)/.exec(this.source.slice(this.at, this.at + 24))
    if (!match) return undefined
    const changed = this.#withFlags(flags, match[1]!, match[2] ?? '')
    this.at += match[0].length
    return changed
  }

  #withFlags(flags: Flags, on: string, off: string): Flags {
    const unknown = /[^imsU]/.exec(on + off)
    if (unknown) throw this.error(`The flag ${unknown[0]} is not supported`)
    const has = (letter: string, before: boolean): boolean => (on.includes(letter) ? true : off.includes(letter) ? false : before)
    return { fold: has('i', flags.fold), multiline: has('m', flags.multiline), dotAll: has('s', flags.dotAll), swapGreed: has('U', flags.swapGreed) }
  }

  #group(flags: Flags, depth: number): PatternNode {
    const start = this.at
    const rest = this.source.slice(start, start + 80)
    const named = /^\(\?P?<([A-Za-z_][A-Za-z0-9_]*)>/.exec(rest)
    const flagged = /^\(\?([a-zA-Z]*)(?:-([a-zA-Z]+))?:/.exec(rest)
    if (rest.startsWith('(?') && !named && !flagged) throw this.error(...unsupportedGroup(rest))
    let index = 0
    let inner = flags
    if (flagged) {
      inner = this.#withFlags(flags, flagged[1]!, flagged[2] ?? '')
      this.at += flagged[0].length
    } else {
      this.groups += 1
      index = this.groups
      this.at += named ? named[0].length : 1
      if (named) this.named = true
    }
    const item = this.choice(inner, depth + 1)
    if (this.source[this.at] !== ')') throw new PatternError('A group that is not closed', this.source, start)
    this.at += 1
    if (index === 0) return item
    return { type: 'group', index, item, ...(named ? { name: named[1]! } : {}) }
  }

  error(problem: string, advice?: string): PatternError {
    return new PatternError(problem, this.source, this.at, advice)
  }
}

function unsupportedGroup(rest: string): readonly [problem: string, advice?: string] {
  if (/^\(\?<?[=!]/.test(rest)) return ['Look-around is not supported', 'Match what stands around it too, and name the group to redact with secretGroup.']
  if (rest.startsWith('(?>')) return ['Atomic groups are not supported', 'Write (?:: nothing is tried again here.']
  return ['A group of this kind is not supported']
}

function assertion(kind: Assertion): PatternNode {
  return { type: 'assert', assertion: kind }
}

function sequence(items: readonly PatternNode[]): PatternNode {
  return items.length === 0 ? EMPTY : items.length === 1 ? items[0]! : { type: 'sequence', items }
}
