import { callLibrary, lastName } from './library-calls.ts'
import { claimed, memory, note } from './counters.ts'
import { data, givenLabels } from './effect-data.ts'
import { key, keyed, namedKey } from './effect-keys.ts'
import { resultOf } from './effect-results.ts'
import { has, union, COUNT, CREDENTIAL, SESSION } from './labels.ts'
import type { Machine } from './machine.ts'
import { readsOnly, tableOf } from './sql.ts'
import { deepLabels, labelled, unknown, type Lib, type Value } from './value.ts'
import type { Effect } from './facts.ts'
import { costOf } from '../libraries/services/hosts.ts'
import type { ArgumentStyle, CallRule, EffectKind } from '../libraries/types.ts'
import type { Node } from '../syntax/ast.ts'
import type { Module } from '../syntax/module.ts'

const dataCalls = new Set(['set', 'values', 'value', 'insert', 'update', 'upsert', 'onConflictDoUpdate', 'doUpdateSet'])
/** Reads that give a number, and no row. */
const numbers = /^(?:count|countDocuments|aggregate|groupBy|exists|distinct)$/
const projections = new Set(['returning', 'select', 'columns', 'project'])

/** Records what a call does, and gives what it returns. */
export function recordEffect(machine: Machine, rule: CallRule, lib: Lib, made: Lib, args: readonly Value[], node: Node, module: Module): Value {
  const style: ArgumentStyle = rule.style ?? 'plain'
  const callee = node.type === 'CallExpression' || node.type === 'NewExpression' ? machine.place(node.callee, module).text : lib.path
  const effect: Effect = {
    kind: style === 'sql' && readsOnly(args[0], node) ? 'db-read' : (paidFor(rule, args, node) ?? rule.effect ?? 'network'), operation: callee, at: machine.trace(node, module), checks: machine.checks,
    labels: lib.labels & (SESSION | CREDENTIAL), keyLabels: 0, keys: new Map(), fields: new Map(), whole: false, target: targetOf(lib, args, style), projected: false, raises: new Set(),
    gives: rule.effect === 'db-read' || style === 'sql' || (style === 'query-object' && !/Many$/.test(lib.path)) || /findOneAnd|findByIdAnd|clerkClient/.test(lib.path),
  }
  read(effect, style, lastName(lib.path), args)
  if (style === 'key' && args[0] && node.type === 'CallExpression') namedKey(effect, node.arguments[0], args[0])
  if (!machine.quiet) machine.seen.effects.push(effect)
  if (effect.kind === 'model' && !machine.quiet && (/stream/i.test(lib.path) || args.some(asksForStream))) machine.seen.streams.push({ at: effect.at, scrubbed: has(effect.labels, 0), labels: effect.labels })
  for (const arg of args) if (arg.kind === 'object') runHooks(machine, arg, node, module)
  if (style === 'chain' || style === 'data-chain') return { ...made, effect }
  if (rule.counts) {
    note(machine, 'counted', memory, node, module)
    return unknown(COUNT)
  }
  if (style === 'key') {
    const claim = lastName(lib.path) === 'set' ? claimed(machine, args, node, module) : undefined
    if (claim) return claim
    if (rule.effect === 'db-write') note(machine, 'counted', memory, node, module)
    else return labelled(resultOf(machine, made, effect), COUNT)
  }
  return resultOf(machine, made, effect)
}

/** `fetch('https://api.openai.com/v1/responses', { method: 'POST', … })`: what it costs. */
function paidFor(rule: CallRule, [address, options]: readonly Value[], node: Node): EffectKind | undefined {
  if (rule.effect !== 'network' || options === undefined) return undefined
  if (address?.kind === 'const') return costOf(String(address.value))
  const written = node.type === 'CallExpression' ? node.arguments[0] : undefined
  return written?.type === 'TemplateLiteral' ? costOf(written.quasis[0]?.value.raw ?? '') : undefined
}

/** `create({ stream: true })`. */
function asksForStream(arg: Value): boolean {
  const stream = arg.kind === 'object' ? arg.properties.get('stream') : undefined
  return stream?.kind === 'const' && stream.value === true
}

