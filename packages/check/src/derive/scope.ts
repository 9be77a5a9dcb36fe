import type { Value } from './value.ts'

let latest = 0

/** A scope of names. */
export class Scope {
  readonly parent: Scope | undefined
  /** The top of a module: what closes over it depends on no call. */
  readonly top: boolean
  /** When it was made: of two scopes, the later has the greater number. */
  readonly born: number
  // Most blocks bind no name.
  #values: Map<string, Value> | undefined

  constructor(parent: Scope | undefined, top: boolean) {
    this.parent = parent
    this.top = top
    this.born = latest += 1
  }

  /** What a name of this very scope is. */
  get(name: string): Value | undefined {
    return this.#values?.get(name)
  }

  set(name: string, value: Value): void {
    this.#values ??= new Map()
    this.#values.set(name, value)
  }

  delete(name: string): void {
    this.#values?.delete(name)
  }
}

/** The number of the scope that was made last. */
export function latestScope(): number {
  return latest
}

/** A write that can be taken back. */
export interface Write {
  readonly scope: Scope
  readonly name: string
  readonly before: Value | undefined
}

/** A new scope within another. */
export function inner(parent: Scope | undefined): Scope {
  return new Scope(parent, false)
}

/** A scope for the top of a module. */
export function topScope(): Scope {
  return new Scope(undefined, true)
}

/** The scope that binds a name. */
export function owner(scope: Scope | undefined, name: string): Scope | undefined {
  for (let at = scope; at; at = at.parent) if (at.get(name) !== undefined) return at
  return undefined
}
