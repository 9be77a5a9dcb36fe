/** An escape, whole; a pair of them for a character beyond the basic plane. */
const ESCAPE = /\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(\/)|[^])/g

/**
 * JSON with its escapes as `JSON.stringify` writes them: `\u0061` and `\/` become `a` and `/`. To whoever parses it that is the
 * same; without it, an escape that nothing requires would hide a secret.
 */
export function plainEscapes(json: string): string {
  if (!json.includes('\\')) return json
  return json.replace(ESCAPE, (escape: string, high?: string, low?: string, code?: string, slash?: string) => {
    if (slash !== undefined) return slash
    const units = code === undefined ? [high, low] : [code]
    if (units[0] === undefined) return escape
    return JSON.stringify(String.fromCharCode(...units.map((digits) => Number.parseInt(digits as string, 16)))).slice(1, -1)
  })
}
