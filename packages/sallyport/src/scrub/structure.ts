import type { Finding, ScrubValueOptions } from './types.ts'

/** What a structure's strings are given to. */
export interface TextScrubber {
  /** Whether nothing at all begins in the text: quick, and right for nearly every string. */
  isQuiet(text: string): boolean
  scrub(text: string): { readonly text: string; readonly findings: readonly Finding[] }
}

const NONE: readonly Finding[] = []
/** Deeper structures, and those that contain themselves, are not looked through quickly. */
const QUICK_DEPTH = 64

/**
 * Scrubs keys and strings of a structured value. What is clean, as nearly every value is, is looked through without making
 * anything, and returned as it is.
 *
 * Looks into arrays, objects, `Map`, `Set`, errors, bytes (as UTF-8), and what `toJSON` gives of anything else. Objects of other kinds, such as streams
 * and blobs, pass as they are, or with `closed` as `[Blob]`.
 */
export function scrubStructure<T>(value: T, scrubber: TextScrubber, options?: ScrubValueOptions): { readonly value: T; readonly findings: readonly Finding[] } {
  if (options?.closed !== true && isQuiet(value, scrubber, 0)) return { value, findings: NONE }
  const copier = new Copier(scrubber, options)
  const copy = copier.visit(value, undefined)
  return copier.changes === 0 ? { value, findings: NONE } : { value: copy as T, findings: copier.findings }
}

function isQuiet(value: unknown, scrubber: TextScrubber, depth: number): boolean {
  if (typeof value === 'string') return scrubber.isQuiet(value)
  if (typeof value !== 'object' || value === null) return true
  if (depth > QUICK_DEPTH) return false
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i += 1) if (!isQuiet(value[i], scrubber, depth + 1)) return false
    return true
  }
  if (!isPlain(value)) return value instanceof Date
  // `for … in` needs no list of keys; a plain object inherits none.
  for (const key in value) {
    if (!scrubber.isQuiet(key) || !isQuiet((value as Readonly<Record<string, unknown>>)[key], scrubber, depth + 1)) return false
  }
  return true
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** The way from the root to where the copier is. */
interface Place {
  readonly parent: Place | undefined
  readonly key: string | number
}

/** Makes a scrubbed copy of the same shape, in which what was one object is one object. */
class Copier {
  readonly findings: Finding[] = []
  readonly #scrubber: TextScrubber
  readonly #disclosed: ReadonlySet<string> | undefined
  readonly #closed: boolean
  readonly #copies = new Map<object, unknown>()
  readonly #names = new Names()
  #leftOut = 0

  constructor(scrubber: TextScrubber, { disclosed, closed = false }: ScrubValueOptions = {}) {
    this.#scrubber = scrubber
    this.#disclosed = disclosed
    this.#closed = closed
  }

  /** In how many places the copy differs. */
  get changes(): number {
    return this.findings.length + this.#leftOut
  }

