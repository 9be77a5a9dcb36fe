import { evaluate } from './expressions.ts'
import { bind } from './patterns.ts'
import { executeBlock } from './statements.ts'
import { callLibrary } from './library-calls.ts'
import { remembered } from './memo.ts'
import { callMethod } from './methods.ts'
import { resultOf } from './effect-results.ts'
import { has, union, namesIdentity, CALLER, CREDENTIAL, ERROR, IDENTITY, NOW, ROLE, SESSION } from './labels.ts'
import { kept } from './counters.ts'
import { inner, type Scope } from './scope.ts'
import { constant, deepLabels, join, labelled, nullish, promised, promisedValue, rejection, undefinedValue, unknown, type ClassValue, type Fn, type Native, type Value } from './value.ts'
import { keyName, unwrapped, type Node } from '../syntax/ast.ts'
import { Abrupt, eitherWay, type Frame, type Machine } from './machine.ts'
import type { Module } from '../syntax/module.ts'

/** What is awaited: what a promise is of, the rows of a chain of a database client. One that is rejected ends the path. */
export function settle(machine: Machine, value: Value): Value {
  if (value.kind === 'promise') {
    if (value.rejected !== undefined) throw new Abrupt(value.rejected)
    // A condition that chose the promise tells of what it is of.
    return labelled(settle(machine, value.value), value.labels & ~deepLabels(value.value))
  }
  return value.kind === 'lib' && value.effect ? resultOf(machine, value, value.effect) : value
}

/** Arguments of a call. A spread array is laid out as far as it is known. */
export function argumentsOf(machine: Machine, nodes: readonly Node[], scope: Scope, module: Module): Value[] {
  const [first, second] = nodes
  // Most calls have one argument or two, and an array that grows takes room for many more.
  if (first && first.type !== 'SpreadElement') {
    if (second === undefined) return [evaluate(machine, first, scope, module)]
    if (nodes.length === 2 && second.type !== 'SpreadElement') return [evaluate(machine, first, scope, module), evaluate(machine, second, scope, module)]
  }
  const args: Value[] = []
  for (const node of nodes) {
    if (node.type !== 'SpreadElement') args.push(evaluate(machine, node, scope, module))
    else {
      const spread = evaluate(machine, node.argument, scope, module)
      if (spread.kind === 'list') args.push(...spread.items)
      else args.push(unknown(deepLabels(spread), '...'))
    }
  }
  return args
}

/** The value of a call. */
export function evaluateCall(machine: Machine, node: Node & { type: 'CallExpression' }, scope: Scope, module: Module): Value {
  const callee = unwrapped(node.callee)
  if (callee.type === 'MemberExpression') {
    const base = receiver(machine, callee, node, scope, module)
    if ('caught' in base) return base.caught
    if (nullish(base) === true && (callee.optional || node.optional || optionalBelow(callee.object))) return { ...base, labels: base.labels }
    const name = keyName(callee.property, callee.computed)
    if (name !== undefined) return callMethod(machine, base, name, argumentsOf(machine, node.arguments, scope, module), node, module)
    evaluate(machine, callee.property, scope, module)
    return call(machine, unknown(base.labels), argumentsOf(machine, node.arguments, scope, module), node, module)
  }
  if (callee.type === 'Super') {
    argumentsOf(machine, node.arguments, scope, module)
    return unknown()
  }
  const target = evaluate(machine, callee, scope, module)
  return call(machine, target, argumentsOf(machine, node.arguments, scope, module), node, module)
}

/** What a method is called on. `promise.catch(fn)` goes on with what `fn` gives, where the promise was rejected. */
function receiver(machine: Machine, callee: Node & { type: 'MemberExpression' }, node: Node & { type: 'CallExpression' }, scope: Scope, module: Module): Value | { readonly caught: Value } {
  if (callee.computed || callee.property.type !== 'Identifier' || callee.property.name !== 'catch') return evaluate(machine, callee.object, scope, module)
  try {
    return evaluate(machine, callee.object, scope, module)
  } catch (thrown) {
    if (!(thrown instanceof Abrupt)) throw thrown
    const [handler] = argumentsOf(machine, node.arguments, scope, module)
    const caught = handler ? call(machine, handler, [{ kind: 'unknown', labels: ERROR, truthy: true }], node, module) : unknown()
    return { caught: labelled(caught, thrown.labels & SESSION) }
  }
}

function optionalBelow(node: Node): boolean {
  for (let at: Node = node; ; ) {
    if (at.type === 'MemberExpression') {
      if (at.optional) return true
      at = at.object
    } else if (at.type === 'CallExpression') {
      if (at.optional) return true
      at = at.callee
    } else return false
  }
}

