import type { JsonValue } from './json.ts'

/**
 * The value of a canonical text, tags included: dates, big integers, maps, sets and bytes come back as what they were.
 *
 * @throws SyntaxError for what is not JSON, TypeError for a tag that can't be read back: a file.
 */
export function fromCanonicalJson(text: string): unknown {
  return untag(JSON.parse(text) as JsonValue)
}

function untag(value: JsonValue): unknown {
  if (Array.isArray(value)) return value.map(untag)
  if (typeof value !== 'object' || value === null) return value
  const record = value as Readonly<Record<string, JsonValue>>
  const [tag, ...others] = Object.keys(record)
  if (tag === undefined || !tag.startsWith('$') || others.length > 0) return fields(record)
  const inner = record[tag] as JsonValue
  switch (tag) {
    case '$object':
      return fields(inner as Readonly<Record<string, JsonValue>>)
    case '$date':
      return new Date(inner as string)
    case '$bigint':
      return BigInt(inner as string)
    case '$set':
      return new Set((inner as readonly JsonValue[]).map(untag))
    case '$map':
      return new Map((inner as readonly (readonly JsonValue[])[]).map(([key, item]) => [untag(key as JsonValue), untag(item as JsonValue)]))
    case '$bytes':
      return Uint8Array.from((inner as string).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
    default:
      throw new TypeError(`'${tag}' can't be read back`)
  }
}

function fields(record: Readonly<Record<string, JsonValue>>): Record<string, unknown> {
  const copy: Record<string, unknown> = {}
  // Not by assignment: a key `__proto__` must stay a key.
  for (const [key, value] of Object.entries(record)) Object.defineProperty(copy, key, { value: untag(value), enumerable: true, writable: true, configurable: true })
  return copy
}
