import { has, union, CALLER, COUNT, CREDENTIAL, DATA, LIMIT, NOW, ROWS, SESSION } from './labels.ts'
import { constant, deepLabels, labelled, unknown, type Lib, type Value } from './value.ts'
import type { Machine } from './machine.ts'
import type { Node } from '../syntax/ast.ts'
import type { Module } from '../syntax/module.ts'

/** What counts in memory belongs to: nobody asks which of several. */
export const memory = 'memory'
/** What `SET … NX` takes. */
export const claim = 'claim'

/** A store that is made at the top of a module lives from call to call: what it holds by key can count. */
export function kept(machine: Machine, value: Value): Value {
  return value.kind === 'lib' && isStore(machine, value) ? labelled(value, COUNT) : value
}

/** `globalThis.hits`: what lives as long as the process. */
const shared = /^global(?:This)?\.\w+$/

/** Whether what is asked of a value by key may have been counted: it lives from call to call. */
export function lasts(machine: Machine, value: Lib): boolean {
  return isStore(machine, value) && (has(value.labels, COUNT) || shared.test(value.path))
}

/** `SET key value NX`: nothing comes back where the key is there already. Undefined for any other call. */
export function claimed(machine: Machine, args: readonly Value[], node: Node, module: Module): Value | undefined {
  const exclusive = args.slice(2).some((arg) => (arg.kind === 'const' && String(arg.value).toUpperCase() === 'NX') || (arg.kind === 'object' && (arg.properties.has('nx') || arg.properties.has('NX'))))
  // Who makes up the key (of an event, of a request) takes another one each time.
  if (!exclusive || (args[0] && isMadeUp(args[0]))) return undefined
  note(machine, 'counted', claim, node, module)
  note(machine, 'compared', claim, node, module)
  return machine.isOver(node) ? constant(null, LIMIT) : unknown(LIMIT)
}

/** Whether the caller may choose another value each time. */
export function isMadeUp(key: Value): boolean {
  if (key.kind === 'lib' && /(?:^|\.)(?:randomUUID|nanoid|v[47]|createId|ulid)\(\)$/.test(key.path)) return true
  const labels = deepLabels(key)
  return has(labels, CALLER) && !has(labels, SESSION | CREDENTIAL)
}

/** A map, or something with the methods of one that no library describes. */
function isStore(machine: Machine, { package: name, path, effect, builder }: Lib): boolean {
  if (name === 'global') return path.startsWith('Map()') || shared.test(path)
  return path.includes('()') && effect === undefined && builder === undefined && !machine.libraries.knows(name)
}

/** What a store holds under a key: in the world of full counters, something. */
export function held(machine: Machine, value: Value): Value {
  return machine.world.counted ? { kind: 'unknown', labels: union(value.labels, COUNT), truthy: true } : value
}

/** Notes that something was counted, or that a count was compared with a bound. */
export function note(machine: Machine, operation: 'counted' | 'compared', target: string, node: Node, module: Module): void {
  if (machine.quiet) return
  machine.seen.effects.push({
    kind: 'count', operation, at: machine.trace(node, module), checks: machine.checks, labels: 0, keyLabels: 0, keys: new Map(), fields: new Map(),
    whole: false, target, projected: true, gives: false, raises: new Set(),
  })
}

/** A number that is kept was changed where it stands: `entry.count++`, `stamps.push(now)`. */
export function changed(machine: Machine, value: Value, node: Node, module: Module): void {
  if (has(deepLabels(value), COUNT)) note(machine, 'counted', memory, node, module)
}

const relations = new Set(['<', '<=', '>', '>='])

/**
 * A comparison of a count with a bound. In the world of full counters the count is over it, and no window has run out; in every
 * other world the answer stays open. Undefined for what is no such comparison.
 */
export function comparedCount(machine: Machine, operator: string, left: Value, right: Value, node: Node, module: Module): Value | undefined {
  const own = deepLabels(left)
  const other = deepLabels(right)
  if (relations.has(operator)) {
    if (has(own | other, NOW)) return machine.world.counted && has(own | other, COUNT) && has(own, NOW) !== has(other, NOW) ? constant(operator.startsWith('<') === has(own, NOW)) : undefined
    const onLeft = counter(left) !== undefined
    const [count, bound] = onLeft ? [left, right] : [right, left]
    if (has(deepLabels(bound), CALLER | COUNT | ROWS)) return undefined
    const number = bound.kind === 'const' && typeof bound.value === 'number' ? bound.value : undefined
    // `credits <= 0`: nothing is left of what was counted down.
    const down = number !== undefined && (number <= 0 || (number === 1 && operator === (onLeft ? '<' : '>')))
    // `rows.length > 0` asks whether there is one.
    const asksForAny = number !== undefined && number <= (operator.endsWith('=') ? 1 : 0) && operator.startsWith('>') === onLeft
    if (asksForAny ? has(deepLabels(count), COUNT | ROWS) : number !== undefined && number <= 1 && has(deepLabels(count), ROWS)) return undefined
    return answer(machine, count, (operator.startsWith('>') === onLeft) !== down, node, module)
  }
  const count = right.kind === 'const' && right.value === 0 ? left : left.kind === 'const' && left.value === 0 ? right : undefined
  if (count === undefined || has(deepLabels(count), COUNT | ROWS) || !/^[=!]==?$/.test(operator)) return undefined
  return answer(machine, count, operator.startsWith('='), node, module)
}

/** What a value counts: in memory, the rows of a table, a column of one. */
function counter(value: Value): 'memory' | 'rows' | 'column' | undefined {
  const labels = deepLabels(value)
  if (has(labels, COUNT)) return 'memory'
  if (has(labels, ROWS)) return 'rows'
  return has(labels, DATA) && value.kind === 'unknown' && value.name !== undefined ? 'column' : undefined
}

function answer(machine: Machine, count: Value, over: boolean, node: Node, module: Module): Value | undefined {
  const what = counter(count)
  if (what === undefined) return undefined
  note(machine, 'compared', what === 'memory' ? memory : what === 'rows' ? source(machine) : columnOf(count.kind === 'unknown' ? (count.name ?? '') : ''), node, module)
  if (machine.isOver(node)) return constant(over, LIMIT)
  return what === 'memory' ? unknown(LIMIT) : undefined
}

/** The name under which a column is noted. */
export function columnOf(name: string): string {
  return `.${name}`
}

/** The table that was read last: what is compared is of it. */
function source(machine: Machine): string {
  const { effects } = machine.seen
  const at = effects.findLastIndex((effect) => effect.gives && (effect.kind === 'db-read' || effect.kind === 'db-write'))
  machine.lookedBack = Math.min(machine.lookedBack, at)
  return effects[at]?.target ?? ''
}
