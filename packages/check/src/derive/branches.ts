import { evaluate } from './expressions.ts'
import { Abrupt, type Completion, type Machine } from './machine.ts'
import { has, CALLER, ERROR, LIMIT, PICKED, ROLE, SESSION, SETTING, TOKEN, VALID } from './labels.ts'
import { classAsked } from './compare.ts'
import { owner, type Scope } from './scope.ts'
import { deepLabels, relabelled, truth, type Value } from './value.ts'
import { keyName, unwrapped, walk, type Node } from '../syntax/ast.ts'
import type { Module } from '../syntax/module.ts'

/** Runs the side that a condition selects, or both where it can't be known. */
export function choose(machine: Machine, test: Node, scope: Scope, module: Module, yes: () => Completion, no: () => Completion): Completion {
  const value = evaluate(machine, test, scope, module)
  const known = truth(value)
  if (known !== undefined) return decided(machine, value, test, module, known ? yes : no)
  const frame = machine.frame
  const before = frame?.returns.length ?? 0
  const left = machine.branch(() => {
    narrow(machine, test, scope)
    return yes()
  })
  const right = machine.branch(no)
  const leftEnds = left.completion !== 'next'
  const rightEnds = right.completion !== 'next'
  // `if (process.env.VERCEL !== '1') return`: a way around for development, not one that a caller has.
  if (frame && leftEnds !== rightEnds) {
    for (const returned of frame.returns.slice(before)) {
      if (value.labels === SETTING) returned.aside = true
      returned.given ??= { labels: deepLabels(value), node: test }
    }
  }
  if (frame && (leftEnds || rightEnds)) frame.implicit |= value.labels & (SESSION | ROLE | LIMIT | PICKED | TOKEN)
  if (leftEnds && rightEnds) {
    if (left.completion === 'throw' && right.completion === 'throw') throw new Abrupt(left.labels | right.labels)
    return 'exit'
  }
  if (leftEnds || rightEnds) {
    machine.adopt(leftEnds ? right : left)
    machine.passed(value.labels, test, module)
    if (has(value.labels, CALLER)) validate(machine, test, scope)
    return 'next'
  }
  machine.merge(left, right, value.labels)
  // `if (row) { compare its owner } else { make it }`: where there is no row there is nobody else's.
  if (has(value.labels, PICKED)) {
    const owned = [...left.checks, ...right.checks].filter((check) => check.kind === 'ownership' && !machine.checks.includes(check))
    machine.checks = [...machine.checks, ...owned]
  }
  return 'next'
}

/** Runs the one side that is left; in a world without a session, an exit there is a refusal. */
export function decided(machine: Machine, value: Value, test: Node, module: Module, run: () => Completion): Completion {
  let completion: Completion
  const before = machine.seen.effects.length
  const leave = (): void => {
    machine.refused(value.labels, test, module)
    if (has(value.labels, SESSION)) machine.onRefusal(before)
  }
  try {
    completion = run()
  } catch (thrown) {
    if (thrown instanceof Abrupt) leave()
    throw thrown
  }
  if (completion === 'exit') leave()
  if (machine.frame) machine.frame.implicit |= value.labels & (SESSION | ROLE | LIMIT)
  return completion
}

/** The value of `test ? yes : no`, and of the right side of `&&`, `||` and `??`. */
export function select(machine: Machine, value: Value, test: Node, module: Module, run: () => Value): { value?: Value; left: boolean } {
  let result: Value | undefined
  const side = machine.branch(() => {
    result = run()
    return 'next'
  })
  const other = machine.skip()
  if (side.completion === 'throw') {
    machine.passed(value.labels, test, module)
    return { left: true }
  }
  machine.merge(side, other, value.labels)
  return result ? { value: result, left: false } : { left: false }
}

/** `err instanceof AppError`: the code knows what this error says. */
export function narrow(machine: Machine, test: Node, scope: Scope): void {
  const condition = unwrapped(test)
  if (condition.type === 'LogicalExpression' && condition.operator === '&&') {
    narrow(machine, condition.left, scope)
    narrow(machine, condition.right, scope)
  } else {
    const subject = told(condition, scope)
    if (typeof subject === 'string') mark(machine, scope, subject, 0, ERROR)
  }
}

/** The error of which a condition tells more where it holds; null where it can't hold. */
function told(test: Node, scope: Scope): string | null | undefined {
  const condition = unwrapped(test)
  if (condition.type === 'BinaryExpression') return classAsked(condition)
  if (condition.type === 'CallExpression') {
    const [subject] = condition.arguments
    return condition.arguments.length === 1 && subject?.type === 'Identifier' ? subject.name : undefined
  }
  if (condition.type === 'Identifier') {
    const value = owner(scope, condition.name)?.get(condition.name)
    return value?.kind === 'const' && !value.value ? null : value?.kind === 'unknown' ? value.about : undefined
  }
  if (condition.type !== 'LogicalExpression' || condition.operator !== '||') return undefined
  const left = told(condition.left, scope)
  const right = told(condition.right, scope)
  return left === null ? right : right === null || left === right ? left : undefined
}

const typeTests = new Set(['test', 'includes', 'has', 'isInteger', 'isFinite', 'isSafeInteger', 'isArray', 'match', 'safeParse', 'hasOwn'])

/** Names whose type or value a passed condition tested at run time. */
function validate(machine: Machine, test: Node, scope: Scope): void {
  walk(test, (node) => {
    if (node.type === 'UnaryExpression' && node.operator === 'typeof') trust(machine, scope, node.argument)
    else if (node.type === 'BinaryExpression' && node.operator === 'instanceof') trust(machine, scope, node.left)
    else if (node.type === 'BinaryExpression' && /^[!=]==?$/.test(node.operator)) {
      // What equals a known value is known.
      for (const [side, other] of [[node.left, node.right], [node.right, node.left]] as const) if (!isNothing(other)) trust(machine, scope, side)
    }
    else if (node.type === 'CallExpression') {
      const callee = unwrapped(node.callee)
      const name = callee.type === 'MemberExpression' ? keyName(callee.property, callee.computed) : callee.type === 'Identifier' ? callee.name : undefined
      if (name === undefined || !(typeTests.has(name) || /^is[A-Z]|[vV]alid/.test(name))) return
      for (const argument of node.arguments) trust(machine, scope, argument)
    }
  })
}

function isNothing(node: Node): boolean {
  return (node.type === 'Literal' && (node.value === null || node.value === '')) || (node.type === 'Identifier' && node.name === 'undefined')
}

function trust(machine: Machine, scope: Scope, node: Node): void {
  const subject = unwrapped(node)
  if (subject.type === 'Identifier') mark(machine, scope, subject.name, VALID, 0)
}

function mark(machine: Machine, scope: Scope, name: string, add: number, remove: number): void {
  const found = owner(scope, name)
  const value = found?.get(name)
  if (!found || !value) return
  const labels = (value.labels | add) & ~remove
  if (labels !== value.labels) machine.write(found, name, relabelled(value, labels))
}
