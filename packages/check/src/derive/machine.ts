import { has, union, CALLER, CREDENTIAL, IDENTITY, LIMIT, PICKED, ROLE, SESSION, type Labels } from './labels.ts'
import { join, labelled, type Value } from './value.ts'
import { emptyObservation, Spot, type Check, type Observation, type Place } from './facts.ts'
import type { RecordedCall } from './memo.ts'
import type { Write, Scope } from './scope.ts'
import type { Node } from '../syntax/ast.ts'
import type { Module } from '../syntax/module.ts'
import type { CodeBase } from '../resolve/program.ts'
import type { LibraryIndex } from '../libraries/match.ts'

/** In which world the code is run: who calls, and whether limits are used up. */
export interface World {
  readonly name: 'anonymous' | 'member' | 'limited'
  readonly signedIn: boolean
  readonly limited: boolean
}

/** Nobody is signed in; whoever calls chooses every argument, cookie and header. */
export const anonymous: World = { name: 'anonymous', signedIn: false, limited: false }
/** Somebody without special rights is signed in. */
export const member: World = { name: 'member', signedIn: true, limited: false }
/** Somebody is signed in, and every limit is used up. */
export const limited: World = { name: 'limited', signedIn: true, limited: true }

/** A path of the code that ends by a throw. */
export class Abrupt {
  readonly labels: Labels
  constructor(labels: Labels) {
    this.labels = labels
  }
}

/** How a statement ends: the next one runs, or this path is over. */
export type Completion = 'next' | 'exit'

/** One call under way. */
export interface Frame {
  readonly returns: { readonly value: Value; readonly checks: readonly Check[]; readonly node: Node }[]
  /** Labels of the conditions that decided what is returned. */
  implicit: Labels
  readonly self: Value | undefined
  readonly module: Module
}

interface Branch {
  readonly completion: Completion | 'throw'
  readonly labels: Labels
  readonly checks: readonly Check[]
  readonly writes: ReadonlyMap<Scope, ReadonlyMap<string, Value>>
}

const telling = /audit|hash/i
const noWrites: Branch['writes'] = new Map()

/** How deep calls are followed, and how many steps one entry point may take. */
export interface Bounds {
  readonly depth: number
  readonly steps: number
}

/** What runs in one world have in common: values of top-level names, and what calls of top-level functions came to. */
export class Shared {
  readonly globals: Map<Module, Map<string, Value>> = new Map()
  readonly calls: Map<Node, Map<string, RecordedCall>> = new Map()
  /** Objects of a module's top level: no entry point changes them for another. */
  readonly fixed: WeakSet<object> = new WeakSet()
  readonly #numbers = new WeakMap<object, number>()
  #next = 0

  /** A number for an object: the same for the same one. */
  numberOf(value: object): number {
    let number = this.#numbers.get(value)
    if (number === undefined) this.#numbers.set(value, (number = this.#next += 1))
    return number
  }
}

/** The state of one run of one entry point in one world. */
export class Machine {
  readonly base: CodeBase
  readonly libraries: LibraryIndex
  readonly world: World
  readonly bounds: Bounds
  readonly seen: Observation = emptyObservation()
  checks: readonly Check[] = []
  readonly frames: Frame[] = []
  readonly stack: Place[] = []
  readonly active: Node[] = []
  /** What all runs in this world have in common. */
  readonly shared: Shared
  /** How often a call was not followed, because it was too deep or called itself. */
  truncated = 0
  /** The function that an inline action is, and what it became. */
  wanted: Node | undefined
  captured: Value | undefined
  /** The frame whose returns reach the caller. */
  root = 0
  /** True while code of a module's top level runs: it belongs to no entry point. */
  quiet = false
  #steps = 0
  #log: Write[] = []

  constructor(base: CodeBase, libraries: LibraryIndex, world: World, bounds: Bounds, shared: Shared = new Shared()) {
    this.shared = shared
    this.base = base
    this.libraries = libraries
    this.world = world
    this.bounds = bounds
  }

