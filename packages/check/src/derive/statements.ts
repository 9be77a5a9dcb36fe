import { evaluate } from './expressions.ts'
import { settle } from './calls.ts'
import { bind } from './patterns.ts'
import { choose, decided } from './branches.ts'
import { Abrupt, type Completion, type Machine } from './machine.ts'
import { inner, type Scope } from './scope.ts'
import { has, ERROR, SESSION } from './labels.ts'
import { truth, undefinedValue, unknown, type Value } from './value.ts'
import type { Node } from '../syntax/ast.ts'
import type { Module } from '../syntax/module.ts'

/** Runs statements in a scope of their own. */
export function executeBlock(machine: Machine, body: readonly Node[], parent: Scope, module: Module): Completion {
  const scope = inner(parent)
  hoist(machine, body, scope, module)
  for (const statement of body) if (execute(machine, statement, scope, module) === 'exit') return 'exit'
  return 'next'
}

/** Function and class declarations can be used before they stand. */
export function hoist(machine: Machine, body: readonly Node[], scope: Scope, module: Module): void {
  for (const statement of body) {
    const node = statement.type === 'ExportNamedDeclaration' && statement.declaration ? statement.declaration : statement
    if (node.type === 'FunctionDeclaration' && node.id && node.body) {
      const value: Value = { kind: 'function', node, module, scope, labels: 0, name: node.id.name }
      scope.set(node.id.name, value)
      if (machine.wanted === node) machine.captured ??= value
    } else if (node.type === 'ClassDeclaration' && node.id) scope.set(node.id.name, { kind: 'class', node, module, scope, labels: 0 })
  }
}

/** Runs one statement. As in `evaluate`, no function is made in it. */
export function execute(machine: Machine, node: Node, scope: Scope, module: Module): Completion {
  if (!machine.step()) return 'exit'
  switch (node.type) {
    case 'ExpressionStatement':
      evaluate(machine, node.expression, scope, module)
      return 'next'
    case 'VariableDeclaration':
      for (const declarator of node.declarations) {
        bind(machine, declarator.id, declarator.init ? evaluate(machine, declarator.init, scope, module) : undefinedValue, scope, module)
      }
      return 'next'
    case 'ReturnStatement': {
      const value = node.argument ? evaluate(machine, node.argument, scope, module) : undefinedValue
      machine.frame?.returns.push({ value, checks: machine.checks, node: node.argument ?? node })
      return 'exit'
    }
    case 'ThrowStatement': {
      const value = evaluate(machine, node.argument, scope, module)
      throw new Abrupt(value.labels)
    }
    case 'IfStatement':
      return executeIf(machine, node, scope, module)
    case 'BlockStatement':
      return executeBlock(machine, node.body, scope, module)
    case 'TryStatement':
      return executeTry(machine, node, scope, module)
    case 'SwitchStatement':
      return executeSwitch(machine, node, scope, module)
    case 'WhileStatement':
    case 'DoWhileStatement': {
      const enters = node.type === 'DoWhileStatement' || truth(evaluate(machine, node.test, scope, module))
      return enters === false ? 'next' : once(machine, node.body, scope, module, enters === true)
    }
    case 'ForStatement': {
      const own = inner(scope)
      if (node.init) node.init.type === 'VariableDeclaration' ? execute(machine, node.init, own, module) : evaluate(machine, node.init, own, module)
      if (node.test) evaluate(machine, node.test, own, module)
      return once(machine, node.body, own, module, false)
    }
    case 'ForInStatement':
    case 'ForOfStatement': {
      const own = inner(scope)
      const over = evaluate(machine, node.right, scope, module)
      if (over.kind === 'list' && over.items.length === 0) return 'next'
      const each = over.kind === 'list' ? (over.items[0] ?? unknown()) : unknown(over.labels)
      const item = node.type === 'ForOfStatement' && node.await ? settle(machine, each) : each
      if (node.left.type === 'VariableDeclaration') for (const declarator of node.left.declarations) bind(machine, declarator.id, item, own, module)
      else bind(machine, node.left, item, own, module)
      return once(machine, node.body, own, module, false)
    }
    case 'LabeledStatement': {
      // `break label` leaves the block, and not the function.
      const before = machine.frame?.returns.length
      const completion = execute(machine, node.body, scope, module)
      return machine.frame?.returns.length === before ? 'next' : completion
    }
    case 'BreakStatement':
    case 'ContinueStatement':
      return 'exit'
    case 'ExportNamedDeclaration':
      return node.declaration ? execute(machine, node.declaration, scope, module) : 'next'
    default:
      return 'next'
  }
}

function executeIf(machine: Machine, node: Node & { type: 'IfStatement' }, scope: Scope, module: Module): Completion {
  return choose(machine, node.test, scope, module, () => execute(machine, node.consequent, scope, module), () => (node.alternate ? execute(machine, node.alternate, scope, module) : 'next'))
}

