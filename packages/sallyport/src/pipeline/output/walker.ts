import type { Scrubber } from '../../scrub/types.ts'
import { Refusal } from '../control.ts'

const MAX_DEPTH = 64

/**
 * Whether a result may leave as it is: plain data, and no rule begins anywhere in its keys and strings. True for nearly every
 * result, at the cost of looking; what is not so is walked.
 */
export function isClean(value: unknown, scrubber: Scrubber, depth = 0): boolean {
  switch (typeof value) {
    case 'string':
      return scrubber.isQuiet(value)
    case 'object':
      return value === null || isCleanObject(value, scrubber, depth)
    case 'function':
    case 'symbol':
      return false
    default:
      return true
  }
}

function isCleanObject(value: object, scrubber: Scrubber, depth: number): boolean {
  if (depth > MAX_DEPTH) return false
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (!isClean(value[i], scrubber, depth + 1)) return false
    return true
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return value instanceof Date
  if ('$$typeof' in value) return false
  // `for … in` needs no list of keys; a plain object inherits none.
  for (const key in value) {
    if (!scrubber.isQuiet(key) || !isClean((value as Readonly<Record<string, unknown>>)[key], scrubber, depth + 1)) return false
  }
  return true
}

/**
 * Walks a result on its way out: strings and keys are scrubbed; JSON, `Date`, `Map`, `Set`, `bigint` and bytes pass;
 * functions, symbols, React elements and class instances are refused. What is clean is returned as it is.
 */
export class OutputWalker {
  readonly #scrubber: Scrubber
  readonly #disclosed: ReadonlySet<string>
  /** How often each rule found something. `null` while none has. */
  findings: Map<string, number> | null = null
  /** A promise was met: the value has to be settled and walked again. */
  metPromise = false

  constructor(scrubber: Scrubber, disclosed: ReadonlySet<string>) {
    this.#scrubber = scrubber
    this.#disclosed = disclosed
  }

  walk(value: unknown, depth = 0): unknown {
    switch (typeof value) {
      case 'string':
        return this.text(value)
      case 'object':
        return value === null ? null : this.#object(value, depth)
      case 'function':
      case 'symbol':
        throw new Refusal('INTERNAL', `the result holds a ${typeof value}, which can't leave`, { fix: 'Return data: plain objects, lists, dates, maps, sets, bytes.' })
      default:
        return value
    }
  }

  text(text: string): string {
    const result = this.#scrubber.scrub(text)
    for (let i = 0; i < result.findings.length; i++) this.count((result.findings[i] as { readonly rule: string }).rule)
    return result.text
  }

  count(rule: string): void {
    this.findings ??= new Map()
    this.findings.set(rule, (this.findings.get(rule) ?? 0) + 1)
  }

  #object(value: object, depth: number): unknown {
    if (depth > MAX_DEPTH) throw new Refusal('INTERNAL', 'the result is nested too deeply, or refers to itself')
    if (Array.isArray(value)) return this.#list(value, depth)
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null) return this.#record(value as Record<string, unknown>, depth)
    if (value instanceof Date) return value
    if (value instanceof Map) return this.#map(value, depth)
    if (value instanceof Set) return new Set(this.#list([...value], depth))
    if (value instanceof Uint8Array) return this.#bytes(value)
    if (value instanceof ArrayBuffer) return this.#bytes(new Uint8Array(value)).buffer
    if (value instanceof Promise) {
      this.metPromise = true
      return value
    }
    throw new Refusal('INTERNAL', `the result holds an instance of ${value.constructor?.name ?? 'a class'}, which can't leave`, {
      fix: 'Return plain objects: pick the fields, or declare them in outputSchema.',
    })
  }

  #list(list: readonly unknown[], depth: number): readonly unknown[] {
    let copy: unknown[] | null = null
    for (let i = 0; i < list.length; i++) {
      const item = list[i]
      const clean = this.walk(item, depth + 1)
      if (clean !== item && copy === null) copy = list.slice(0, i)
      copy?.push(clean)
    }
    return copy ?? list
  }

  #record(record: Record<string, unknown>, depth: number): Record<string, unknown> {
    if ('$$typeof' in record) throw new Refusal('INTERNAL', "the result holds a React element, which can't leave", { fix: 'Return data and render it in the component.' })
    let changed: Map<string, readonly [string, unknown]> | null = null
    for (const key in record) {
      const value = record[key]
      const cleanKey = this.text(key)
      // Only at the top: `.discloses()` names a field of the result. What is in it must still be data.
      const disclosed = depth === 0 && this.#disclosed.has(key) && typeof value === 'string'
      const clean = disclosed ? value : this.walk(value, depth + 1)
      if (clean !== value || cleanKey !== key) (changed ??= new Map()).set(key, [cleanKey, clean])
    }
    if (changed === null) return record
    const copy: Record<string, unknown> = {}
    for (const key of Object.keys(record)) {
      const change = changed.get(key)
      if (change === undefined) copy[key] = record[key]
      else copy[change[0]] = change[1]
    }
    return copy
  }

  #map(map: ReadonlyMap<unknown, unknown>, depth: number): Map<unknown, unknown> {
    const copy = new Map<unknown, unknown>()
    for (const [key, value] of map) copy.set(this.walk(key, depth + 1), this.walk(value, depth + 1))
    return copy
  }

  /** Bytes are looked at as Latin-1, one character a byte, so that what is found is replaced byte by byte. */
  #bytes(bytes: Uint8Array): Uint8Array {
    let text = ''
    for (let i = 0; i < bytes.length; i += 8_192) text += String.fromCharCode(...bytes.subarray(i, i + 8_192))
    const clean = this.text(text)
    return clean === text ? bytes : Uint8Array.from(clean, (character) => character.charCodeAt(0))
  }
}

/** The value with every promise in it replaced by what it settles to. Rejects as the first of them does. */
export async function settlePromises(value: unknown, depth = 0): Promise<unknown> {
  const settled = await value
  if (typeof settled !== 'object' || settled === null || depth > MAX_DEPTH) return settled
  if (Array.isArray(settled)) return Promise.all(settled.map((item) => settlePromises(item, depth + 1)))
  if (settled instanceof Map) {
    const entries = [...settled].map(async ([key, item]) => [key, await settlePromises(item, depth + 1)] as const)
    return new Map(await Promise.all(entries))
  }
  if (settled instanceof Set) return new Set(await Promise.all([...settled].map((item) => settlePromises(item, depth + 1))))
  const prototype: unknown = Object.getPrototypeOf(settled)
  if (prototype !== Object.prototype && prototype !== null) return settled
  const entries = Object.entries(settled).map(async ([key, item]) => [key, await settlePromises(item, depth + 1)] as const)
  return Object.fromEntries(await Promise.all(entries))
}
