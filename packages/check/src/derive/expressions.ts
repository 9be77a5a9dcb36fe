import { assign } from './patterns.ts'
import { narrow, select } from './branches.ts'
import { compare } from './compare.ts'
import { evaluateCall, evaluateNew, settle } from './calls.ts'
import { evaluateTag } from './sql.ts'
import { globalValue } from './globals.ts'
import { changed } from './counters.ts'
import { indexed, member } from './members.ts'
import { union, LIMIT, ROLE, SESSION } from './labels.ts'
import { owner, type Scope } from './scope.ts'
import { constant, deepLabels, join, labelled, nullish, object, truth, undefinedValue, unknown, type Value } from './value.ts'
import { keyName, unwrapped, type Node } from '../syntax/ast.ts'
import type { Machine } from './machine.ts'
import type { Module } from '../syntax/module.ts'

/** The value of an expression, as far as it is known without running the program. No function is made in it: it would hold on to what it is passed, each time. */
export function evaluate(machine: Machine, node: Node, scope: Scope, module: Module): Value {
  if (!machine.step()) return unknown()
  switch (node.type) {
    case 'Identifier': {
      const found = owner(scope, node.name)
      return found?.get(node.name) ?? globalValue(machine, module, node.name)
    }
    case 'Literal':
      return typeof node.value === 'string' || typeof node.value === 'number' || typeof node.value === 'boolean' || node.value === null
        ? constant('regex' in node || 'bigint' in node ? 'pattern' : node.value)
        : { kind: 'unknown', labels: 0, truthy: true }
    case 'TemplateLiteral':
      return template(machine, node, scope, module)
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
    // `export default function () { … }`: one without a name is nowhere looked up.
    case 'FunctionDeclaration': {
      const value: Value = { kind: 'function', node, module, scope, labels: 0 }
      if (machine.wanted === node) machine.captured ??= value
      return value
    }
    case 'ClassExpression':
      return { kind: 'class', node, module, scope, labels: 0 }
    case 'ObjectExpression':
      return objectLiteral(machine, node, scope, module)
    case 'ArrayExpression':
      return arrayLiteral(machine, node, scope, module)
    case 'CallExpression':
      return evaluateCall(machine, node, scope, module)
    case 'NewExpression':
      return evaluateNew(machine, node, scope, module)
    case 'MemberExpression': {
      const base = evaluate(machine, node.object, scope, module)
      const name = keyName(node.property, node.computed)
      if (name !== undefined) return member(machine, base, name, node.optional || chained(base, node.object), node, module)
      return indexed(machine, base, evaluate(machine, node.property, scope, module), node.optional || chained(base, node.object), node, module)
    }
    case 'ChainExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
    case 'TSInstantiationExpression':
    case 'ParenthesizedExpression':
      return evaluate(machine, node.expression, scope, module)
    case 'AwaitExpression':
      return settle(machine, evaluate(machine, node.argument, scope, module))
    case 'YieldExpression':
      if (node.argument) evaluate(machine, node.argument, scope, module)
      return unknown()
    case 'ConditionalExpression':
      return conditional(machine, node, scope, module)
    case 'LogicalExpression':
      return logical(machine, node, scope, module)
    case 'BinaryExpression':
      return compare(machine, node.operator, evaluate(machine, node.left, scope, module), evaluate(machine, node.right, scope, module), node, module)
    case 'UnaryExpression': {
      const value = evaluate(machine, node.argument, scope, module)
      if (node.operator === '!') {
        const known = truth(value)
        return known === undefined ? unknown(deepLabels(value)) : constant(!known, value.labels)
      }
      if (node.operator === 'typeof') return value.kind === 'const' ? constant(value.value === null ? 'object' : typeof value.value, value.labels) : unknown(value.labels)
      return node.operator === 'void' ? undefinedValue : node.operator === '-' && value.kind === 'const' ? constant(-Number(value.value), value.labels) : unknown(value.labels)
    }
    case 'AssignmentExpression':
      return assignment(machine, node, scope, module)
    case 'SequenceExpression': {
      let last: Value = undefinedValue
      for (const part of node.expressions) last = evaluate(machine, part, scope, module)
      return last
    }
    case 'TaggedTemplateExpression':
      return evaluateTag(machine, node, scope, module)
    case 'ThisExpression':
      return owner(scope, 'this')?.get('this') ?? machine.frame?.self ?? unknown()
    case 'Super':
      return owner(scope, 'this')?.get('this') ?? machine.frame?.self ?? unknown()
    case 'ImportExpression':
      return node.source.type === 'Literal' && typeof node.source.value === 'string' ? imported(machine, node.source.value, module) : unknown()
    case 'JSXElement':
    case 'JSXFragment':
      return markup(machine, node, scope, module)
    case 'UpdateExpression': {
      const value = evaluate(machine, node.argument, scope, module)
      changed(machine, value, node, module)
      return unknown(deepLabels(value))
    }
    default:
      return unknown()
  }
}

