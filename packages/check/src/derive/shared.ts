import type { RecordedCall } from './memo.ts'
import type { Value } from './value.ts'
import type { World } from './machine.ts'
import type { Node } from '../syntax/ast.ts'
import type { Module } from '../syntax/module.ts'

/** A run asked whether somebody is signed in. */
export const SIGNED_IN = 1
/** A run asked whether limits are used up. */
export const LIMITED = 2
/** A run asked whether what the application counts by hand is over its bound. */
export const COUNTED = 4
/** A run asked which of the counts are over: they are others for each entry point. */
export const OVER = 8

/** What was found in one world, and holds in every other that would have answered the same. */
export interface Known<What> {
  readonly what: What
  /** What was asked of the world on the way: a set of bits. */
  readonly asked: number
  readonly signedIn: boolean
  readonly limited: boolean
  readonly counted: boolean
  readonly next: Known<What> | undefined
}

/** What is known already that holds in a world. */
export function knownIn<What>(first: Known<What> | undefined, world: World): Known<What> | undefined {
  for (let at = first; at; at = at.next) {
    if (((at.asked & SIGNED_IN) === 0 || at.signedIn === world.signedIn) && ((at.asked & LIMITED) === 0 || at.limited === world.limited) && ((at.asked & COUNTED) === 0 || at.counted === world.counted)) return at
  }
  return undefined
}

/** Adds what was found in a world to what is known. */
export function learned<What>(what: What, asked: number, { signedIn, limited, counted }: World, next: Known<What> | undefined): Known<What> {
  return { what, asked, signedIn, limited, counted, next }
}

/** What all runs have in common: values of top-level names, and what calls of top-level functions came to. */
export class Shared {
  /** Values of what modules hold at their top. */
  readonly globals: Map<Module, Map<string, Known<Value>>> = new Map()
  /** Values of names as a module sees them: its own, imported, global. */
  readonly names: Map<Module, Map<string, Known<Value>>> = new Map()
  /** How many values of {@link globals} are being worked out. */
  underWay = 0
  readonly calls: Map<Node, Map<string, Known<RecordedCall>>> = new Map()
  readonly #fixed = new WeakSet<object>()
  readonly #numbers = new WeakMap<object, number>()
  #next = 0

  /** A number for an object: the same for the same one. */
  numberOf(value: object): number {
    let number = this.#numbers.get(value)
    if (number === undefined) this.#numbers.set(value, (number = this.#next += 1))
    return number
  }

  /** Keeps objects of a module's top level as they are: no entry point changes them for another. */
  fix(value: Value): void {
    if (value.kind === 'promise') this.fix(value.value)
    if (value.kind === 'list') for (const item of value.items) this.fix(item)
    if (value.kind !== 'object' || this.#fixed.has(value)) return
    this.#fixed.add(value)
    for (const part of value.properties.values()) this.fix(part)
  }

  isFixed(value: Value): boolean {
    return this.#fixed.has(value)
  }
}
