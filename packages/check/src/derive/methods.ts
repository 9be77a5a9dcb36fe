import { call, callUnknown, invoke, later, runCallback, settle } from './calls.ts'
import { apply, anyClient, callLibrary } from './library-calls.ts'
import { changed, held, lasts, memory, note } from './counters.ts'
import { libMember, member } from './members.ts'
import { has, namesIdentity, union, CALLER, COUNT, CREDENTIAL, ERROR, IDENTITY, MODEL, NOW, ROLE, SCRUBBED, SESSION, STORED } from './labels.ts'
import type { Machine } from './machine.ts'
import { constant, deepLabels, join, labelled, object, promised, promisedValue, rejection, truth, unknown, type Lib, type Value } from './value.ts'
import type { Node } from '../syntax/ast.ts'
import type { Module } from '../syntax/module.ts'

const iterators = new Set(['map', 'filter', 'forEach', 'find', 'findIndex', 'findLast', 'some', 'every', 'flatMap', 'reduce', 'reduceRight', 'sort', 'toSorted'])

/** Calls `base.name(…)`. */
export function callMethod(machine: Machine, base: Value, name: string, args: readonly Value[], node: Node, module: Module): Value {
  if (name === 'then' || name === 'catch' || name === 'finally') return promise(machine, base, name, args, node, module)
  switch (base.kind) {
    case 'lib': {
      if (base.package === 'global') {
        const known = globalCall(machine, base.path, name, args, node, module)
        if (known) return known
      }
      const target = libMember(base, name)
      if (base.effect === undefined && (name === 'get' || name === 'has' || name === 'set') && lasts(machine, base)) {
        if (name === 'set') note(machine, 'counted', memory, node, module)
        else return held(machine, labelled(callLibrary(machine, target, args, node, module), COUNT))
      }
      if (name === 'push') changed(machine, base, node, module)
      if (base.path.endsWith(')') && iterators.has(name) && !base.effect && !base.builder && !machine.libraries.call(base.package, target.path)) return iterate(machine, unknown(base.labels), name, args, node, module)
      return callLibrary(machine, target, args, node, module)
    }
    case 'function':
      if (name === 'bind') return { ...base, bound: [...(base.bound ?? []), ...args.slice(1)] }
      if (name === 'call') return invoke(machine, base, args.slice(1), node, module)
      if (name === 'apply') return invoke(machine, base, args[1]?.kind === 'list' ? args[1].items : [], node, module)
      return unknown(base.labels)
    case 'native':
    case 'object':
    case 'class':
    case 'namespace': {
      const target = member(machine, base, name, false, node, module)
      if (target.kind === 'unknown' || target.kind === 'const') {
        if (name === 'get' && args[0]?.kind === 'const') return member(machine, base, String(args[0].value), true, node, module)
        return callUnknown(machine, target.labels, args, node, module)
      }
      return call(machine, target, args, node, module)
    }
    case 'promise':
      return callUnknown(machine, base.labels, args, node, module)
    case 'list':
      return iterators.has(name) ? iterate(machine, base, name, args, node, module) : listMethod(machine, base, name, args, node, module)
    case 'const':
      if (base.value == null) {
        member(machine, base, name, false, node, module)
        return unknown(base.labels)
      }
      return callUnknown(machine, base.labels, args, node, module)
    case 'unknown':
      if (iterators.has(name)) return iterate(machine, base, name, args, node, module)
      return unknownMethod(machine, base, name, args, node, module)
  }
}

function unknownMethod(machine: Machine, base: Value, name: string, args: readonly Value[], node: Node, module: Module): Value {
  if (name === 'push') changed(machine, base, node, module)
  const key = args[0]
  // What comes out of a scrubber went through it.
  if (name === 'pipeThrough' && key && has(deepLabels(key), SCRUBBED)) return unknown(base.labels | SCRUBBED)
  if (has(base.labels, CALLER) && (name === 'get' || name === 'getAll') && key?.kind === 'const' && typeof key.value === 'string') {
    return unknown(base.labels | (namesIdentity(key.value) ? IDENTITY : 0), key.value)
  }
  if (name === 'includes' || name === 'has') {
    if (key?.kind === 'const' && has(key.labels, SESSION) && !machine.world.signedIn) return constant(false, key.labels)
    if (key && proven(machine, base.labels, deepLabels(key))) return constant(false, SESSION)
  }
  if (name === 'get' && key && proven(machine, base.labels, deepLabels(key))) return constant(undefined, SESSION)
  // A client that is handed in: what it does shows in the call's shape.
  if (!has(base.labels, CALLER | ERROR)) {
    const path = pathOf(node)
    const rule = path === undefined ? undefined : machine.libraries.call(anyClient, path)
    if (path !== undefined && rule?.effect) {
      const lib: Lib = { kind: 'lib', package: anyClient, path, calls: [], labels: base.labels & (SESSION | MODEL) }
      const made: Lib = { ...lib, path: `${path}()`, labels: args.reduce((all, arg) => union(all, deepLabels(arg)), lib.labels), calls: [{ name, args, node, module }] }
      return apply(machine, rule, lib, made, args, node, module)
    }
  }
  return callUnknown(machine, base.labels, args, node, module)
}