/** A loop: its body may run or not, and a `break` or `return` in it ends only that round. */
function once(machine: Machine, body: Node, scope: Scope, module: Module, surely: boolean): Completion {
  const round = machine.branch(() => execute(machine, body, scope, module))
  const none = machine.skip()
  if (surely && round.completion === 'throw') throw new Abrupt(round.labels)
  machine.merge(round, none, 0)
  return 'next'
}

function executeTry(machine: Machine, node: Node & { type: 'TryStatement' }, scope: Scope, module: Module): Completion {
  const refusals = machine.seen.refusals.length
  const tried = machine.branch(() => executeBlock(machine, node.block.body, scope, module))
  const before = machine.checks
  const handler = node.handler
  let completion: Completion = 'next'
  if (!handler) {
    machine.adopt(tried)
    if (tried.completion === 'throw') {
      if (node.finalizer) executeBlock(machine, node.finalizer.body, scope, module)
      throw new Abrupt(tried.labels)
    }
    completion = tried.completion
  } else {
    const done = machine.seen.effects.length
    const told = machine.seen.refusals.length
    // A store that fails is no way for a caller: where a limit is used up, only what is surely thrown is caught.
    if (tried.completion !== 'throw' && (machine.world.limited || machine.world.counted)) {
      machine.adopt(tried)
      const end = node.finalizer ? executeBlock(machine, node.finalizer.body, scope, module) : 'next'
      return end === 'exit' ? 'exit' : tried.completion
    }
    const caught = machine.branch(() => {
      // What was written before the throw stays.
      if (tried.completion === 'throw') for (const [of, values] of tried.writes) for (const [name, value] of values) machine.write(of, name, value)
      machine.checks = before
      const own = inner(scope)
      if (handler.param) bind(machine, handler.param, { kind: 'unknown', labels: ERROR, truthy: true, name: 'error' }, own, module)
      return executeBlock(machine, handler.body.body, own, module)
    })
    const ends = (side: { completion: string }): boolean => side.completion !== 'next'
    if (tried.completion === 'throw') {
      if (has(tried.labels, SESSION) || told > refusals) machine.onRefusal(done)
      machine.adopt(caught)
      if (caught.completion === 'throw') throw new Abrupt(caught.labels)
      completion = caught.completion
    } else if (ends(tried) && ends(caught)) completion = 'exit'
    else if (ends(caught)) machine.adopt(tried)
    else if (ends(tried)) machine.adopt(caught)
    else machine.merge(tried, caught, 0)
  }
  const last = node.finalizer ? executeBlock(machine, node.finalizer.body, scope, module) : 'next'
  return last === 'exit' ? 'exit' : completion
}

function executeSwitch(machine: Machine, node: Node & { type: 'SwitchStatement' }, scope: Scope, module: Module): Completion {
  const subject = evaluate(machine, node.discriminant, scope, module)
  const own = inner(scope)
  const known = subject.kind === 'const' ? matching(machine, node, subject, own, module) : undefined
  if (known) {
    const from = node.cases.slice(node.cases.indexOf(known.one)).find((next) => next.consequent.length > 0)
    return decided(machine, known.test, known.one.test ?? node.discriminant, module, () => (executeBlock(machine, from?.consequent ?? [], own, module) === 'exit' && leaves(from?.consequent ?? []) ? 'exit' : 'next'))
  }
  let all: ReturnType<Machine['branch']> | undefined
  let covered = false
  node.cases.forEach((one, index) => {
    if (one.test) evaluate(machine, one.test, own, module)
    else covered = true
    const side = machine.branch(() => {
      // An empty case falls through to the next.
      const from = node.cases.slice(index).find((next) => next.consequent.length > 0)
      const completion = executeBlock(machine, from?.consequent ?? [], own, module)
      return completion === 'exit' && leaves(from?.consequent ?? []) ? 'exit' : 'next'
    })
    if (side.completion !== 'next') return
    if (all) {
      machine.merge(all, side, subject.labels)
      all = machine.skip()
    } else all = side
  })
  if (machine.frame) machine.frame.implicit |= subject.labels
  if (!all) return covered ? 'exit' : 'next'
  if (covered) machine.adopt(all)
  return 'next'
}

/** `switch (true) { case !session: … }`: the case that is surely taken. */
function matching(machine: Machine, node: Node & { type: 'SwitchStatement' }, subject: Value & { kind: 'const' }, scope: Scope, module: Module): { readonly one: (typeof node.cases)[number]; readonly test: Value } | undefined {
  for (const one of node.cases) {
    if (!one.test) return undefined
    const test = evaluate(machine, one.test, scope, module)
    if (test.kind !== 'const') return undefined
    if (test.value === subject.value) return { one, test }
  }
  return undefined
}

/** Whether a case ends by leaving the function, not only the switch. */
function leaves(body: readonly Node[]): boolean {
  const last = body.at(-1)
  if (last?.type === 'BlockStatement') return leaves(last.body)
  return last?.type !== 'BreakStatement' && last?.type !== 'ContinueStatement'
}
