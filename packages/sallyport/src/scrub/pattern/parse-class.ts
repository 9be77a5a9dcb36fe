import { type CharSet, DIGIT, foldCase, negate, normalise, POSIX, SPACE, WORD } from './char-set.ts'
import { PatternError } from './pattern-error.ts'

/** What the class reader shares with the parser: the pattern, and how far it has been read. */
export interface Cursor {
  readonly source: string
  at: number
}

const PERL: Readonly<Record<string, CharSet>> = { d: DIGIT, w: WORD, s: SPACE }
const CONTROL: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 }

/** Reads bracket expressions and escapes. */
export class ClassReader {
  readonly #cursor: Cursor

  constructor(cursor: Cursor) {
    this.#cursor = cursor
  }

  /** `[…]`, from its bracket. Case is folded before a negation, as it has to be. */
  bracket(fold: boolean): CharSet {
    const cursor = this.#cursor
    const start = cursor.at
    cursor.at += 1
    const negated = cursor.source[cursor.at] === '^'
    if (negated) cursor.at += 1
    const ranges: number[] = []
    let first = true
    while (first || cursor.source[cursor.at] !== ']') {
      if (cursor.at >= cursor.source.length) throw new PatternError('A class that is not closed', cursor.source, start)
      first = false
      this.#member(ranges)
    }
    cursor.at += 1
    const set = fold ? foldCase(normalise(ranges)) : normalise(ranges)
    const result = negated ? negate(set) : set
    if (result.length === 0) throw new PatternError('A class that nothing is in', cursor.source, start)
    return result
  }

  /** `\d`, `\W`, … at the cursor, or nothing. */
  perlClass(): CharSet | undefined {
    const letter = this.#cursor.source[this.#cursor.at + 1] ?? ''
    const set = PERL[letter.toLowerCase()]
    if (!set) return undefined
    this.#cursor.at += 2
    return letter === letter.toLowerCase() ? set : negate(set)
  }

  /** One escaped character, from its backslash: its code point. */
  escapedCode(): number {
    const cursor = this.#cursor
    const rest = cursor.source.slice(cursor.at + 1, cursor.at + 12)
    const octal = /^(?:0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(rest)
    if (octal) {
      cursor.at += 1 + octal[0].length
      return Number.parseInt(octal[0], 8)
    }
    const hex = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|[xu]\{([0-9a-fA-F]{1,6})\})/.exec(rest)
    if (hex) {
      const code = Number.parseInt(hex[1] ?? hex[2] ?? hex[3]!, 16)
      if (code > 0x10ffff) throw this.#error('A code point above 10FFFF')
      cursor.at += 1 + hex[0].length
      return code
    }
    const char = rest[0]
    if (char === undefined) throw this.#error('A backslash at the end')
    if (char in CONTROL) {
      cursor.at += 2
      return CONTROL[char]!
    }
    if (/[1-9]/.test(char) || char === 'k') throw this.#error('Back-references are not supported')
    if (char === 'p' || char === 'P') throw this.#error('Unicode classes are not supported', 'Write the ranges that are meant, such as [A-Za-zÀ-ɏ].')
    if (/[a-zA-Z]/.test(char)) throw this.#error(`The escape \\${char} is not supported`)
    cursor.at += 2
    return char.charCodeAt(0)
  }

  #member(ranges: number[]): void {
    const cursor = this.#cursor
    const posix = /^\[:(\^?)([a-z]+):\]/.exec(cursor.source.slice(cursor.at, cursor.at + 14))
    if (posix) {
      const set = POSIX[posix[2]!]
      if (!set) throw this.#error(`The class [:${posix[2]}:] is not known`)
      cursor.at += posix[0].length
      ranges.push(...(posix[1] ? negate(set) : set))
      return
    }
    if (cursor.source[cursor.at] === '\\') {
      const set = this.perlClass()
      if (set) {
        ranges.push(...set)
        return
      }
    }
    const start = cursor.at
    const from = this.#code()
    let to = from
    if (cursor.source[cursor.at] === '-' && cursor.at + 1 < cursor.source.length && cursor.source[cursor.at + 1] !== ']') {
      cursor.at += 1
      to = this.#code()
      if (to < from) throw new PatternError('A range that runs backwards', cursor.source, start)
    }
    ranges.push(from, to)
  }

  #code(): number {
    const cursor = this.#cursor
    if (cursor.at >= cursor.source.length) throw this.#error('A class that is not closed')
    if (cursor.source[cursor.at] !== '\\') {
      cursor.at += 1
      return cursor.source.charCodeAt(cursor.at - 1)
    }
    const start = cursor.at
    const code = this.escapedCode()
    if (code > 0xffff) throw new PatternError('A class can hold only characters of the basic plane', cursor.source, start)
    return code
  }

  #error(problem: string, advice?: string): PatternError {
    return new PatternError(problem, this.#cursor.source, this.#cursor.at, advice)
  }
}