/** Calls a value with arguments. */
export function call(machine: Machine, target: Value, args: readonly Value[], node: Node, module: Module): Value {
  switch (target.kind) {
    case 'function':
      return invoke(machine, target, args, node, module)
    case 'native':
      return target.call(machine, args, node)
    case 'lib':
      return callLibrary(machine, target, args, node, module)
    default:
      return callUnknown(machine, target.labels, args, node, module)
  }
}

/** Nothing is known of what is called: functions that it is passed may run. */
export function callUnknown(machine: Machine, labels: number, args: readonly Value[], node: Node, module: Module): Value {
  let all = labels
  mayRefuse(machine, args, node, module)
  for (const arg of args) {
    all = union(all, deepLabels(arg))
    runCallback(machine, arg, [], node, module)
  }
  // What decides about the session together with something else decides about a right.
  if (args.length > 1 && args.some((arg) => has(deepLabels(arg), SESSION)) && machine.world.signedIn) all |= ROLE
  return unknown(all)
}

/** What is passed a credential and a callback may refuse a forged one before it runs the callback. */
export function mayRefuse(machine: Machine, args: readonly Value[], node: Node, module: Module): void {
  if (machine.quiet || !args.some((arg) => arg.kind === 'function')) return
  if (args.some((arg) => has(deepLabels(arg), CREDENTIAL)) && !machine.world.signedIn) machine.opaque('a call is passed the caller\'s credential, and may refuse it', node, module)
}

/** Runs a function that something unknown may run: on one side of a branch. */
export function runCallback(machine: Machine, value: Value, args: readonly Value[], node: Node, module: Module): Value | undefined {
  if (value.kind === 'object' && !machine.quiet) {
    for (const part of value.properties.values()) if (part.kind === 'function') runCallback(machine, part, args, node, module)
    return undefined
  }
  if ((value.kind !== 'function' && value.kind !== 'native') || machine.quiet) return undefined
  let result: Value | undefined
  // What calls it passes it something, though nobody knows what.
  const given = args.length === 0 ? [unknown(0, '...')] : args
  const ran = machine.branch(() => {
    result = call(machine, value, given, node, module)
    return 'next'
  })
  const skipped = machine.skip()
  machine.merge(ran, skipped, 0)
  return result
}

/** Runs a function of the code base with these arguments. */
export function invoke(machine: Machine, fn: Fn, given: readonly Value[], node: Node, module: Module): Value {
  const args = fn.bound ? [...fn.bound, ...given] : given
  return remembered(machine, fn, args, node, module, enter)
}

/** What an async function throws, its promise keeps until somebody awaits it. */
function enter(machine: Machine, fn: Fn, args: readonly Value[], node: Node, module: Module): Value {
  return fn.node.async && !fn.node.generator ? later(machine, () => run(machine, fn, args, node, module)) : run(machine, fn, args, node, module)
}

/** The promise of what something comes to. */
export function later(machine: Machine, run: () => Value): Value {
  const { checks } = machine
  try {
    return promised(run())
  } catch (thrown) {
    if (!(thrown instanceof Abrupt)) throw thrown
    machine.checks = checks
    return rejection(thrown.labels)
  }
}

function run(machine: Machine, fn: Fn, args: readonly Value[], node: Node, module: Module): Value {
  const body = fn.node.body
  if (!body) return unknown()
  const around = machine.active.indexOf(fn.node)
  if (around !== -1) {
    machine.recursed = Math.min(machine.recursed, around)
    return unknown(args.reduce((labels, arg) => union(labels, deepLabels(arg)), 0))
  }
  if (machine.active.length >= machine.bounds.depth) {
    machine.truncated += 1
    machine.opaque(`calls deeper than ${machine.bounds.depth} are not followed`, node, module)
    return unknown(args.reduce((labels, arg) => union(labels, deepLabels(arg)), 0))
  }
  const scope = inner(fn.scope)
  if (fn.self) scope.set('this', fn.self)
  machine.active.push(fn.node)
  machine.deepest = Math.max(machine.deepest, machine.active.length)
  machine.stack.push(machine.place(node, module))
  const frame: Frame = { returns: [], implicit: 0, self: fn.self, module: fn.module }
  machine.frames.push(frame)
  machine.called(fn.name ?? '', node, module)
  try {
    bindParameters(machine, fn, args, scope)
    if (body.type !== 'BlockStatement') {
      const value = evaluate(machine, body, scope, fn.module)
      if (machine.frames.length === machine.root + 1 && !machine.quiet) machine.seen.returns.push({ at: machine.trace(body, fn.module), value: answered(machine, value) })
      return value
    }
    if (executeBlock(machine, body.body, scope, fn.module) === 'next') frame.returns.push({ value: undefinedValue, checks: machine.checks, node: fn.node })
  } catch (thrown) {
    // Another way out of the function was open before: `if (input.skip) return`, and then a guard that throws.
    if (!(thrown instanceof Abrupt) || frame.returns.every(({ aside }) => aside === true)) throw thrown
    for (const returned of frame.returns) if (returned.given) returned.checks = [...returned.checks, ...machine.check(returned.given.labels, returned.given.node, fn.module)]
  } finally {
    machine.frames.pop()
    machine.stack.pop()
    machine.active.pop()
  }
  if (machine.frames.length === machine.root && !machine.quiet) {
    for (const returned of frame.returns) machine.seen.returns.push({ at: machine.trace(returned.node, fn.module), value: answered(machine, returned.value) })
  }
  const [first] = frame.returns
  if (!first) return unknown()
  machine.checks = checksOf(frame.returns)
  let { value } = first
  for (let index = 1; index < frame.returns.length; index += 1) value = join(value, frame.returns[index]?.value ?? value)
  return frame.implicit === 0 || value.kind === 'function' || value.kind === 'lib' ? value : labelled(value, frame.implicit)
}

