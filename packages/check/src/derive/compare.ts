import { has, namesToken, union, CALLER, COUNT, CREDENTIAL, DATA, ERROR, LIMIT, ROLE, ROW, ROWS, SECRET, SESSION, STORED } from './labels.ts'
import { comparedCount } from './counters.ts'
import { constant, deepLabels, nullish, unknown, type Unknown, type Value } from './value.ts'
import { unwrapped, type Node } from '../syntax/ast.ts'
import type { Check } from './facts.ts'
import type { Machine } from './machine.ts'
import type { Module } from '../syntax/module.ts'

const equality = new Set(['===', '==', '!==', '!='])

/** The value of a binary operation. */
export function compare(machine: Machine, operator: string, left: Value, right: Value, node: Node, module: Module): Value {
  const labels = union(deepLabels(left), deepLabels(right))
  if (has(labels, COUNT | ROWS | DATA)) {
    const counted = comparedCount(machine, operator, left, right, node, module)
    if (counted) return counted
  }
  if (!equality.has(operator)) {
    if (left.kind === 'const' && right.kind === 'const') return arithmetic(operator, left.value, right.value, labels)
    if (operator === 'in') return contains(left, right, labels)
    if (operator === 'instanceof') return instanceOf(left, right) ?? classOf(unknown(labels & ~(CALLER | SESSION) || right.labels), node)
    return unknown(labels)
  }
  if (has(labels, DATA)) comparesPassword(machine, left, right, node, module)
  const equal = equals(machine, left, right, labels, node, module)
  if (equal === undefined) return unknown(labels)
  const is = operator === '===' || operator === '=='
  return constant(equal.value === is, equal.labels)
}

/** Whether an error is of a class that the code names, whatever the answer is kept in. */
function classOf(answer: Unknown, node: Node): Unknown {
  const error = node.type === 'BinaryExpression' ? classAsked(node) : undefined
  return error === undefined || !has(answer.labels, ERROR) ? answer : { ...answer, about: error }
}

/** `err` of `err instanceof AppError`. Every error is an `Error`: to ask for that says nothing. */
export function classAsked(node: Node & { type: 'BinaryExpression' }): string | undefined {
  if (node.operator !== 'instanceof' || (node.right.type === 'Identifier' && node.right.name === 'Error')) return undefined
  const subject = unwrapped(node.left)
  return subject.type === 'Identifier' ? subject.name : undefined
}

const password = /^(?:pass_?(?:word|phrase|code)|pin)$/i

/** `link.password === password`: a password that is kept as it is, against what the caller sends. */
function comparesPassword(machine: Machine, left: Value, right: Value, node: Node, module: Module): void {
  if (machine.quiet || ![left, right].some((side) => side.kind === 'unknown' && password.test(side.name ?? ''))) return
  const own = deepLabels(left)
  const other = deepLabels(right)
  if (!(has(own, CALLER) && !has(own, DATA) && has(other, DATA) && !has(other, CALLER)) && !(has(other, CALLER) && !has(other, DATA) && has(own, DATA) && !has(own, CALLER))) return
  machine.seen.effects.push({
    kind: 'password', operation: machine.place(node, module).text, at: machine.trace(node, module), checks: machine.checks, labels: own | other, keyLabels: 0, keys: new Map(), fields: new Map(),
    whole: false, target: '', projected: true, gives: false, raises: new Set(),
  })
}

function equals(machine: Machine, left: Value, right: Value, labels: number, node: Node, module: Module): { value: boolean; labels: number } | undefined {
  if (left.kind === 'const' && right.kind === 'const') {
    const loose = left.value == null && right.value == null
    return { value: left.value === right.value || (loose && node.type === 'BinaryExpression' && node.operator.length === 2), labels }
  }
  return proved(machine, left, right, labels, node, module) ?? proved(machine, right, left, labels, node, module)
}

/** What is known of `one === other`, for what `one` is. */
function proved(machine: Machine, one: Value, other: Value, labels: number, node: Node, module: Module): { value: boolean; labels: number } | undefined {
  // Something that is there against nothing.
  if (one.kind === 'const' && one.value == null && nullish(other) === false) return { value: false, labels }
  // Nobody is signed in, so nothing of the session equals a value.
  if (one.kind === 'const' && has(one.labels, SESSION) && !machine.world.signedIn && other.kind === 'unknown') return { value: false, labels }
  // Only its holder knows a secret.
  const claimed = deepLabels(one)
  const kept = deepLabels(other)
  const proves =
    (has(claimed, CREDENTIAL | CALLER) && has(kept, SECRET) && !has(kept, CALLER | CREDENTIAL)) ||
    (has(claimed, CREDENTIAL) && has(kept, STORED | ROW) && !has(kept, CREDENTIAL)) ||
    (has(claimed, CALLER) && has(kept, DATA) && !has(kept, CALLER) && namesToken(other.kind === 'unknown' ? (other.name ?? '') : ''))
  if (!proves || one.kind === 'const' || other.kind === 'const') return undefined
  if (machine.world.signedIn) {
    const check: Check = { kind: 'authorizer', at: machine.trace(node, module), labels: SESSION | ROLE }
    machine.seen.checks.push(check)
    machine.checks = [...machine.checks, check]
    return { value: true, labels: SESSION | ROLE }
  }
  machine.seen.sessions.push(machine.trace(node, module))
  return { value: false, labels: SESSION }
}

const responses = /^(?:Next)?Response(?:\.\w+)?\(\)$/

/** Whether a value is of a class, where both are known: `if (result instanceof Response) return result`. */
function instanceOf(left: Value, right: Value): Value | undefined {
  if (right.kind === 'class') return left.kind === 'object' && left.of ? constant(left.of.node === right.node, left.labels) : undefined
  if (right.kind !== 'lib' || !/^(?:Next)?Response$/.test(right.path)) return undefined
  if (left.kind === 'lib') return responses.test(left.path) ? constant(true, left.labels) : undefined
  return left.kind === 'object' || left.kind === 'list' || left.kind === 'const' ? constant(false, left.labels) : undefined
}

function contains(left: Value, right: Value, labels: number): Value {
  if (left.kind === 'const' && typeof left.value === 'string' && right.kind === 'object' && !right.rest) return constant(right.properties.has(left.value), labels)
  return unknown(labels)
}

function arithmetic(operator: string, left: string | number | boolean | null | undefined, right: string | number | boolean | null | undefined, labels: number): Value {
  if (typeof left === 'number' && typeof right === 'number') {
    switch (operator) {
      case '<': return constant(left < right, labels)
      case '<=': return constant(left <= right, labels)
      case '>': return constant(left > right, labels)
      case '>=': return constant(left >= right, labels)
      default:
    }
  }
  if (operator === '+' && typeof left === 'string' && typeof right === 'string') return constant(left + right, labels)
  // A comparison with `undefined` is false, whatever the other side.
  if (has(labels, SESSION | LIMIT) && (left === undefined || right === undefined) && /^[<>]/.test(operator)) return constant(false, labels)
  return unknown(labels)
}
