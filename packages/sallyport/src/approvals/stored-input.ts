import { canonicalJson } from '../lib/canonical-json.ts'
import type { JsonValue } from '../lib/json.ts'

/** What an approval stores of a call: what its schemas gave, which is what will run. */
export interface StoredInput {
  readonly input: unknown
  readonly bindArgs: readonly unknown[]
}

/**
 * The canonical text of a call's input (RFC 8785): from it come the digest's parts, what the approver sees, and what runs.
 *
 * @throws TypeError for what JSON can't carry without loss: a date, a map, a file. The compiler refuses it already.
 */
export function storeInput({ input, bindArgs }: StoredInput): string {
  const text = canonicalJson({ bindArgs, input: input === undefined ? null : input })
  const back = readStoredInput(text)
  if (canonicalJson({ bindArgs: back.bindArgs, input: back.input }) !== text) throw new TypeError('The input has no JSON form that gives it back as it was')
  return text
}

/** @throws TypeError for a text that `storeInput` did not write. */
export function readStoredInput(text: string): StoredInput {
  const stored = untag(JSON.parse(text) as JsonValue) as { readonly input?: unknown; readonly bindArgs?: unknown }
  if (!Array.isArray(stored.bindArgs)) throw new TypeError('This is not a stored input')
  return { input: stored.input, bindArgs: stored.bindArgs }
}

/** Takes off the one tag that plain JSON gets in its canonical form: `$object`, around objects whose first key begins with `$`. */
function untag(value: JsonValue): unknown {
  if (Array.isArray(value)) return value.map(untag)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value as Readonly<Record<string, JsonValue>>)
  const [first] = entries
  if (entries.length === 1 && first?.[0] === '$object') return fields(first[1] as Readonly<Record<string, JsonValue>>)
  if (first?.[0].startsWith('$') === true) throw new TypeError(`'${first[0]}' has no plain JSON form`)
  return fields(value as Readonly<Record<string, JsonValue>>)
}

function fields(record: Readonly<Record<string, JsonValue>>): Record<string, unknown> {
  const copy: Record<string, unknown> = {}
  // Not by assignment: a key `__proto__` must stay a key.
  for (const [key, value] of Object.entries(record)) Object.defineProperty(copy, key, { value: untag(value), enumerable: true, writable: true, configurable: true })
  return copy
}