function template(machine: Machine, node: Node & { type: 'TemplateLiteral' }, scope: Scope, module: Module): Value {
  let labels = 0
  let text: string | undefined = node.quasis[0]?.value.cooked ?? ''
  for (let index = 0; index < node.expressions.length; index += 1) {
    const part = node.expressions[index]
    if (!part) continue
    const value = evaluate(machine, part, scope, module)
    labels = union(labels, deepLabels(value))
    text = text !== undefined && value.kind === 'const' ? `${text}${value.value}${node.quasis[index + 1]?.value.cooked ?? ''}` : undefined
  }
  return text === undefined ? { kind: 'unknown', labels, truthy: true } : constant(text, labels)
}

/** `a?.b.c`: nothing at `a?.b` ends the whole chain quietly. */
function chained(base: Value, node: Node): boolean {
  if (nullish(base) !== true) return false
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

function imported(machine: Machine, source: string, module: Module): Value {
  const resolution = machine.base.resolve(module, source)
  if (resolution.kind === 'package') return { kind: 'lib', package: resolution.name, path: '', calls: [], labels: 0 }
  const next = resolution.kind === 'file' ? machine.base.module(resolution.path) : undefined
  return next ? { kind: 'namespace', module: next, labels: 0 } : { kind: 'lib', package: source, path: '', missing: true, calls: [], labels: 0 }
}

function objectLiteral(machine: Machine, node: Node & { type: 'ObjectExpression' }, scope: Scope, module: Module): Value {
  const properties = new Map<string, Value>()
  let rest: Value | undefined
  for (const property of node.properties) {
    if (property.type === 'SpreadElement') {
      const spread = spreadValue(machine, property.argument, scope, module)
      if (spread.kind === 'object') {
        for (const [name, value] of spread.properties) properties.set(name, value)
        if (spread.rest) rest = rest ? join(rest, spread.rest) : spread.rest
      } else if (spread.kind !== 'const') {
        const whole: Value = { ...unknown(deepLabels(spread), '...'), ...(spread.kind === 'unknown' && spread.loose ? { loose: spread.loose } : {}) }
        rest = rest ? join(rest, whole) : whole
      }
      continue
    }
    const value = evaluate(machine, property.value, scope, module)
    const name = keyName(property.key, property.computed)
    if (name !== undefined) properties.set(name, value)
    else {
      const key = evaluate(machine, property.key, scope, module)
      const any = unknown(union(key.labels, deepLabels(value)))
      rest = rest ? join(rest, any) : any
    }
  }
  return rest ? { kind: 'object', properties, labels: 0, rest } : { kind: 'object', properties, labels: 0 }
}

/** `...(condition && { name })` adds `name` or nothing. */
function spreadValue(machine: Machine, node: Node, scope: Scope, module: Module): Value {
  const inside = unwrapped(node)
  if (inside.type !== 'LogicalExpression' || inside.operator !== '&&') return evaluate(machine, node, scope, module)
  const left = evaluate(machine, inside.left, scope, module)
  const known = truth(left)
  if (known === false) return left
  if (known === true) return evaluate(machine, inside.right, scope, module)
  const side = select(machine, left, inside.left, module, () => evaluate(machine, inside.right, scope, module))
  return side.value ?? left
}

function arrayLiteral(machine: Machine, node: Node & { type: 'ArrayExpression' }, scope: Scope, module: Module): Value {
  const items: Value[] = []
  let open: number | undefined
  for (const item of node.elements) {
    if (item === null) items.push(undefinedValue)
    else if (item.type === 'SpreadElement') {
      const spread = evaluate(machine, item.argument, scope, module)
      if (spread.kind === 'list') items.push(...spread.items)
      else open = union(open ?? 0, deepLabels(spread))
    } else items.push(evaluate(machine, item, scope, module))
  }
  if (open === undefined) return { kind: 'list', items, labels: 0 }
  return unknown(items.reduce((labels, item) => union(labels, deepLabels(item)), open))
}

function conditional(machine: Machine, node: Node & { type: 'ConditionalExpression' }, scope: Scope, module: Module): Value {
  const test = evaluate(machine, node.test, scope, module)
  const known = truth(test)
  if (known !== undefined) {
    if (!known) machine.refused(test.labels, node.test, module)
    return labelled(evaluate(machine, known ? node.consequent : node.alternate, scope, module), test.labels & (SESSION | ROLE | LIMIT))
  }
  const yes = select(machine, test, node.test, module, () => {
    narrow(machine, node.test, scope)
    return evaluate(machine, node.consequent, scope, module)
  })
  if (yes.left) return evaluate(machine, node.alternate, scope, module)
  const no = select(machine, test, node.test, module, () => evaluate(machine, node.alternate, scope, module))
  const value = yes.value && no.value ? join(yes.value, no.value) : (yes.value ?? no.value ?? unknown())
  return decidedBy(value, test)
}

/** A value that a condition chose tells of the condition. */
function decidedBy(value: Value, test: Value): Value {
  return value.kind === 'unknown' ? { ...value, labels: union(value.labels, deepLabels(test) & (SESSION | ROLE | LIMIT)) } : value
}

function logical(machine: Machine, node: Node & { type: 'LogicalExpression' }, scope: Scope, module: Module): Value {
  const left = evaluate(machine, node.left, scope, module)
  const known = node.operator === '??' ? negated(nullish(left)) : truth(left)
  const right = (): Value => evaluate(machine, node.right, scope, module)
  if (node.operator === '&&') {
    if (known === false) {
      machine.refused(left.labels, node.left, module)
      return left
    }
    if (known === true) return labelled(right(), left.labels & (SESSION | ROLE | LIMIT))
  } else {
    if (known === true) return left
    if (known === false) {
      const value = right()
      return value.kind === 'const' ? constant(value.value, union(value.labels, left.labels)) : value
    }
  }
  const side = select(machine, left, node.left, module, right)
  if (side.left || !side.value) return left
  if (node.operator === '||' && side.value.kind === 'const' && side.value.value === true) return { kind: 'unknown', labels: union(left.labels, side.value.labels), truthy: true }
  return node.operator === '&&' ? conjunction(left, side.value) : join(left, side.value)
}

function negated(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value
}

/** `a && b`, where `a` may be either: false if `b` is, for a condition on both. */
function conjunction(left: Value, right: Value): Value {
  if (truth(right) === false) return { ...right, labels: union(left.labels, right.labels) }
  return unknown(union(deepLabels(left), deepLabels(right)))
}

function assignment(machine: Machine, node: Node & { type: 'AssignmentExpression' }, scope: Scope, module: Module): Value {
  if (node.operator === '=') {
    const value = evaluate(machine, node.right, scope, module)
    assign(machine, node.left, value, scope, module)
    return value
  }
  const before = node.left.type === 'Identifier' || node.left.type === 'MemberExpression' ? evaluate(machine, node.left, scope, module) : unknown()
  // `held ??= make()`: what is there stays.
  if ((node.operator === '??=' && nullish(before) === false) || (node.operator === '||=' && truth(before) === true)) return before
  changed(machine, before, node, module)
  const right = evaluate(machine, node.right, scope, module)
  const value = join(before, right).kind === 'unknown' ? unknown(union(deepLabels(before), deepLabels(right))) : join(before, right)
  assign(machine, node.left, value, scope, module)
  return value
}

/** Attributes and children may hold inline actions. Components are not run. */
function markup(machine: Machine, node: Node & { type: 'JSXElement' | 'JSXFragment' }, scope: Scope, module: Module): Value {
  if (machine.wanted) {
    const parts: Node[] = node.type === 'JSXElement' ? [...node.openingElement.attributes, ...node.children] : [...node.children]
    for (const part of parts) {
      const held = part.type === 'JSXAttribute' ? part.value : part
      if (held?.type === 'JSXExpressionContainer' && held.expression.type !== 'JSXEmptyExpression') markupValue(machine, held.expression, scope, module)
      else if (held?.type === 'JSXElement' || held?.type === 'JSXFragment') markup(machine, held, scope, module)
      else if (held?.type === 'JSXSpreadAttribute') evaluate(machine, held.argument, scope, module)
    }
  }
  return object({}, 0, unknown())
}

function markupValue(machine: Machine, node: Node, scope: Scope, module: Module): void {
  machine.branch(() => {
    evaluate(machine, node, scope, module)
    return 'next'
  })
}

