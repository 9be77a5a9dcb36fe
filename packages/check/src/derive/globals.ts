import { evaluate } from './expressions.ts'
import { bind } from './patterns.ts'
import { Abrupt, type Machine } from './machine.ts'
import { COUNTED, knownIn, learned, LIMITED, SIGNED_IN } from './shared.ts'
import { topScope } from './scope.ts'
import { join, unknown, undefinedValue, type Value } from './value.ts'
import { isFunction, walk, type Node } from '../syntax/ast.ts'
import type { Module } from '../syntax/module.ts'
import type { Symbol } from '../resolve/program.ts'

const native = new Set([
  'fetch', 'JSON', 'Object', 'Promise', 'process', 'console', 'Array', 'Number', 'String', 'Boolean', 'crypto', 'Math', 'Date',
  'Response', 'Request', 'Headers', 'URL', 'globalThis', 'global', 'structuredClone', 'Buffer', 'setTimeout', 'Symbol', 'Map', 'Set', 'Intl', 'Bun', 'RegExp',
  'encodeURIComponent', 'decodeURIComponent', 'parseInt', 'parseFloat', 'isNaN',
])

/** Runs code of a module's top level: what it does belongs to no entry point. */
function apart(machine: Machine, run: () => Value): Value {
  const { seen } = machine
  const lists = [seen.effects, seen.sessions, seen.refusals, seen.validations, seen.limits, seen.checks, seen.returns, seen.opaque, seen.streams, seen.calls]
  const lengths = lists.map((list) => list.length)
  const { checks, quiet } = machine
  const frames = machine.frames.splice(0)
  machine.quiet = true
  try {
    return run()
  } catch (thrown) {
    if (thrown instanceof Abrupt) return unknown()
    throw thrown
  } finally {
    machine.quiet = quiet
    machine.checks = checks
    machine.frames.splice(0, machine.frames.length, ...frames)
    lists.forEach((list, index) => (list.length = lengths[index] ?? 0))
  }
}

/** The value of an expression at the top of a module. */
export function expressionValue(machine: Machine, module: Module, node: Node): Value {
  return apart(machine, () => evaluate(machine, node, topScope(), module))
}

/** What a symbol stands for. */
export function symbolValue(machine: Machine, symbol: Symbol): Value {
  switch (symbol.kind) {
    case 'external':
      return { kind: 'lib', package: symbol.package, path: symbol.name === '*' ? '' : symbol.name, calls: [], labels: 0 }
    case 'missing':
      return { kind: 'lib', package: symbol.source, path: symbol.name === '*' ? '' : symbol.name, missing: true, calls: [], labels: 0 }
    case 'namespace':
      return { kind: 'namespace', module: symbol.module, labels: 0 }
    case 'local':
      return localValue(machine, symbol.module, symbol.name, symbol.node)
    case 'expression':
      return memo(machine, symbol.module, ` ${symbol.node.start}`, () => expressionValue(machine, symbol.module, symbol.node))
  }
}

/** The value of a name that a module exports. */
export function exportedValue(machine: Machine, module: Module, name: string): Value {
  const symbol = machine.base.exported(module, name)
  return symbol ? symbolValue(machine, symbol) : unknown()
}

/** The value of a name at the top of a module: its own, imported, or global. */
export function globalValue(machine: Machine, module: Module, name: string): Value {
  const { shared } = machine
  let values = shared.names.get(module)
  if (values === undefined) shared.names.set(module, (values = new Map()))
  const first = values.get(name)
  const known = knownIn(first, machine.in)
  if (known) {
    machine.asked |= known.asked
    return known.what
  }
  const before = machine.asked
  machine.asked = 0
  const value = namedValue(machine, module, name)
  // What is being worked out may lead back to itself, and is not known yet.
  if (shared.underWay === 0) values.set(name, learned(value, machine.asked, machine.in, first))
  machine.asked |= before
  return value
}

function namedValue(machine: Machine, module: Module, name: string): Value {
  const symbol = machine.base.lookup(module, name)
  if (symbol) return symbolValue(machine, symbol)
  if (name === 'undefined') return undefinedValue
  if (native.has(name)) return { kind: 'lib', package: 'global', path: name, calls: [], labels: 0 }
  return unknown()
}

function memo(machine: Machine, module: Module, key: string, make: () => Value): Value {
  let values = machine.shared.globals.get(module)
  if (values === undefined) machine.shared.globals.set(module, (values = new Map()))
  const first = values.get(key)
  const known = knownIn(first, machine.in)
  if (known) {
    machine.asked |= known.asked
    return known.what
  }
  values.set(key, learned<Value>(unknown(), SIGNED_IN | LIMITED | COUNTED, machine.in, first))
  const before = machine.asked
  machine.asked = 0
  machine.shared.underWay += 1
  let value: Value
  try {
    value = make()
  } finally {
    machine.shared.underWay -= 1
  }
  machine.shared.fix(value)
  values.set(key, learned(value, machine.asked, machine.in, first))
  machine.asked |= before
  return value
}

function localValue(machine: Machine, module: Module, name: string, node: Node): Value {
  return memo(machine, module, name, () => {
    if (isFunction(node)) return { kind: 'function', node, module, scope: undefined, labels: 0, name }
    if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') return { kind: 'class', node, module, scope: undefined, labels: 0 }
    if (node.type !== 'VariableDeclarator') return unknown()
    const { id, init } = node
    const declared = init
      ? apart(machine, () => {
          const scope = topScope()
          bind(machine, id, evaluate(machine, init, scope, module), scope, module)
          return scope.get(name) ?? unknown()
        })
      : undefined
    if (init && !mayChange(declared)) return declared ?? unknown()
    const assigned = assignedValue(machine, module, name)
    if (declared === undefined) return assigned ?? unknown()
    return assigned ? join(declared, assigned) : declared
  })
}

/** `let client = null` is filled in later. */
function mayChange(value: Value | undefined): boolean {
  return value === undefined || (value.kind === 'const' && value.value == null)
}

function assignedValue(machine: Machine, module: Module, name: string): Value | undefined {
  let found: Value | undefined
  walk(module.program, (node) => {
    if (found || node.type !== 'AssignmentExpression' || node.left.type !== 'Identifier' || node.left.name !== name) return
    const value = expressionValue(machine, module, node.right)
    if (value.kind !== 'unknown' && !mayChange(value)) found = value
  })
  return found
}
