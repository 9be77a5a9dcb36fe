import type { Finding, ScrubValueOptions } from './types.ts'

type Scrub = (text: string) => { readonly text: string; readonly findings: readonly Finding[] }

const NONE: readonly Finding[] = []
/** From this depth on, objects that contain themselves are looked for. */
const CYCLE_DEPTH = 64

/** Scrubs keys and strings of a structured value. Copies only what lies on the path to something found. */
export function scrubStructure<T>(value: T, scrub: Scrub, options?: ScrubValueOptions): { readonly value: T; readonly findings: readonly Finding[] } {
  const walk = new Walk(scrub, options?.disclosed)
  const result = walk.visit(value, undefined, 0)
  return { value: result as T, findings: walk.findings ?? NONE }
}

/** The way from the root to where the walk is. */
interface Place {
  readonly parent: Place | undefined
  readonly key: string | number
}

class Walk {
  findings: Finding[] | undefined
  readonly #scrub: Scrub
  readonly #disclosed: ReadonlySet<string> | undefined
  #path: Set<object> | undefined

  constructor(scrub: Scrub, disclosed: ReadonlySet<string> | undefined) {
    this.#scrub = scrub
    this.#disclosed = disclosed
  }

  visit(value: unknown, place: Place | undefined, depth: number): unknown {
    if (typeof value === 'string') return this.#string(value, place)
    if (typeof value !== 'object' || value === null) return value
    if (depth < CYCLE_DEPTH) return this.#container(value, place, depth)
    const path = (this.#path ??= new Set())
    if (path.has(value)) return value
    path.add(value)
    const result = this.#container(value, place, depth)
    path.delete(value)
    return result
  }

  #container(value: object, place: Place | undefined, depth: number): unknown {
    if (Array.isArray(value)) return this.#array(value, place, depth)
    if (value instanceof Map) return this.#map(value, place, depth)
    if (value instanceof Set) {
      const items = [...value]
      const scrubbed = this.#array(items, place, depth)
      return scrubbed === items ? value : new Set(scrubbed)
    }
    return this.#object(value as Record<string, unknown>, place, depth)
  }

  #array(items: readonly unknown[], place: Place | undefined, depth: number): readonly unknown[] {
    let copy: unknown[] | undefined
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i]
      const scrubbed = this.visit(item, { parent: place, key: i }, depth + 1)
      if (scrubbed !== item) (copy ??= items.slice())[i] = scrubbed
    }
    return copy ?? items
  }

  #map(map: ReadonlyMap<unknown, unknown>, place: Place | undefined, depth: number): ReadonlyMap<unknown, unknown> {
    const entries = [...map].flat()
    const scrubbed = this.#array(entries, place, depth)
    if (scrubbed === entries) return map
    const copy = new Map<unknown, unknown>()
    for (let i = 0; i < scrubbed.length; i += 2) copy.set(scrubbed[i], scrubbed[i + 1])
    return copy
  }

  #object(value: Record<string, unknown>, place: Place | undefined, depth: number): unknown {
    const keys = Object.keys(value)
    let changed: [string, unknown][] | undefined
    for (let i = 0; i < keys.length; i += 1) {
      const key = keys[i]!
      const item = value[key]
      const here: Place = { parent: place, key }
      const newKey = this.#string(key, here)
      const scrubbed = this.visit(item, here, depth + 1)
      if (changed === undefined && (newKey !== key || scrubbed !== item)) {
        changed = keys.slice(0, i).map((earlier): [string, unknown] => [earlier, value[earlier]])
      }
      changed?.push([newKey, scrubbed])
    }
    if (changed === undefined) return value
    const copy: object = Object.create(Object.getPrototypeOf(value) as object | null) as object
    for (const [key, item] of changed) {
      Object.defineProperty(copy, freeKey(copy, key), { value: item, writable: true, enumerable: true, configurable: true })
    }
    return copy
  }

  #string(text: string, place: Place | undefined): string {
    const result = this.#scrub(text)
    if (result.findings.length === 0) return text
    const path = pointer(place)
    if (this.#disclosed?.has(path)) return text
    for (const finding of result.findings) (this.findings ??= []).push({ ...finding, path })
    return result.text
  }
}

/** Two keys may become the same: none is lost. */
function freeKey(target: object, key: string): string {
  let free = key
  for (let n = 2; Object.hasOwn(target, free); n += 1) free = `${key} ${n}`
  return free
}

/** JSON Pointer, RFC 6901 section 3. */
function pointer(place: Place | undefined): string {
  let path = ''
  for (let at = place; at; at = at.parent) path = `/${String(at.key).replaceAll('~', '~0').replaceAll('/', '~1')}${path}`
  return path
}
