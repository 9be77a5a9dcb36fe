/** An escape, whole; a pair of them for a character beyond the basic plane. */
const ESCAPE = /\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(\/)|[^])/g
/** What may yet become an escape, or the first half of a pair. */
const UNFINISHED = /^\\(?:u(?:[0-9a-fA-F]{0,3}|[dD][89abAB][0-9a-fA-F]{2}(?:\\(?:u(?:[dD](?:[c-fC-F][0-9a-fA-F]?)?)?)?)?)?)?$/

/**
 * JSON that comes in pieces, with its escapes as `JSON.stringify` writes them: `\u0061` and `\/` become `a` and `/`. To whoever
 * parses it that is the same; without it, an escape that nothing requires would hide a secret.
 */
export class JsonEscapes {
  #held = ''

  get held(): number {
    return this.#held.length
  }

  push(piece: string): string {
    if (this.#held === '' && !piece.includes('\\')) return piece
    const text = this.#held + piece
    const from = unfinishedFrom(text)
    this.#held = text.slice(from)
    return plainEscapes(text.slice(0, from))
  }

  end(): string {
    const rest = plainEscapes(this.#held)
    this.#held = ''
    return rest
  }
}

export function plainEscapes(json: string): string {
  if (!json.includes('\\')) return json
  return json.replace(ESCAPE, (escape: string, high?: string, low?: string, code?: string, slash?: string) => {
    if (slash !== undefined) return slash
    const units = code === undefined ? [high, low] : [code]
    if (units[0] === undefined) return escape
    return JSON.stringify(String.fromCharCode(...units.map((digits) => Number.parseInt(digits as string, 16)))).slice(1, -1)
  })
}

/** Where in the text an escape begins whose end has not come; its length where there is none. */
function unfinishedFrom(text: string): number {
  ESCAPE.lastIndex = 0
  let from = text.indexOf('\\')
  while (from !== -1) {
    if (UNFINISHED.test(text.slice(from, from + 12)) && from + 12 > text.length) return from
    ESCAPE.lastIndex = from
    ESCAPE.exec(text)
    from = text.indexOf('\\', ESCAPE.lastIndex)
  }
  return text.length
}