/** What the caller gets of what is returned: whoever returns a promise or a query has it awaited. */
function answered(machine: Machine, value: Value): Value {
  return settle(machine, promisedValue(value))
}

/** What holds whichever way a function was left, but for ways that only a setting opens. */
function checksOf(returns: Frame['returns']): Machine['checks'] {
  const open = returns.some(({ aside }) => aside !== true)
  let all: Machine['checks'] | undefined
  for (const { aside, checks } of returns) if (!open || aside !== true) all = all === undefined ? checks : eitherWay(all, checks)
  return all ?? []
}

function bindParameters(machine: Machine, fn: Fn, args: readonly Value[], scope: Scope): void {
  fn.node.params.forEach((parameter, index) => {
    if (parameter.type === 'RestElement') {
      const rest = args.slice(index)
      const open = rest.find((arg) => arg.kind === 'unknown' && arg.name === '...')
      bind(machine, parameter.argument, open ? unknown(rest.reduce((labels, arg) => union(labels, deepLabels(arg)), 0), '...') : { kind: 'list', items: rest, labels: 0 }, scope, fn.module)
      return
    }
    const spread = args.find((arg) => arg.kind === 'unknown' && arg.name === '...')
    const given = args[index]
    let value = spread && (given === undefined || given === spread) ? unknown(spread.labels) : (given ?? undefinedValue)
    if (parameter.type === 'Identifier' && namesIdentity(parameter.name) && has(value.labels, CALLER)) value = labelled(value, IDENTITY)
    bind(machine, parameter, value, scope, fn.module)
  })
}

/** The value of `new …`. */
export function evaluateNew(machine: Machine, node: Node & { type: 'NewExpression' }, scope: Scope, module: Module): Value {
  const target = evaluate(machine, node.callee, scope, module)
  const args = argumentsOf(machine, node.arguments, scope, module)
  if (target.kind === 'lib') {
    if (target.package === 'global' && target.path === 'Promise' && args[0]) return executed(machine, args[0], node, module)
    if (target.package === 'global' && target.path === 'Date' && args.length === 0) return unknown(NOW)
    const made = callLibrary(machine, target, args, node, module)
    return machine.quiet ? kept(machine, made) : made
  }
  if (target.kind !== 'class') return callUnknown(machine, target.labels, args, node, module)
  return remembered(machine, target, args, node, module, construct)
}

/** `new Promise((resolve, reject) => …)`: of what it is resolved with, or surely rejected. */
function executed(machine: Machine, executor: Value, node: Node, module: Module): Value {
  const outcome = inner(undefined)
  machine.write(outcome, 'value', unknown())
  machine.write(outcome, 'rejected', constant(false))
  const settles = (name: string, of: (args: readonly Value[]) => Value): Native => ({
    kind: 'native', labels: 0,
    call: (running, args) => {
      running.write(outcome, name, of(args))
      return undefinedValue
    },
  })
  call(machine, executor, [settles('value', ([value]) => value ?? undefinedValue), settles('rejected', ([reason]) => constant(true, reason?.labels ?? 0))], node, module)
  const rejected = outcome.get('rejected')
  if (rejected?.kind === 'const' && rejected.value === true) return rejection(rejected.labels)
  return promised(outcome.get('value') ?? unknown())
}

function construct(machine: Machine, target: ClassValue, args: readonly Value[], node: Node, module: Module): Value {
  const properties = new Map<string, Value>()
  const self: Value = { kind: 'object', properties, labels: 0, of: target, rest: unknown(args.reduce((labels, arg) => union(labels, deepLabels(arg)), 0)) }
  for (const part of target.node.body.body) {
    if (part.type !== 'MethodDefinition' || part.kind !== 'constructor') continue
    part.value.params.forEach((parameter, index) => {
      if (parameter.type === 'TSParameterProperty' && parameter.parameter.type === 'Identifier') properties.set(parameter.parameter.name, args[index] ?? undefinedValue)
    })
    invoke(machine, { kind: 'function', node: part.value, module: target.module, scope: inner(target.scope), self, labels: 0 }, args, node, module)
  }
  return self
}
