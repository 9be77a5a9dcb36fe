import type { EffectKind } from '../libraries/types.ts'
import type { Labels } from './labels.ts'
import { columnAt, lineIn } from '../syntax/parse.ts'
import type { Node } from '../syntax/ast.ts'
import type { Module } from '../syntax/module.ts'
import type { Value } from './value.ts'

/** A place in the code base. Lines and columns count from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
  /** What stands there: a call, a condition. */
  readonly text: string
}

/** A place, and the calls that lead to it from the entry point, outermost first. */
export interface Trace extends Place {
  readonly chain: readonly Place[]
}

/** A place that works out its line only when it is asked: most are never shown. */
export class Spot implements Trace {
  readonly node: Node
  readonly module: Module
  readonly chain: readonly Place[]

  constructor(node: Node, module: Module, chain: readonly Place[]) {
    this.node = node
    this.module = module
    this.chain = chain
  }

  get file(): string {
    return this.module.path
  }

  get line(): number {
    return lineIn(this.module, this.node.start)
  }

  get column(): number {
    return columnAt(this.module.text, this.node.start)
  }

  get text(): string {
    const { node, module } = this
    const text = module.text.slice(node.start, Math.min(node.end, node.start + 120)).replace(/\s+/g, ' ')
    return text.length > 80 ? `${text.slice(0, 79)}…` : text
  }
}

/** Something that held on the way to a point of the code. */
export interface Check {
  readonly kind: 'session' | 'role' | 'ownership' | 'limit' | 'validation' | 'authorizer'
  readonly at: Spot
  /** Labels of what the condition compared. */
  readonly labels: Labels
}

/** What one effect was given. */
export interface Effect {
  readonly kind: EffectKind
  readonly operation: string
  readonly at: Spot
  readonly checks: readonly Check[]
  /** Labels of everything that it was passed. */
  labels: Labels
  /** Labels of what selects the rows. */
  keyLabels: Labels
  /** Named conditions of the selection, as far as they are known. */
  readonly keys: Map<string, Labels>
  /** What is written, field by field, as far as fields are known. */
  readonly fields: Map<string, Labels>
  /** The caller's value is written whole, or spread into what is written. */
  whole: boolean
  /** Table or model, where it is named. */
  target: string
  /** Fields to give back were chosen. */
  projected: boolean
  /** Happens only on the way out of a refused call: a log of it. */
  refused?: boolean
  /** Columns whose number it raises or lowers. */
  readonly raises: Set<string>
  /** It gives rows back at all. */
  gives: boolean
}

/** What running an entry point in one world showed. */
export interface Observation {
  readonly effects: Effect[]
  /** Reads of a session. */
  readonly sessions: Spot[]
  /** Exits that happened because there was no session. */
  readonly refusals: Spot[]
  /** Parses of a schema; `labels` of what was parsed. */
  readonly validations: { readonly at: Spot; readonly schema: Value | undefined; readonly labels: Labels }[]
  /** Limits that were asked; `free` where the caller makes up what it is counted under. */
  readonly limits: { readonly at: Spot; readonly free: boolean }[]
  readonly checks: Check[]
  /** What was returned to the caller. */
  readonly returns: { readonly at: Spot; readonly value: Value }[]
  /** Calls that could not be looked into and might have refused. */
  readonly opaque: { readonly at: Spot; readonly reason: string }[]
  /** Streams of model output. */
  readonly streams: { readonly at: Spot; readonly scrubbed: boolean; readonly labels: Labels }[]
  /** Names of functions of the code base and of libraries that were called. */
  readonly calls: { readonly name: string; readonly at: Spot }[]
  /** What a builder chain declared: `input`, `bindInput`, `output`, `audit`. */
  readonly declared: Set<string>
  /** True if no path through the entry point ends normally. */
  ended: boolean
}

/** An observation with nothing in it. */
export function emptyObservation(): Observation {
  return { effects: [], sessions: [], refusals: [], validations: [], limits: [], checks: [], returns: [], opaque: [], streams: [], calls: [], declared: new Set(), ended: false }
}
