/** A literal text to look for, with the table that Knuth, Morris and Pratt's algorithm needs. */
export interface Literal {
  readonly text: string
  /** How many of its first characters the prefix automaton looks for. */
  readonly triggerLength: number
  /** Compare without case (ASCII). `text` is then in lower case. */
  readonly fold: boolean
  readonly borders: () => Int32Array
}

export function createLiteral(text: string, triggerLength: number, fold = false): Literal {
  let borders: Int32Array | undefined
  return { text, triggerLength, fold, borders: () => (borders ??= bordersOf(text)) }
}

/**
 * Follows one literal from its first characters on. However often the text begins the literal anew, this is one state and
 * constant work per character on average.
 */
export class LiteralMachine {
  readonly literal: Literal
  /** Characters matched so far; 0 when nothing of it is live. */
  matched = 0
  readonly #borders: Int32Array

  constructor(literal: Literal) {
    this.literal = literal
    this.#borders = literal.borders()
  }

  /** The trigger has just been read. A longer beginning that is already live goes on: it contains this one. */
  begin(): boolean {
    if (this.matched === 0) this.matched = this.literal.triggerLength
    return this.#complete()
  }

  /** True when this character completes the literal. */
  step(code: number): boolean {
    const { text, fold, triggerLength } = this.literal
    const wanted = fold && code >= 65 && code <= 90 ? code + 32 : code
    let matched = this.matched
    while (matched > 0 && text.charCodeAt(matched) !== wanted) matched = this.#borders[matched - 1]!
    matched = text.charCodeAt(matched) === wanted ? matched + 1 : 0
    // Shorter beginnings are the prefix automaton's business.
    this.matched = matched < triggerLength ? 0 : matched
    return this.#complete()
  }

  #complete(): boolean {
    if (this.matched < this.literal.text.length) return false
    const border = this.#borders[this.matched - 1]!
    this.matched = border < this.literal.triggerLength ? 0 : border
    return true
  }
}

function bordersOf(text: string): Int32Array {
  const borders = new Int32Array(text.length)
  let length = 0
  for (let i = 1; i < text.length; i += 1) {
    while (length > 0 && text.charCodeAt(i) !== text.charCodeAt(length)) length = borders[length - 1]!
    if (text.charCodeAt(i) === text.charCodeAt(length)) length += 1
    borders[i] = length
  }
  return borders
}