/** Tools and hooks of a model call: functions that it may run. */
function runHooks(machine: Machine, arg: Value & { kind: 'object' }, node: Node, module: Module): void {
  for (const value of arg.properties.values()) {
    if (value.kind !== 'function' || machine.quiet) continue
    const side = machine.branch(() => {
      evaluateCallback(machine, value, node, module)
      return 'next'
    })
    machine.merge(side, machine.skip(), 0)
  }
}

function evaluateCallback(machine: Machine, value: Value & { kind: 'function' }, node: Node, module: Module): void {
  callLibrary(machine, { kind: 'lib', package: '', path: 'callback', calls: [], labels: 0 }, [value], node, module)
}

function targetOf(lib: Lib, args: readonly Value[], style: ArgumentStyle): string {
  if (style === 'query-object') {
    const parts = lib.path.split('.')
    return parts.at(-2)?.replace(/\(.*$/, '') ?? ''
  }
  const first = args[0]
  if (first?.kind === 'lib') {
    const name = first.calls[0]?.args[0]
    return name?.kind === 'const' ? String(name.value) : lastName(first.path)
  }
  if (first?.kind === 'const') return String(first.value)
  const table = lib.calls.findLast((one) => one.name === 'from' || one.name === 'collection' || one.name === 'model')?.args[0]
  return table?.kind === 'const' ? String(table.value) : lastName(lib.path.split('.').slice(0, -1).join('.'))
}

function read(effect: Effect, style: ArgumentStyle, name: string, args: readonly Value[]): void {
  for (const arg of args) effect.labels = union(effect.labels, givenLabels(arg))
  const [first, second] = args
  if (numbers.test(name)) effect.projected = true
  if (style === 'query-object') {
    if (first?.kind !== 'object') {
      if (first) key(effect, first)
      return
    }
    for (const [part, value] of first.properties) {
      if (part === 'where' || part === 'filter' || part === 'id') key(effect, value)
      else if (/^(?:data|create|update|values|set)$/.test(part)) data(effect, value)
      else if (part === 'select' || part === 'columns') effect.projected = true
    }
    if (first.rest) key(effect, first.rest)
  } else if (style === 'where-data') {
    if (first) key(effect, first)
    if (second) data(effect, second)
  } else if (style === 'data-chain') {
    if (first) data(effect, first)
  } else if (style === 'key') {
    if (first) key(effect, first)
    effect.projected = true
  } else if (style === 'chain') {
    if (projections.has(name) && first && !isEverything(first)) effect.projected = true
    if (effect.kind === 'db-read' && first?.kind === 'object') read(effect, 'query-object', name, args)
  } else if (style === 'sql') {
    for (const arg of args.slice(args.length > 1 ? 1 : 0)) key(effect, arg)
    if (first?.kind === 'const' && typeof first.value === 'string') effect.target = tableOf(first.value) ?? effect.target
    if (first && !/select\s+\*/i.test(first.kind === 'const' ? String(first.value) : '*')) effect.projected ||= first.kind === 'const'
  } else for (const arg of args) key(effect, arg)
}

/** `select('*')`, `select(getTableColumns(users))`. */
function isEverything(columns: Value): boolean {
  return (columns.kind === 'const' && columns.value === '*') || (columns.kind === 'lib' && /^getTableColumns\(\)/.test(columns.path))
}

/** A further call of the chain: `.set(…)`, `.where(…)`. */
export function extendEffect(_machine: Machine, effect: Effect, name: string, args: readonly Value[]): void {
  for (const arg of args) effect.labels = union(effect.labels, givenLabels(arg))
  const [first, second] = args
  if (dataCalls.has(name)) {
    if (first) data(effect, first)
    return
  }
  if (projections.has(name) || name === 'returningAll') {
    effect.gives = true
    effect.projected ||= first !== undefined && !isEverything(first)
    return
  }
  if (name === 'from' || name === 'into') effect.target = targetOf({ kind: 'lib', package: '', path: '', calls: [], labels: 0 }, args, 'plain') || effect.target
  if (first?.kind === 'const' && typeof first.value === 'string' && args.length > 1) {
    const value = args.at(-1) ?? second
    if (value && /^(?:neq|not)$/.test(name)) effect.keyLabels = union(effect.keyLabels, deepLabels(value) & ~SESSION)
    else if (value) keyed(effect, first.value, value)
    return
  }
  for (const arg of args) key(effect, arg)
}
