import type { Scrubber, ScrubStream } from '../../scrub/types.ts'

/** What ends a stretch of a string that says what it is: a quotation mark, an escape, or what no string may have. */
const SPECIAL = /["\\\u0000-\u001f]/g
const BEGUN = /^\\(?:u[0-9a-fA-F]{0,3})?$/
const ESCAPE = /^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})$/

/**
 * JSON that comes in pieces, each string in it scrubbed as the text that it says, for a rule that asks for the end of a word is
 * misled by `\n`, and an escape that nothing requires hides a secret. Strings come out as `JSON.stringify` writes them; what
 * stands between them, and what is no JSON, as it is.
 */
export class JsonStrings {
  readonly #scrubber: Pick<Scrubber, 'stream'>
  /** The string under way. */
  #string: ScrubStream | null = null
  /** An escape whose end has not come. */
  #escape = ''
  /** The first half of a character that the string may let out. */
  #half = ''

  constructor(scrubber: Pick<Scrubber, 'stream'>) {
    this.#scrubber = scrubber
  }

  get held(): number {
    return this.#escape.length + this.#half.length + (this.#string?.held ?? 0)
  }

  push(piece: string): string {
    let out = ''
    let at = 0
    while (at < piece.length) {
      if (this.#string === null) {
        const quote = piece.indexOf('"', at)
        if (quote === -1) return out + piece.slice(at)
        out += piece.slice(at, quote + 1)
        at = quote + 1
        this.#string = this.#scrubber.stream()
      } else if (this.#escape !== '') {
        const escape = this.#escape + (piece[at] as string)
        if (BEGUN.test(escape)) {
          this.#escape = escape
          at += 1
        } else {
          const whole = ESCAPE.test(escape)
          // No escape after all: what came last may be anything.
          out += whole ? this.#say(this.#string, JSON.parse(`"${escape}"`) as string) : this.#leave(this.#escape)
          this.#escape = ''
          if (whole) at += 1
        }
      } else {
        SPECIAL.lastIndex = at
        const stop = SPECIAL.exec(piece)?.index ?? piece.length
        out += this.#say(this.#string, piece.slice(at, stop))
        at = stop + 1
        if (piece[stop] === '"') out += `${this.#close('end')}"`
        else if (piece[stop] === '\\') this.#escape = '\\'
        else if (stop < piece.length) out += this.#leave(piece[stop] as string)
      }
    }
    return out
  }

  end(): string {
    return this.#close('end') + this.#escape
  }

  abort(): string {
    return this.#close('abort')
  }

  #say(string: ScrubStream, text: string): string {
    const out = this.#half + string.push(text)
    const code = out.charCodeAt(out.length - 1)
    this.#half = code >= 0xd800 && code <= 0xdbff ? out.slice(-1) : ''
    return written(this.#half === '' ? out : out.slice(0, -1))
  }

  /** What no string of JSON may have stays as it is, between two. */
  #leave(text: string): string {
    const out = this.#close('end') + text
    this.#string = this.#scrubber.stream()
    return out
  }

  #close(how: 'end' | 'abort'): string {
    const out = this.#half + (this.#string?.[how]() ?? '')
    this.#string = null
    this.#half = ''
    return written(out)
  }
}

function written(text: string): string {
  return text === '' ? '' : JSON.stringify(text).slice(1, -1)
}