  visit(value: unknown, place: Place | undefined): unknown {
    if (typeof value === 'string') return this.#string(value, place)
    if (typeof value !== 'object' || value === null || value instanceof Date) return value
    const known = this.#copies.get(value)
    if (known !== undefined) return known
    if (Array.isArray(value)) return this.#fill(value, [] as unknown[], (copy) => value.forEach((item, i) => copy.push(this.visit(item, { parent: place, key: i }))))
    if (value instanceof Set) {
      return this.#fill(value, new Set(), (copy) => [...value].forEach((item, i) => copy.add(this.visit(item, { parent: place, key: i }))))
    }
    if (value instanceof Map) {
      return this.#fill(value, new Map(), (copy) => {
        for (const [key, item] of value) {
          const newKey = this.visit(key, { parent: place, key: '' })
          copy.set(newKey, this.visit(item, { parent: place, key: typeof newKey === 'string' ? newKey : '' }))
        }
      })
    }
    if (value instanceof Uint8Array) return this.#bytes(value, place)
    if (value instanceof Error) return this.#fill(value, Object.create(Object.getPrototypeOf(value) as object | null) as object, (copy) => this.#error(value, copy, place))
    if (!isPlain(value) && 'toJSON' in value && typeof value.toJSON === 'function') return this.#instance(value, (value.toJSON as () => unknown)(), place)
    if (this.#closed && isOpaque(value)) return this.#leaveOut(value)
    return this.#fill(value, Object.create(Object.getPrototypeOf(value) as object | null) as object, (copy) => this.#properties(value, copy, place))
  }

  #leaveOut(value: object): string {
    this.#leftOut += 1
    const name: unknown = value.constructor?.name
    return `[${typeof name === 'string' && name !== '' ? name : 'object'}]`
  }

  #fill<C extends object>(original: object, copy: C, fill: (copy: C) => void): unknown {
    const before = this.changes
    // Registered before it is filled: it may contain itself.
    this.#copies.set(original, copy)
    fill(copy)
    // An instance may hold more than can be copied: it is replaced only where something was found in it.
    if (this.changes === before && !isPlain(original) && !Array.isArray(original)) this.#copies.set(original, original)
    return this.#copies.get(original)
  }

  #properties(value: object, copy: object, place: Place | undefined): void {
    for (const symbol of this.#closed ? Object.getOwnPropertySymbols(value) : []) {
      if (!Object.prototype.propertyIsEnumerable.call(value, symbol)) continue
      const property = { value: this.visit((value as Record<symbol, unknown>)[symbol], { parent: place, key: String(symbol) }), writable: true, enumerable: true, configurable: true }
      Object.defineProperty(copy, symbol, property)
    }
    for (const [key, item] of Object.entries(value)) {
      const free = this.#names.free(copy, this.#key(key, place))
      const property = { value: this.visit(item, { parent: place, key: free }), writable: true, enumerable: true, configurable: true }
      Object.defineProperty(copy, free, property)
    }
  }

  /** An error's message, stack, cause and the errors that it joins are not listed among its properties. */
  #error(value: Error & { readonly errors?: unknown }, copy: object, place: Place | undefined): void {
    for (const key of ['message', 'stack', 'cause', 'errors'] as const) {
      if (!Object.hasOwn(value, key) || Object.prototype.propertyIsEnumerable.call(value, key)) continue
      const property = { value: this.visit(value[key], { parent: place, key }), writable: true, enumerable: false, configurable: true }
      Object.defineProperty(copy, key, property)
    }
    this.#properties(value, copy, place)
  }

  /** Something that says itself what it is as JSON: replaced by that where something is found in it. */
  #instance(value: object, json: unknown, place: Place | undefined): unknown {
    const before = this.changes
    const copy = json === value ? value : this.visit(json, place)
    return this.changes === before ? value : copy
  }

  #bytes(value: Uint8Array, place: Place | undefined): unknown {
    const before = this.findings.length
    const text = this.#string(new TextDecoder('utf-8', { ignoreBOM: true }).decode(value), place)
    return this.findings.length === before ? value : new TextEncoder().encode(text)
  }

  /** A finding in a key is reported under what the key has become: a path must not say what was redacted. */
  #key(key: string, place: Place | undefined): string {
    const { text, findings } = this.#scrubber.scrub(key)
    for (const finding of findings) this.findings.push({ ...finding, path: pointer({ parent: place, key: text }) })
    return text
  }

  #string(text: string, place: Place | undefined): string {
    const result = this.#scrubber.scrub(text)
    if (result.findings.length === 0) return text
    const path = pointer(place)
    if (this.#disclosed?.has(path)) return text
    for (const finding of result.findings) this.findings.push({ ...finding, path })
    return result.text
  }
}

const INSPECT = Symbol.for('nodejs.util.inspect.custom')

/** Shows nothing of itself, or prints itself as it likes. */
function isOpaque(value: object): boolean {
  return !isPlain(value) && (Reflect.ownKeys(value).length === 0 || INSPECT in value)
}

/** Two keys may become the same: none is lost. */
class Names {
  readonly #taken = new WeakMap<object, Map<string, number>>()

  free(target: object, key: string): string {
    if (!Object.hasOwn(target, key)) return key
    let taken = this.#taken.get(target)
    if (taken === undefined) this.#taken.set(target, (taken = new Map()))
    // Counted on from the last: thousands of keys may become one.
    let n = taken.get(key) ?? 2
    while (Object.hasOwn(target, `${key} ${n}`)) n += 1
    taken.set(key, n + 1)
    return `${key} ${n}`
  }
}

/** JSON Pointer, RFC 6901 section 3. */
function pointer(place: Place | undefined): string {
  let path = ''
  for (let at = place; at; at = at.parent) path = `/${String(at.key).replaceAll('~', '~0').replaceAll('/', '~1')}${path}`
  return path
}
