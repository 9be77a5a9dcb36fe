import type { Value } from './value.ts'

/** A scope of names, with an undo log so that the two sides of a branch can be tried one after the other. */
export interface Scope {
  readonly values: Map<string, Value>
  readonly parent: Scope | undefined
  /** The top of a module: what closes over it depends on no call. */
  readonly top: boolean
  /** When it was made: of two scopes, the later has the greater number. */
  readonly born: number
}

let latest = 0

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
  return { values: new Map(), parent, top: false, born: (latest += 1) }
}

/** A scope for the top of a module. */
export function topScope(): Scope {
  return { values: new Map(), parent: undefined, top: true, born: (latest += 1) }
}

/** The scope that binds a name. */
export function owner(scope: Scope | undefined, name: string): Scope | undefined {
  for (let at = scope; at; at = at.parent) if (at.values.has(name)) return at
  return undefined
}