  /** Counts a step; false when the budget of this entry point is used up. */
  step(): boolean {
    return (this.#steps += 1) <= this.bounds.steps
  }

  get steps(): number {
    return this.#steps
  }

  get frame(): Frame | undefined {
    return this.frames.at(-1)
  }

  /** Where a node stands. */
  place(node: Node, module: Module): Spot {
    return new Spot(node, module, [])
  }

  /** Where a node stands, and the calls that led there. */
  trace(node: Node, module: Module): Spot {
    return new Spot(node, module, [...this.stack])
  }

  /** Binds or assigns a name. */
  write(scope: Scope, name: string, value: Value): void {
    this.#log.push({ scope, name, before: scope.values.get(name) })
    scope.values.set(name, value)
  }

  /** The side of a branch where nothing is done. */
  skip(): Branch {
    return { completion: 'next', labels: 0, checks: this.checks, writes: noWrites }
  }

  /** Runs a branch, then takes back what it wrote. */
  branch(run: () => Completion): Branch {
    const start = this.#log.length
    const before = this.checks
    let completion: Branch['completion']
    let labels = 0
    try {
      completion = run()
    } catch (thrown) {
      if (!(thrown instanceof Abrupt)) throw thrown
      completion = 'throw'
      labels = thrown.labels
    }
    if (this.#log.length === start) {
      const checks = this.checks
      this.checks = before
      return { completion, labels, checks, writes: noWrites }
    }
    const writes = new Map<Scope, Map<string, Value>>()
    for (const { scope, name } of this.#log.slice(start)) {
      const value = scope.values.get(name)
      if (value === undefined) continue
      const of = writes.get(scope) ?? new Map<string, Value>()
      writes.set(scope, of.set(name, value))
    }
    for (const { scope, name, before: old } of this.#log.splice(start).reverse()) {
      if (old === undefined) scope.values.delete(name)
      else scope.values.set(name, old)
    }
    const checks = this.checks
    this.checks = before
    return { completion, labels, checks, writes }
  }

  /** Goes on from one branch. */
  adopt(branch: Branch): void {
    for (const [scope, values] of branch.writes) for (const [name, value] of values) this.write(scope, name, value)
    this.checks = branch.checks
  }

  /** Goes on where two branches meet. */
  merge(left: Branch, right: Branch, labels: Labels): void {
    this.checks = left.checks === right.checks ? left.checks : left.checks.filter((check) => right.checks.includes(check))
    if (left.writes === noWrites && right.writes === noWrites) return
    const all = new Map<Scope, Set<string>>()
    for (const { writes } of [left, right]) {
      for (const [scope, values] of writes) {
        const names = all.get(scope) ?? new Set()
        for (const name of values.keys()) names.add(name)
        all.set(scope, names)
      }
    }
    for (const [scope, names] of all) {
      for (const name of names) {
        const before = scope.values.get(name)
        const one = left.writes.get(scope)?.get(name) ?? before
        const other = right.writes.get(scope)?.get(name) ?? before
        const value = one && other ? join(one, other) : (one ?? other)
        if (value) this.write(scope, name, labelled(value, labels & (SESSION | ROLE | LIMIT)))
      }
    }
  }

  /** Notes that a condition on these labels was passed; the other side of it exits. */
  passed(labels: Labels, node: Node, module: Module): void {
    const kind = checkKind(labels)
    if (kind === undefined) return
    const check: Check = { kind, at: this.trace(node, module), labels }
    this.seen.checks.push(check)
    this.checks = [...this.checks, check]
  }

  /** Notes that there was no session here, and that the code left because of it. */
  refused(labels: Labels, node: Node, module: Module): void {
    if (!has(labels, SESSION) || this.world.signedIn) return
    this.seen.refusals.push(this.trace(node, module))
  }

  /** What was done since only happens because there was no session: it tells of the refusal. */
  onRefusal(since: number): void {
    if (this.world.signedIn) return
    for (const effect of this.seen.effects.slice(since)) effect.refused = true
  }

  /** Ends this path. */
  abort(labels: Labels, node: Node, module: Module): never {
    this.refused(labels, node, module)
    throw new Abrupt(labels)
  }

  /** Notes the name of a call, where a rule asks for it. */
  called(name: string, node: Node, module: Module): void {
    if (!this.quiet && telling.test(name)) this.seen.calls.push({ name, at: this.place(node, module) })
  }

  /** Notes a call that could hide a refusal. */
  opaque(reason: string, node: Node, module: Module): void {
    if (this.seen.opaque.length < 20) this.seen.opaque.push({ at: this.trace(node, module), reason })
  }
}

function checkKind(labels: Labels): Check['kind'] | undefined {
  if (has(labels, SESSION)) {
    if (has(labels, ROLE)) return 'role'
    return has(labels, PICKED | CALLER | IDENTITY) ? 'ownership' : 'session'
  }
  if (has(labels, LIMIT)) return 'limit'
  return has(labels, CALLER | CREDENTIAL) ? 'validation' : undefined
}

/** Labels of two values together. */
export function together(left: Value, right: Value): Labels {
  return union(left.labels, right.labels)
}
