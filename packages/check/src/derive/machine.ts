import { has, union, CALLER, CREDENTIAL, IDENTITY, LIMIT, PICKED, ROLE, SESSION, type Labels } from './labels.ts'
import { join, labelled, type Value } from './value.ts'
import { emptyObservation, Spot, type Check, type Observation, type Place } from './facts.ts'
import { COUNTED, LIMITED, OVER, Shared, SIGNED_IN } from './shared.ts'
import { latestScope, type Write, type Scope } from './scope.ts'
import type { Node } from '../syntax/ast.ts'
import type { Module } from '../syntax/module.ts'
import type { CodeBase } from '../resolve/program.ts'
import type { LibraryIndex } from '../libraries/match.ts'

/** In which world the code is run: who calls, and whether limits are used up. */
export interface World {
  readonly name: 'anonymous' | 'member' | 'limited' | 'counted'
  readonly signedIn: boolean
  readonly limited: boolean
  /** What the application counts by hand is over its bound. */
  readonly counted: boolean
}

/** Nobody is signed in; whoever calls chooses every argument, cookie and header. */
export const anonymous: World = { name: 'anonymous', signedIn: false, limited: false, counted: false }
/** Somebody without special rights is signed in. */
export const member: World = { name: 'member', signedIn: true, limited: false, counted: false }
/** Somebody is signed in, and every limit is used up. */
export const limited: World = { name: 'limited', signedIn: true, limited: true, counted: false }
/** Somebody is signed in, and every counter that the application keeps by hand is over its bound. */
export const counted: World = { name: 'counted', signedIn: true, limited: false, counted: true }

/** A path of the code that ends by a throw. */
export class Abrupt {
  readonly labels: Labels
  constructor(labels: Labels) {
    this.labels = labels
  }
}

/** How a statement ends: the next one runs, or this path is over. */
export type Completion = 'next' | 'exit'

/** One way out of a call. */
export interface Returned {
  readonly value: Value
  checks: readonly Check[]
  readonly node: Node
  /** Open only where a setting of the deployment says so. */
  aside?: boolean
  /** The condition under which it is taken. */
  given?: { readonly labels: Labels; readonly node: Node }
}

/** One call under way. */
export interface Frame {
  readonly returns: Returned[]
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

/** So many calls that could hide a refusal are enough to tell. */
export const mostOpaque = 20

const telling = /audit|hash/i
const noWrites: Branch['writes'] = new Map()

/** How deep calls are followed, and how many steps one entry point may take. */
export interface Bounds {
  readonly depth: number
  readonly steps: number
}

/** The state of one run of one entry point in one world. */
export class Machine {
  readonly base: CodeBase
  readonly libraries: LibraryIndex
  /** The world as the code asks it: what is asked is noted. */
  readonly world: World
  /** The world itself. */
  readonly in: World
  readonly bounds: Bounds
  readonly seen: Observation = emptyObservation()
  checks: readonly Check[] = []
  readonly frames: Frame[] = []
  readonly stack: Place[] = []
  readonly active: Node[] = []
  /** Comparisons whose count is over its bound: of the world of full counters. */
  over: ReadonlySet<Node> = new Set()
  /** What all runs have in common. */
  readonly shared: Shared
  /** How often a call was not followed, because it was too deep or called itself. */
  truncated = 0
  /** What the run asked of its world since this was last set to nothing. */
  asked = 0
  /** How many calls deep the call that is being recorded went, counted from the entry point. */
  deepest = 0
  /** Of the calls that were under way and called again, the outermost. */
  recursed: number = Infinity
  /** Of the effects that the run looked back to, the first: what is recorded after it depends on what was before. */
  lookedBack: number = Infinity
  /** The function that an inline action is, and what it became. */
  wanted: Node | undefined
  captured: Value | undefined
  /** The frame whose returns reach the caller. */
  root = 0
  /** True while code of a module's top level runs: it belongs to no entry point. */
  quiet = false
  #steps = 0
  #log: Write[] = []
  /** The latest scope that was there when the branch that is being run began. Outside any branch nothing is taken back. */
  #branched = 0

