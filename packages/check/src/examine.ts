import { exposureOf } from './inventory/exposure.ts'
import { factsOf } from './derive/facts-of.ts'
import type { Shared } from './derive/shared.ts'
import { gradeEntry } from './grade/grade.ts'
import { isFunction, unwrapped, type Node } from './syntax/ast.ts'
import { columnAt, lineIn } from './syntax/parse.ts'
import { Spot, type Effect, type Place, type Trace } from './derive/facts.ts'
import type { Target } from './derive/entry.ts'
import type { Found } from './inventory/actions.ts'
import type { Importer } from './inventory/importers.ts'
import type { RegisteredAction } from './inventory/manifest.ts'
import type { LibraryIndex } from './libraries/match.ts'
import type { CodeBase } from './resolve/program.ts'
import type { EntryContext } from './rules/types.ts'
import { controls, type Control, type EntryPoint, type Grade } from './types.ts'

/** What is needed to examine one entry point. */
export interface Examination {
  readonly base: CodeBase
  readonly libraries: LibraryIndex
  readonly found: Found
  readonly importers: readonly Importer[]
  /** What builds say of its file. */
  readonly registered: readonly RegisteredAction[] | undefined
  readonly depth: number
  readonly short: (path: string) => string
  /** A trace as plain data. */
  readonly shorten: (trace: Trace) => Trace
  /** Ids that have been given out, and how often. */
  readonly ids: Map<string, number>
  readonly shared: Shared
  /** How many inline actions stand before it in its file. */
  readonly inlineIndex: number
}

const steps = 40_000

/** Turns traces into plain data, with short paths. One place stands in many traces: it is worked out once. */
export function plainTraces(short: (path: string) => string): (trace: Trace) => Trace {
  const places = new Map<Node, Place>()
  const made = (at: Place): Place => ({ file: short(at.file), line: at.line, column: at.column, text: at.text })
  const plain = (at: Place): Place => {
    if (!(at instanceof Spot)) return made(at)
    let known = places.get(at.node)
    if (known === undefined) places.set(at.node, (known = made(at)))
    return known
  }
  return (trace) => ({ ...plain(trace), chain: trace.chain.map(plain) })
}

/** Runs one entry point in every world, and grades it. */
export function examine(examination: Examination): EntryContext {
  const { base, libraries, found, short, shorten } = examination
  const target: Target =
    found.kind === 'inline-action' && isFunction(found.node)
      ? { kind: 'inline', module: found.module, node: found.node, enclosing: found.enclosing }
      : { kind: 'export', module: found.module, name: found.name, request: found.kind === 'route' || found.kind === 'api-route' }
  const facts = factsOf(base, libraries, target, { depth: examination.depth, steps }, examination.shared)
  const at = declaration(found)
  const file = short(found.module.path)
  const grades = gradeEntry(found, facts)
  const plain = `${file}#${found.name}`
  const count = (examination.ids.get(plain) ?? 0) + 1
  examination.ids.set(plain, count)
  const reached = new Set(facts.reached.map(place))
  const entry: EntryPoint = {
    id: count === 1 ? plain : `${plain}~${count}`,
    kind: found.kind,
    name: found.name,
    file,
    line: at.line,
    exposure: exposureOf(found, examination.importers, examination.registered, examination.inlineIndex),
    made: facts.member.chain ? 'sallyport' : facts.member.shape === 'function' && isWrapped(found) ? 'built' : facts.member.shape,
    controls: shortened(grades, shorten),
    effects: summarize(facts.effects).map((effect) => ({ kind: effect.kind, operation: effect.operation, target: effect.target, open: reached.has(place(effect)), at: shorten(effect.at) })),
    streams: facts.member.seen.streams.length,
  }
  return { found, entry, facts, at }
}

/** `export const name = wrapper(handler)`. */
function isWrapped({ node }: Found): boolean {
  return node.type === 'VariableDeclarator' && node.init != null && unwrapped(node.init).type === 'CallExpression'
}

function shortened(grades: Record<Control, Grade>, shorten: (trace: Trace) => Trace): Record<Control, Grade> {
  const short = { ...grades }
  for (const control of controls) short[control] = { ...grades[control], evidence: grades[control].evidence.map(shorten) }
  return short
}

function place(effect: Effect): string {
  return `${effect.at.file}:${effect.at.line}:${effect.at.column}`
}

function summarize(effects: readonly Effect[]): Effect[] {
  const seen = new Map<string, Effect>()
  for (const effect of effects) if (!seen.has(place(effect))) seen.set(place(effect), effect)
  return [...seen.values()].slice(0, 50)
}

function declaration(found: Found): Place {
  const { module, node } = found
  return { file: module.path, line: lineIn(module, node.start), column: columnAt(module.text, node.start), text: found.name }
}
