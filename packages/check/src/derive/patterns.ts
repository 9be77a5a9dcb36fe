import { evaluate } from './expressions.ts'
import { memory, note } from './counters.ts'
import { member } from './members.ts'
import { has, union, CALLER, VALID } from './labels.ts'
import { constant, join, nullish, object, unknown, type Value } from './value.ts'
import { keyName, type Node } from '../syntax/ast.ts'
import { owner, type Scope } from './scope.ts'
import type { Machine } from './machine.ts'
import type { Module } from '../syntax/module.ts'

/** The element of an array or of an iterable. */
export function element(machine: Machine, value: Value, index: number): Value {
  if (value.kind === 'list') return value.items[index] ?? constant(undefined, value.labels)
  if (value.kind === 'object') return value.properties.get(String(index)) ?? unknown(value.labels)
  if (value.kind === 'const') return constant(undefined, value.labels)
  if (value.kind === 'unknown') return value.truthy === true && machine.world.signedIn ? { ...value } : unknown(value.labels)
  return unknown(value.labels)
}

/** Binds the names of a pattern in a scope. */
export function bind(machine: Machine, pattern: Node, value: Value, scope: Scope, module: Module): void {
  switch (pattern.type) {
    case 'Identifier':
      machine.write(scope, pattern.name, value)
      return
    case 'AssignmentPattern': {
      const absent = nullish(value)
      const given = absent === true ? evaluate(machine, pattern.right, scope, module) : absent === false ? value : join(value, evaluate(machine, pattern.right, scope, module))
      bind(machine, pattern.left, given, scope, module)
      return
    }
    case 'ObjectPattern': {
      const taken = new Set<string>()
      for (const property of pattern.properties) {
        if (property.type === 'RestElement') {
          bind(machine, property.argument, without(value, taken), scope, module)
          continue
        }
        const name = keyName(property.key, property.computed)
        if (name !== undefined) taken.add(name)
        const part = name === undefined ? unknown(value.labels) : member(machine, value, name, false, pattern, module)
        bind(machine, property.value, part, scope, module)
      }
      return
    }
    case 'ArrayPattern':
      pattern.elements.forEach((item, index) => {
        if (item === null) return
        if (item.type === 'RestElement') bind(machine, item.argument, value.kind === 'list' ? { ...value, items: value.items.slice(index) } : unknown(value.labels), scope, module)
        else bind(machine, item, element(machine, value, index), scope, module)
      })
      return
    case 'MemberExpression':
      evaluate(machine, pattern.object, scope, module)
      return
    case 'TSParameterProperty':
      bind(machine, pattern.parameter, value, scope, module)
      return
    case 'RestElement':
      bind(machine, pattern.argument, value, scope, module)
      return
    default:
  }
}

function without(value: Value, names: ReadonlySet<string>): Value {
  if (value.kind !== 'object') return { ...unknown(value.labels), ...(value.kind === 'unknown' && value.loose ? { loose: value.loose } : {}) }
  const left = [...value.properties].filter(([name]) => !names.has(name))
  return object(Object.fromEntries(left), value.labels, value.rest)
}

/** Assigns to names that exist already. */
export function assign(machine: Machine, target: Node, value: Value, scope: Scope, module: Module): void {
  if (target.type === 'Identifier') {
    const found = owner(scope, target.name)
    if (found) machine.write(found, target.name, value)
    return
  }
  if (target.type === 'MemberExpression') {
    const base = evaluate(machine, target.object, scope, module)
    if (machine.shared.isFixed(base)) {
      if (target.computed && target.property.type !== 'Literal') note(machine, 'counted', memory, target, module)
      return
    }
    const name = keyName(target.property, target.computed)
    if (base.kind === 'object' && name !== undefined) {
      const before = base.properties.get(name)
      // Objects are shared by both sides of a branch: what was there may still be.
      base.properties.set(name, before && machine.frame?.implicit !== 0 ? join(before, value) : value)
    } else if (base.kind === 'object' && target.computed && target.property.type !== 'Literal') {
      const key = evaluate(machine, target.property, scope, module)
      // `row[key] = value`: where the caller chose the key, it chose the column.
      if (key.kind === 'const') base.properties.set(String(key.value), value)
      else base.properties.set('*', { ...unknown(union(key.labels, value.labels)), ...(has(key.labels, CALLER) && !has(key.labels, VALID) ? { loose: 'names' } : {}) })
    }
    return
  }
  if (target.type === 'ObjectPattern') {
    for (const property of target.properties) {
      if (property.type === 'RestElement') assign(machine, property.argument, unknown(value.labels), scope, module)
      else assign(machine, property.value, member(machine, value, keyName(property.key, property.computed) ?? '', false, target, module), scope, module)
    }
  } else if (target.type === 'ArrayPattern') {
    target.elements.forEach((item, index) => item && item.type !== 'RestElement' && assign(machine, item, element(machine, value, index), scope, module))
  } else if (target.type === 'AssignmentPattern') assign(machine, target.left, value, scope, module)
}
