import { foldTable } from './fold.ts'
import { isLetter } from './letters.ts'

const QUOTE_REACH = 48
/** This many words about attacks just before an unquoted phrase make it a mention. */
const META_BEFORE = 2
const META_REACH = 10

/** What a scan notes of the words around phrases, to tell an attack from a text about attacks. Used for one text after another. */
export class Notes {
  /** Ordinals of the latest words that deny what follows, or make a statement of it. */
  not = -9
  subject = -9
  /** Ordinals of words about attacks: example, phrase, injection. */
  readonly meta: number[] = []
  #text = ''
  #about: boolean | undefined
  // The last place that was asked about: several rules end with one word.
  #start = -1
  #end = -1
  #quoted = false

  begin(text: string): void {
    this.not = this.subject = -9
    // Setting the length of a list that is empty is far from free.
    if (this.meta.length > 0) this.meta.length = 0
    this.#text = text
    this.#about = undefined
    this.#start = this.#end = -1
  }

  /** Whether a phrase is only mentioned: among words about attacks, or in quotation marks in a text that has some. */
  isMention(start: number, end: number, ordinal: number): boolean {
    let close = 0
    for (let i = this.meta.length - 1; i >= 0 && close < META_BEFORE; i--) {
      if (ordinal - (this.meta[i] as number) > META_REACH) break
      close++
    }
    return close >= META_BEFORE || (this.#isQuoted(start, end) && this.#isAbout())
  }

  #isQuoted(start: number, end: number): boolean {
    if (start === this.#start && end === this.#end) return this.#quoted
    this.#start = start
    this.#end = end
    const text = this.#text
    return (this.#quoted = hasQuote(text, Math.max(0, start - QUOTE_REACH), start) && hasQuote(text, end, Math.min(text.length, end + QUOTE_REACH)))
  }

  #isAbout(): boolean {
    // Words that come later in the text count as well: `"ignore all previous instructions" is a typical attack`.
    return this.meta.length > 0 || (this.#about ??= META_LATER.test(this.#text))
  }
}

// Linear: alternatives of literals.
const META_LATER = /\b(?:phrases?|attack|injection|example|detect|called|means?|meaning|string|payload|regex|classifier|Angriff|Beispiel|bedeutet|attaque|ataque|attacco|пример|атак)|攻击|例如|攻撃|意味|공격/i

function hasQuote(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const unit = text.charCodeAt(i)
    const code = unit < 0x80 ? unit : (foldTable()[unit] as number)
    if (code === 0x22 || code === 0x60 || code === 0x2f) return true
    if (code === 0x27 && !(isLetter(text.charCodeAt(i - 1)) && isLetter(text.charCodeAt(i + 1)))) return true
  }
  return false
}
