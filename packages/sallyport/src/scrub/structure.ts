import { define, HIDDEN_IN_ERRORS, isComputed, isError, isIterable, isOpaque, isPlain, isPlainDate, likeOf } from './kinds.ts'
import { FreeNames } from './free-names.ts'
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
 * Looks into arrays, objects, `Map`, `Set`, `FormData`, errors, bytes (as UTF-8), what `toJSON` gives of anything, and what else can be iterated over
 * more than once. Objects of other kinds, such as streams and blobs, pass as they are, or with `closed` as `[Blob]`.
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
    if ('toJSON' in value) return false
    for (let i = 0; i < value.length; i += 1) if (!isQuiet(value[i], scrubber, depth + 1)) return false
    return true
  }
  if (!isPlain(value)) return isPlainDate(value)
  if ('toJSON' in value) return false
  // `for … in` needs no list of keys; a plain object inherits none.
  for (const key in value) {
    if (!scrubber.isQuiet(key) || !isQuiet((value as Readonly<Record<string, unknown>>)[key], scrubber, depth + 1)) return false
  }
  return true
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
  /** Being looked into at this moment: what is in them is not known yet. */
  readonly #open = new Set<object>()
  /** Something was found in them, or in what they lead to. */
  readonly #dirty = new WeakSet<object>()
  readonly #names = new FreeNames()
  #leftOut = 0
  #waysBack = 0
  #disclosures = 0

  constructor(scrubber: TextScrubber, { disclosed, closed = false }: ScrubValueOptions = {}) {
    this.#scrubber = scrubber
    this.#disclosed = disclosed
    this.#closed = closed
  }

  /** In how many places the copy differs. */
  get changes(): number {
    return this.findings.length + this.#leftOut
  }

  /** Grows with each change, and with each way to an object that has one or may yet have one. */
  get #touched(): number {
    return this.changes + this.#waysBack
  }

  /** @param written it is looked at as it is, whatever it says of itself as JSON */
  visit(value: unknown, place: Place | undefined, written = false): unknown {
    if (typeof value === 'string') return this.#string(value, place)
    if (typeof value === 'symbol' || typeof value === 'function') return this.#closed ? this.#shown(value) : value
    if (typeof value !== 'object' || value === null || isPlainDate(value)) return value
    const known = this.#copies.get(value)
    if (known !== undefined) {
      if (this.#open.has(value) || this.#dirty.has(value)) this.#waysBack += 1
      return known
    }
    if (isError(value)) return this.#fill(value, likeOf(value), (copy) => this.#error(value, copy, place))
    if (!written && hasJson(value) && !(value instanceof Uint8Array)) {
      const json = this.#json(value, place)
      // What is printed shows its properties, whatever it says of itself as JSON.
      if (json !== value || !this.#closed) return json
    }
    if (Array.isArray(value)) return this.#fill(value, [] as unknown[], (copy) => this.#list(value, copy, place))
    if (value instanceof Set) return this.#fill(value, new Set(), (copy) => [...value].forEach((item, i) => copy.add(this.visit(item, { parent: place, key: i }))))
    if (value instanceof Map) return this.#fill(value, new Map(), (copy) => this.#map(value, copy, place))
    if (value instanceof String) return this.#instead(value, String(value), place)
    if (this.#closed && (value instanceof RegExp || value instanceof Date)) return this.#shown(value)
    if (this.#closed && isOpaque(value)) return this.#leaveOut(value)
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return this.#bytes(value, place)
    if (typeof FormData === 'function' && value instanceof FormData) return this.#fill(value, new FormData(), (copy) => this.#form(value, copy, place))
    // Who writes it out takes what it iterates over. What can be gone through only once is left as it is.
    if (!this.#closed && isIterable(value)) return this.#instead(value, [...value], place)
    return this.#fill(value, likeOf(value), (copy) => this.#properties(value, copy, place))
  }

  #leaveOut(value: object): string {
    this.#leftOut += 1
    const name: unknown = value.constructor?.name
    return `[${typeof name === 'string' && name !== '' ? name : 'object'}]`
  }

  /** What is printed by a text of its own: left out where something is found in that, or where it has properties. */
  #shown(value: symbol | object): unknown {
    const text = typeof value === 'symbol' || value instanceof RegExp ? String(value) : ''
    const name = typeof value === 'function' ? String(value.name) : ''
    const more = typeof value === 'symbol' ? 0 : Object.keys(value).length
    if (more === 0 && this.#scrubber.scrub(text + name).findings.length === 0) return value
    this.#leftOut += 1
    return typeof value === 'object' ? `[${value instanceof RegExp ? 'RegExp' : 'Date'}]` : `[${typeof value}]`
  }

  #fill<C extends object>(original: object, copy: C, fill: (copy: C) => void): unknown {
    const before = this.#touched
    const disclosures = this.#disclosures
    // Registered before it is filled: it may contain itself.
    this.#copies.set(original, copy)
    this.#open.add(original)
    fill(copy)
    this.#open.delete(original)
    if (this.#touched > before) this.#dirty.add(original)
    // An instance may hold more than can be copied: it is replaced only where something was found in it.
    else if (!isPlain(original) && !Array.isArray(original)) this.#copies.set(original, original)
    const result = this.#copies.get(original)
    // What is disclosed is so at one place: at another the same object is looked at anew.
    if (this.#disclosures > disclosures) this.#copies.delete(original)
    return result
  }

  #list(value: readonly unknown[], copy: unknown[], place: Place | undefined): void {
    value.forEach((item, i) => {
      copy[i] = this.visit(item, { parent: place, key: i })
    })
    copy.length = value.length
  }

  #map(value: ReadonlyMap<unknown, unknown>, copy: Map<unknown, unknown>, place: Place | undefined): void {
    for (const [key, item] of value) {
      const clean = this.visit(key, { parent: place, key: '' })
      const free = typeof clean === 'string' ? this.#names.free(copy, clean, (name) => copy.has(name)) : clean
      copy.set(free, this.visit(item, { parent: place, key: typeof free === 'string' ? free : '' }))
    }
  }

  #form(value: FormData, copy: FormData, place: Place | undefined): void {
    for (const [key, item] of value as unknown as Iterable<[string, string | Blob]>) {
      const clean = this.#key(key, place)
      if (typeof item === 'string') copy.append(clean, this.visit(item, { parent: place, key: clean }) as string)
      else copy.append(clean, item)
    }
  }

  #properties(value: object, copy: object, place: Place | undefined): void {
    for (const symbol of this.#closed ? Object.getOwnPropertySymbols(value) : []) {
      if (!Object.prototype.propertyIsEnumerable.call(value, symbol)) continue
      const name = this.#key(String(symbol), place)
      const item = this.visit((value as Record<symbol, unknown>)[symbol], { parent: place, key: name })
      define(copy, name === String(symbol) ? symbol : Symbol(name), item, true)
    }
    for (const [key, item] of Object.entries(value)) {
      const free = this.#names.free(copy, this.#key(key, place), (name) => Object.hasOwn(copy, name))
      define(copy, free, this.visit(item, { parent: place, key: free }), true)
    }
  }

  /** An error's message, stack, cause and the errors that it joins are not listed among its properties. */
  #error(value: object, copy: object, place: Place | undefined): void {
    for (const key of HIDDEN_IN_ERRORS) {
      if (Object.prototype.propertyIsEnumerable.call(value, key) || !(Object.hasOwn(value, key) || isComputed(value, key))) continue
      define(copy, key, this.visit((value as Readonly<Record<string, unknown>>)[key], { parent: place, key }), false)
    }
    this.#properties(value, copy, place)
    if (!hasJson(value)) return
    const before = this.#touched
    const json = this.#written(value.toJSON(keyOf(place)), place)
    if (this.#touched > before) define(copy, 'toJSON', () => json, false)
  }

  /** What says itself what it is as JSON: replaced by that where something is found in it. */
  #json(value: WithJson, place: Place | undefined): unknown {
    const json = value.toJSON(keyOf(place))
    if (json === value) return value
    const before = this.#touched
    const copy = this.#written(json, place)
    return this.#touched === before ? value : copy
  }

  /** Who writes JSON asks once: what is said is written as it is, though it may say something else of itself. */
  #written(json: unknown, place: Place | undefined): unknown {
    if (typeof json !== 'object' || json === null || !hasJson(json) || this.#copies.has(json)) return this.visit(json, place)
    const before = this.#touched
    const copy = this.visit(json, place, true)
    // At another place it is asked.
    this.#copies.delete(json)
    if (this.#touched > before && typeof copy === 'object' && copy !== null) define(copy, 'toJSON', undefined, false)
    return copy
  }

  /** What stands for a value when it is written out: in its place where something is found in it. */
  #instead(value: object, written: unknown, place: Place | undefined): unknown {
    const before = this.#touched
    const copy = this.visit(written, place)
    return this.#touched === before ? value : copy
  }

  #bytes(value: ArrayBuffer | ArrayBufferView, place: Place | undefined): unknown {
    const before = this.findings.length
    const bytes = ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : new Uint8Array(value)
    const text = this.#string(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), place)
    if (this.findings.length === before) return value
    const clean = new TextEncoder().encode(text)
    return value instanceof ArrayBuffer ? clean.buffer : value instanceof DataView ? new DataView(clean.buffer) : clean
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
    if (this.#disclosed?.has(path)) {
      this.#disclosures += 1
      return text
    }
    for (const finding of result.findings) this.findings.push({ ...finding, path })
    return result.text
  }
}

interface WithJson {
  toJSON(key: string): unknown
}

function hasJson(value: object): value is WithJson {
  return typeof (value as { readonly toJSON?: unknown }).toJSON === 'function'
}

/** As JSON is written: the root's is empty. */
function keyOf(place: Place | undefined): string {
  return String(place?.key ?? '')
}

/** JSON Pointer, RFC 6901 section 3. */
function pointer(place: Place | undefined): string {
  let path = ''
  for (let at = place; at; at = at.parent) path = `/${String(at.key).replaceAll('~', '~0').replaceAll('/', '~1')}${path}`
  return path
}
