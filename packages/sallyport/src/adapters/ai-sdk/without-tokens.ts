import { isPlain } from '../../scrub/kinds.ts'

/** Where providers say of each token how likely it was, and which others were: the text once more, a few characters at a time. */
const TOKENS: ReadonlySet<string> = new Set(['logprobs', 'logprobsResult'])

/** A copy whose lists of tokens are empty; the same value where it has none. */
export function withoutTokens<T>(value: T): T {
  return strip(value) as T
}

function strip(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const copy = value.map(strip)
    return copy.every((item, i) => item === value[i]) ? value : copy
  }
  if (!isPlain(value)) return value
  const entries = Object.entries(value)
  const copy = entries.map(([key, item]: [string, unknown]): [string, unknown] => [key, TOKENS.has(key) ? emptied(item) : strip(item)])
  return copy.every(([, item], i) => item === entries[i]?.[1]) ? value : Object.fromEntries(copy)
}

function emptied(tokens: unknown): unknown {
  if (Array.isArray(tokens)) return tokens.length === 0 ? tokens : []
  return typeof tokens === 'object' ? null : tokens
}