  constructor(base: CodeBase, libraries: LibraryIndex, world: World, bounds: Bounds, shared: Shared = new Shared()) {
    this.shared = shared
    this.base = base
    this.libraries = libraries
    this.in = world
    const ask = (what: number): void => {
      this.asked |= what
    }
    this.world = {
      name: world.name,
      get signedIn() {
        ask(SIGNED_IN)
        return world.signedIn
      },
      get limited() {
        ask(LIMITED)
        return world.limited
      },
      get counted() {
        ask(COUNTED)
        return world.counted
      },
    }
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
    // What is bound in a scope of the branch itself goes with the branch.
    if (scope.born <= this.#branched) this.#log.push({ scope, name, before: scope.get(name) })
    scope.set(name, value)
  }

  /** The side of a branch where nothing is done. */
  skip(): Branch {
    return { completion: 'next', labels: 0, checks: this.checks, writes: noWrites }
  }

  /** Runs a branch, then takes back what it wrote. */
  branch(run: () => Completion): Branch {
    const start = this.#log.length
    const before = this.checks
    const around = this.#branched
    this.#branched = latestScope()
    let completion: Branch['completion']
    let labels = 0
    try {
      completion = run()
    } catch (thrown) {
      if (!(thrown instanceof Abrupt)) throw thrown
      completion = 'throw'
      labels = thrown.labels
    } finally {
      this.#branched = around
    }
    if (this.#log.length === start) {
      const checks = this.checks
      this.checks = before
      return { completion, labels, checks, writes: noWrites }
    }
    const writes = new Map<Scope, Map<string, Value>>()
    const own = this.#log.splice(start)
    for (const { scope, name } of own) {
      const value = scope.get(name)
      if (value === undefined) continue
      const of = writes.get(scope)
      if (of) of.set(name, value)
      else writes.set(scope, new Map<string, Value>().set(name, value))
    }
    for (let index = own.length - 1; index >= 0; index -= 1) {
      const undo = own[index]
      if (undo === undefined) continue
      if (undo.before === undefined) undo.scope.delete(undo.name)
      else undo.scope.set(undo.name, undo.before)
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
    this.checks = eitherWay(left.checks, right.checks)
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
        const before = scope.get(name)
        const one = left.writes.get(scope)?.get(name) ?? before
        const other = right.writes.get(scope)?.get(name) ?? before
        const value = one && other ? join(one, other) : (one ?? other)
        if (value) this.write(scope, name, labelled(value, labels & (SESSION | ROLE | LIMIT)))
      }
    }
  }

  /** Whether what is counted here is over its bound. */
  isOver(node: Node): boolean {
    if (!this.world.counted) return false
    this.asked |= OVER
    return this.over.has(node)
  }

  /** Notes that a condition on these labels was passed; the other side of it exits. */
  passed(labels: Labels, node: Node, module: Module): void {
    const made = this.check(labels, node, module)
    if (made.length > 0) this.checks = [...this.checks, ...made]
  }

  /** What a condition on these labels checks, noted as seen: one check, or none. */
  check(labels: Labels, node: Node, module: Module, kind: Check['kind'] | undefined = checkKind(labels)): Check[] {
    if (kind === undefined) return []
    const check: Check = { kind, at: this.trace(node, module), labels }
    this.seen.checks.push(check)
    return [check]
  }

  /** Notes that there was no session here, and that the code left because of it. */
  refused(labels: Labels, node: Node, module: Module): void {
    if (!has(labels, SESSION) || this.world.signedIn) return
    this.seen.refusals.push(this.trace(node, module))
  }

  /** What was done since only happens because there was no session: it tells of the refusal. */
  onRefusal(since: number): void {
    if (this.seen.effects.length === since || this.world.signedIn) return
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
    if (this.seen.opaque.length < mostOpaque) this.seen.opaque.push({ at: this.trace(node, module), reason })
  }
}

/** What holds whichever of two ways was taken: the same check, or a right on the one and another on the other. */
export function eitherWay(left: readonly Check[], right: readonly Check[]): readonly Check[] {
  if (left === right) return left
  const common = left.filter((check) => right.includes(check))
  const rightOf = (checks: readonly Check[]): Check | undefined => checks.find((check) => (check.kind === 'role' || check.kind === 'authorizer') && !common.includes(check))
  const own = rightOf(left)
  return own && rightOf(right) ? [...common, own] : common
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
