// Cc, Cf, Co, Cn, line and paragraph separators, variation selectors and the fillers that render as nothing.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\u034F\u115F\u1160\u17B4\u17B5\u2800\u3164\uFFA0\uFE00-\uFE0F\u{E0100}-\u{E01EF}]/gu

/** A text grows at most so many times when its invisible characters are written out. */
export const VISIBLE_GROWTH = 8

/** A text for somebody who decides by it: control, format and other invisible characters are written out as `\u{…}`. */
export function visible(text: string): string {
  return text.replace(INVISIBLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
}

/** The same for every text in a value of plain JSON, its keys among them. */
export function visibleIn<T>(value: T): T {
  return shown(value) as T
}

function shown(value: unknown): unknown {
  if (typeof value === 'string') return visible(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(shown)
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [visible(key), shown(one)]))
}
