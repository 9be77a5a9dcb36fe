import { has, union, CALLER, COUNT, DATA, LIMIT, NOW } from './labels.ts'
import { constant, deepLabels, labelled, unknown, type Lib, type Value } from './value.ts'
import type { Effect } from './facts.ts'
import type { Machine } from './machine.ts'
import type { Node } from '../syntax/ast.ts'
import type { Module } from '../syntax/module.ts'

/** What counts in memory belongs to: nobody asks which of several. */
export const memory = 'memory'

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
  if (!exclusive) return undefined
  note(machine, 'counted', memory, node, module)
  note(machine, 'compared', memory, node, module)
  return machine.world.counted ? constant(null, LIMIT) : unknown(LIMIT)
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
    whole: false, target, projected: true, gives: false, counts: operation === 'counted',
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
  if (!has(own | other, COUNT | DATA)) return undefined
  if (relations.has(operator)) {
    if (has(own | other, NOW)) return machine.world.counted && has(own, NOW) !== has(other, NOW) ? window(operator, has(own, NOW)) : undefined
    const onLeft = has(own, COUNT | DATA)
    const [count, bound] = onLeft ? [left, right] : [right, left]
    if (has(deepLabels(bound), CALLER | COUNT)) return undefined
    // `credits <= 0`: nothing is left of what was counted down.
    const down = bound.kind === 'const' && typeof bound.value === 'number' && (bound.value <= 0 || (bound.value === 1 && operator === (onLeft ? '<' : '>')))
    return answer(machine, count, (operator.startsWith('>') === onLeft) !== down, node, module)
  }
  if (operator === '===' || operator === '!==' || operator === '==' || operator === '!=') {
    const count = right.kind === 'const' && right.value === 0 ? left : left.kind === 'const' && left.value === 0 ? right : undefined
    if (count === undefined || has(deepLabels(count), COUNT) || !machine.world.counted) return undefined
    return answer(machine, count, operator.startsWith('='), node, module)
  }
  return undefined
}

/** Whether a time is before or after now: an entry of the window that is under way. */
function window(operator: string, nowOnLeft: boolean): Value {
  return constant(operator.startsWith('<') === nowOnLeft)
}

function answer(machine: Machine, count: Value, over: boolean, node: Node, module: Module): Value {
  const labels = deepLabels(count)
  note(machine, 'compared', has(labels, COUNT) ? memory : source(machine.seen.effects), node, module)
  if (machine.world.counted) return constant(over, LIMIT)
  return has(labels, COUNT) ? unknown(LIMIT) : unknown(labels)
}

/** The table that was read last: what is compared is of it. */
function source(effects: readonly Effect[]): string {
  return effects.findLast((effect) => effect.gives && (effect.kind === 'db-read' || effect.kind === 'db-write'))?.target ?? ''
}
