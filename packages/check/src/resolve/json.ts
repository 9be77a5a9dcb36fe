/** Any JSON value, to be narrowed before use. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** True for an object that is neither null nor an array. */
export function isRecord(value: unknown): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The text with blanks for comments and trailing commas, each line and column where it was. */
function strict(text: string): string {
  let clean = ''
  let at = 0
  while (at < text.length) {
    const char = text[at]
    if (char === '"') {
      const start = at
      for (at += 1; at < text.length && text[at] !== '"'; at += 1) if (text[at] === '\\') at += 1
      at += 1
      clean += text.slice(start, at)
    } else if (char === '/' && text[at + 1] === '/') {
      const start = at
      while (at < text.length && text[at] !== '\n') at += 1
      clean += ' '.repeat(at - start)
    } else if (char === '/' && text[at + 1] === '*') {
      const end = text.indexOf('*/', at + 2)
      const next = end === -1 ? text.length : end + 2
      clean += text.slice(at, next).replaceAll(/[^\n]/g, ' ')
      at = next
    } else if (char === ',' && /^\s*(?:(?:\/\/[^\n]*\n|\/\*[\s\S]*?\*\/)\s*)*[}\]]/.test(text.slice(at + 1, at + 400))) {
      clean += ' '
      at += 1
    } else {
      clean += char === '\uFEFF' ? ' ' : char
      at += 1
    }
  }
  return clean
}

/** Reads JSON that may hold comments and trailing commas, as tsconfig.json does. Undefined where it is malformed. */
export function parseLooseJson(text: string): Json | undefined {
  try {
    return JSON.parse(strict(text))
  } catch {
    return undefined
  }
}

/** What is wrong with such JSON, and where, in the words of the engine. */
export function flawOfJson(text: string): string | undefined {
  try {
    JSON.parse(strict(text))
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