/** `ctx.db.user.update` of a call's callee. */
function pathOf(node: Node): string | undefined {
  const names: string[] = []
  let at: Node = node
  for (;;) {
    if (at.type === 'CallExpression') {
      if (names.length > 0) names[names.length - 1] += ''
      at = at.callee
    } else if (at.type === 'MemberExpression') {
      if (at.computed || at.property.type !== 'Identifier') names.unshift('*')
      else names.unshift(at.property.name)
      at = at.object
    } else if (at.type === 'Identifier') return [at.name, ...names].join('.')
    else if (at.type === 'ThisExpression') return ['this', ...names].join('.')
    else if (at.type === 'AwaitExpression' || at.type === 'ParenthesizedExpression') at = at.type === 'AwaitExpression' ? at.argument : at.expression
    else if (at.type === 'TSNonNullExpression' || at.type === 'TSAsExpression' || at.type === 'ChainExpression') at = at.expression
    else return names.length > 1 ? names.join('.') : undefined
  }
}

/** What the server keeps, looked up by what the caller claims: nothing, for who has no claim. */
function proven(machine: Machine, kept: number, claimed: number): boolean {
  return has(kept, STORED) && has(claimed, CREDENTIAL) && !machine.world.signedIn
}

function promise(machine: Machine, base: Value, name: string, args: readonly Value[], node: Node, module: Module): Value {
  const [first, second] = args
  if (base.kind === 'promise' && base.rejected !== undefined) {
    const handler = name === 'then' ? second : first
    if (handler === undefined) return base
    const labels = base.rejected & SESSION
    const handled = later(machine, () => labelled(promisedValue(call(machine, handler, name === 'finally' ? [] : [{ kind: 'unknown', labels: ERROR, truthy: true }], node, module)), labels))
    return name === 'finally' ? base : handled
  }
  if (name === 'then') return first ? later(machine, () => call(machine, first, [settle(machine, base)], node, module)) : base
  if (name === 'catch' && first) {
    const caught = runCallback(machine, first, [{ kind: 'unknown', labels: ERROR, truthy: true }], node, module)
    const value = settle(machine, base)
    return promised(caught && promisedValue(caught).kind !== 'const' ? join(value, promisedValue(caught)) : value)
  }
  if (second) runCallback(machine, second, [], node, module)
  if (name === 'finally' && first) runCallback(machine, first, [], node, module)
  return base
}

function iterate(machine: Machine, base: Value, name: string, args: readonly Value[], node: Node, module: Module): Value {
  const callback = args[0]
  if (base.kind === 'list' && base.items.length === 0) {
    if (name === 'find' || name === 'findLast') return constant(undefined, base.labels)
    if (name === 'some') return constant(false, base.labels)
    if (name === 'every') return constant(true, base.labels)
    return folds(name) ? (args[1] ?? unknown(base.labels)) : base
  }
  const item = base.kind === 'list' ? base.items.reduce((all, next) => join(all, next)) : unknown(deepLabels(base))
  // `[user, post].every(Boolean)`
  if (callback?.kind === 'lib' && callback.package === 'global' && callback.path === 'Boolean' && base.kind === 'list' && (name === 'every' || name === 'some')) {
    const decisive = base.items.find((one) => truth(one) === (name === 'some'))
    return decisive ? constant(name === 'some', decisive.labels) : unknown(deepLabels(base))
  }
  if (!callback || (callback.kind !== 'function' && callback.kind !== 'native')) {
    return callUnknown(machine, deepLabels(base), args, node, module)
  }
  if (folds(name) && base.kind === 'list' && args[1]) return folded(machine, base.items, args[1], name, callback, node, module)
  const given = folds(name) ? [args[1] ?? unknown(), item] : [item, unknown(deepLabels(base) & ~SESSION)]
  const result = runCallback(machine, callback, given, node, module) ?? unknown()
  const labels = union(deepLabels(base), deepLabels(result) & (SESSION | ROLE))
  const none = truth(result) === false && has(result.labels, SESSION)
  switch (name) {
    case 'find':
    case 'findLast':
      return none ? constant(undefined, result.labels) : machine.world.signedIn && has(result.labels, SESSION) ? { kind: 'unknown', labels, truthy: true } : unknown(labels)
    case 'some':
      return none ? constant(false, result.labels) : unknown(union(labels, deepLabels(result)))
    case 'filter':
      return none ? { kind: 'list', items: [], labels: result.labels } : unknown(labels)
    case 'map':
    case 'flatMap':
      if (base.kind === 'list') return { kind: 'list', items: base.items.map(() => result), labels: base.labels }
      return { kind: 'unknown', labels: union(deepLabels(result), base.labels & (SESSION | ROLE)), item: result }
    case 'every':
    case 'reduce':
    case 'reduceRight':
      return unknown(union(labels, deepLabels(result)))
    case 'forEach':
      return constant(undefined)
    default:
      return unknown(labels)
  }
}

