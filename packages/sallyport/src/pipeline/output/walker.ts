import { FreeNames } from '../../scrub/free-names.ts'
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
  // Asked first of whatever it is: the engine then knows what kinds of objects come here, and gives their prototypes at once.
  if (depth > MAX_DEPTH) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype) return !('$$typeof' in value) && !behaves(value) && !iterates(value) && isCleanRecord(value as Readonly<Record<string, unknown>>, scrubber, depth)
  if (!Array.isArray(value)) return prototype === Date.prototype && Reflect.ownKeys(value).length === 0
  if (prototype !== Array.prototype || behaves(value) || value[Symbol.iterator] !== ITERATE) return false
  for (let i = 0; i < value.length; i++) if (!isClean(value[i], scrubber, depth + 1)) return false
  return true
}

/** Of a plain object. `for … in` needs no list of keys; a plain object inherits none. */
function isCleanRecord(record: Readonly<Record<string, unknown>>, scrubber: Scrubber, depth: number): boolean {
  for (const key in record) {
    const value = record[key]
    if (!scrubber.isQuiet(key) || !(typeof value === 'string' ? scrubber.isQuiet(value) : isClean(value, scrubber, depth + 1))) return false
  }
  return true
}

const ITERATE: unknown = Array.prototype[Symbol.iterator]

/** Says itself what it is as JSON, what it settles to, or what comes of it one by one: whoever writes it out gets that, and not what was looked at. */
function behaves(value: object): boolean {
  const { toJSON, then, [Symbol.asyncIterator]: later } = value as { readonly toJSON?: unknown; readonly then?: unknown; readonly [Symbol.asyncIterator]?: unknown }
  return typeof toJSON === 'function' || typeof then === 'function' || later !== undefined
}

function iterates(record: object): boolean {
  return (record as { readonly [Symbol.iterator]?: unknown })[Symbol.iterator] !== undefined
}

/**
 * Walks a result on its way out: strings and keys are scrubbed; JSON, `Date`, `Map`, `Set`, `bigint` and bytes pass;
 * functions, symbols, React elements and class instances are refused. What is clean is returned as it is; what has a mind of
 * its own, such as a list of a class of its own, is returned as a plain copy of what was looked at.
 */
export class OutputWalker {
  readonly #scrubber: Scrubber
  readonly #disclosed: ReadonlySet<string>
  readonly #copies: boolean
  /** How often each rule found something. `null` while none has. */
  findings: Map<string, number> | null = null
  /** A promise was met: the value has to be settled and walked again. */
  metPromise = false
  readonly #names = new FreeNames()

  /** @param copies Lets out a copy of all that is looked at, also of what is clean: where no schema has read it, a getter may say something else the next time. */
  constructor(scrubber: Scrubber, disclosed: ReadonlySet<string>, copies = false) {
    this.#scrubber = scrubber
    this.#disclosed = disclosed
    this.#copies = copies
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
    if (value instanceof Date) return this.#date(value)
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
    const plain = !this.#copies && Object.getPrototypeOf(list) === Array.prototype && !behaves(list) && list[Symbol.iterator] === ITERATE
    let copy: unknown[] | null = plain ? null : []
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
    const entries: [string, unknown][] = []
    // What has no prototype, React does not send.
    let changed = this.#copies || behaves(record) || iterates(record) || Object.getPrototypeOf(record) === null
    for (const key of Object.keys(record)) {
      // Read once: what is looked at is what leaves.
      const value = record[key]
      const cleanKey = this.text(key)
      // Only at the top: `.discloses()` names a field of the result. What is in it must still be data.
      const disclosed = depth === 0 && this.#disclosed.has(key) && typeof value === 'string'
      const clean = disclosed ? value : this.walk(value, depth + 1)
      if (clean !== value || cleanKey !== key) changed = true
      entries.push([cleanKey, clean])
    }
    if (!changed) return record
    const copy = new Map<string, unknown>()
    for (const [key, clean] of entries) copy.set(this.#names.free(copy, key, (name) => copy.has(name)), clean)
    // Not by assignment: a key `__proto__` must stay a key.
    return Object.fromEntries(copy)
  }

  /** A date that is no more than one. What only passes for a date throws here. */
  #date(date: Date): Date {
    const time = Date.prototype.getTime.call(date)
    return Object.getPrototypeOf(date) === Date.prototype && Reflect.ownKeys(date).length === 0 ? date : new Date(time)
  }

  #map(map: ReadonlyMap<unknown, unknown>, depth: number): Map<unknown, unknown> {
    const copy = new Map<unknown, unknown>()
    for (const [key, value] of map) {
      const clean = this.walk(key, depth + 1)
      copy.set(typeof clean === 'string' ? this.#names.free(copy, clean, (name) => copy.has(name)) : clean, this.walk(value, depth + 1))
    }
    return copy
  }

  #bytes(bytes: Uint8Array): Uint8Array {
    const text = textOf(bytes)
    const clean = this.text(text)
    if (clean !== text) return bytesOf(clean)
    const { Buffer: NodeBytes } = globalThis as { readonly Buffer?: { readonly prototype: unknown } }
    const prototype: unknown = Object.getPrototypeOf(bytes)
    return prototype === Uint8Array.prototype || prototype === NodeBytes?.prototype ? bytes : new Uint8Array(bytes)
  }
}

/** Bytes are looked at as Latin-1, one character a byte, so that what is found is replaced byte by byte. */
export function textOf(data: Uint8Array | ArrayBuffer): string {
  const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : data
  let text = ''
  for (let i = 0; i < bytes.length; i += 8_192) text += String.fromCharCode(...bytes.subarray(i, i + 8_192))
  return text
}

/** The bytes of such a text. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

/** The value with every promise in it replaced by what it settles to. Rejects as the first of them does. */
export async function settlePromises(value: unknown, depth = 0): Promise<unknown> {
  const settled = await value
  if (typeof settled !== 'object' || settled === null || depth > MAX_DEPTH) return settled
  const settle = (item: unknown): Promise<unknown> => settlePromises(item, depth + 1)
  if (Array.isArray(settled)) return Promise.all(Array.from({ length: settled.length }, (_, i) => settle(settled[i])))
  if (settled instanceof Map) {
    const entries = [...settled].map(async ([key, item]) => [await settle(key), await settle(item)] as const)
    return new Map(await Promise.all(entries))
  }
  if (settled instanceof Set) return new Set(await Promise.all([...settled].map(settle)))
  const prototype: unknown = Object.getPrototypeOf(settled)
  if (prototype !== Object.prototype && prototype !== null) return settled
  const entries = Object.entries(settled).map(async ([key, item]) => [key, await settle(item)] as const)
  return Object.fromEntries(await Promise.all(entries))
}
