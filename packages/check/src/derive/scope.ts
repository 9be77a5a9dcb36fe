import type { Value } from './value.ts'

/** A scope of names, with an undo log so that the two sides of a branch can be tried one after the other. */
export interface Scope {
  readonly values: Map<string, Value>
  readonly parent: Scope | undefined
}

/** A write that can be taken back. */
export interface Write {
  readonly scope: Scope
  readonly name: string
  readonly before: Value | undefined
}

/** A new scope within another. */
export function inner(parent: Scope | undefined): Scope {
  return { values: new Map(), parent }
}

/** The scope that binds a name. */
export function owner(scope: Scope | undefined, name: string): Scope | undefined {
  for (let at = scope; at; at = at.parent) if (at.values.has(name)) return at
  return undefined
}