function folds(name: string): boolean {
  return name === 'reduce' || name === 'reduceRight'
}

/** `steps.reduceRight((inner, step) => step(inner), handler)`: of a list that is known, one after another. */
function folded(machine: Machine, items: readonly Value[], start: Value, name: string, callback: Value, node: Node, module: Module): Value {
  const order = name === 'reduce' ? items : items.toReversed()
  return order.reduce((all, item) => call(machine, callback, [all, item], node, module), start)
}

function listMethod(machine: Machine, base: Value & { kind: 'list' }, name: string, args: readonly Value[], node: Node, module: Module): Value {
  if (name === 'includes' && args[0]?.kind === 'const') {
    const wanted = args[0]
    if (has(wanted.labels, SESSION) && !machine.world.signedIn) return constant(false, wanted.labels)
    if (base.items.every((item) => item.kind === 'const')) return constant(base.items.some((item) => item.kind === 'const' && item.value === wanted.value), wanted.labels)
  }
  if (name === 'push') return unknown()
  return callUnknown(machine, deepLabels(base), args, node, module)
}

/** The array of what becomes of each item. */
function everyOne(all: Value, of: (item: Value) => Value): Value {
  if (all.kind === 'list') return { ...all, items: all.items.map(of) }
  return all.kind === 'unknown' && all.item ? { ...all, item: promisedValue(all.item) } : all
}

/** What `Promise.allSettled` tells of one promise. */
function outcome(machine: Machine, item: Value): Value {
  const reason: Value = { kind: 'unknown', labels: ERROR, truthy: true, name: 'error' }
  if (item.kind === 'promise' && item.rejected !== undefined) return object({ status: constant('rejected', item.rejected & SESSION), reason })
  return object({ status: unknown(), value: settle(machine, item), reason })
}

function globalCall(machine: Machine, path: string, name: string, args: readonly Value[], node: Node, module: Module): Value | undefined {
  const first = args[0]
  if (path === 'Promise') {
    if (name === 'all') return later(machine, () => everyOne(first ?? unknown(), (item) => settle(machine, item)))
    if (name === 'allSettled') return promised(everyOne(first ?? unknown(), (item) => outcome(machine, item)))
    if (name === 'resolve') return promised(first ?? constant(undefined))
    if (name === 'reject') return rejection(first?.labels ?? 0)
    // Which is first is not known: what is rejected may be too late.
    if (name === 'race' || name === 'any') {
      const items = first?.kind === 'list' ? first.items : []
      const kept = items.find((item) => item.kind !== 'promise' || item.rejected === undefined)
      return kept === undefined ? (items[0] ?? unknown()) : kept === items[0] ? later(machine, () => settle(machine, kept)) : promised(unknown())
    }
  }
  if (name === 'now' && (path === 'Date' || path === 'performance')) return unknown(NOW)
  if (path === 'Object') {
    if (name === 'fromEntries' || name === 'freeze' || name === 'assign') return name === 'assign' ? unknown(args.reduce((all, arg) => union(all, deepLabels(arg)), 0)) : (first ?? unknown())
    if (name === 'keys' || name === 'values' || name === 'entries') return first ? unknown(deepLabels(first)) : unknown()
  }
  if (path === 'JSON' && first) {
    if (name === 'parse') return unknown(deepLabels(first))
    if (name === 'stringify') return unknown(deepLabels(first))
  }
  if (path === 'Array' && name === 'from' && first) return args[1] ? iterate(machine, first, 'map', args.slice(1), node, module) : first
  return undefined
}
