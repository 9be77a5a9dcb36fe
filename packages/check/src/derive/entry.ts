import { call, settle } from './calls.ts'
import { exportedValue, expressionValue } from './globals.ts'
import { CALLER, IDENTITY, namesIdentity, TEXT } from './labels.ts'
import { Abrupt, Machine, type Bounds, type World } from './machine.ts'
import type { Shared } from './shared.ts'
import { inner, type Scope } from './scope.ts'
import { promisedValue, unknown, type ChainCall, type Fn, type Value } from './value.ts'
import { isFunction, walk, type FunctionLike, type Node } from '../syntax/ast.ts'
import type { Observation } from './facts.ts'
import type { LibraryIndex } from '../libraries/match.ts'
import type { CodeBase } from '../resolve/program.ts'
import type { Module } from '../syntax/module.ts'

/** What is run: an export of a module, or a function that is an action by its own directive. */
export type Target =
  | { readonly kind: 'export'; readonly module: Module; readonly name: string; readonly request?: boolean }
  | { readonly kind: 'inline'; readonly module: Module; readonly node: FunctionLike; readonly enclosing: readonly FunctionLike[] }

/** What a run showed, and what the entry point turned out to be. */
export interface Run {
  readonly seen: Observation
  /** The chain of Sallyport's builder, where that made the action. */
  readonly chain?: readonly ChainCall[]
  /** The function that answers, where it is one of the code base. */
  readonly fn?: Fn
  /** How the value came to be: a plain function, the result of a wrapper or a builder, or something that can't be seen. */
  readonly shape: 'function' | 'built' | 'opaque' | 'value'
  /** An inline action that holds on to values of a component which nobody without a session gets past. */
  readonly captured?: boolean
  /** The library whose own endpoint it is. */
  readonly provider?: string
  readonly steps: number
}

/** Runs an entry point in one world. */
export function run(base: CodeBase, libraries: LibraryIndex, target: Target, world: World, bounds: Bounds, shared?: Shared, over?: ReadonlySet<Node>): Run {
  const machine = new Machine(base, libraries, world, bounds, shared)
  if (over) machine.over = over
  if (target.kind === 'inline') return runInline(machine, target)
  const value = settle(machine, promisedValue(exportedValue(machine, target.module, target.name)))
  return answer(machine, value, target.module, target.request === true)
}

function answer(machine: Machine, value: Value, module: Module, request: boolean): Run {
  const node = module.program
  const result = (shape: Run['shape']): Run => ({
    seen: machine.seen,
    shape,
    steps: machine.steps,
    ...(value.kind === 'native' && value.chain ? { chain: value.chain } : {}),
    ...(value.kind === 'function' ? { fn: value } : {}),
  })
  switch (value.kind) {
    case 'function':
      attempt(machine, value, argumentsFor(value, request), node, module)
      return result('function')
    case 'native':
      attempt(machine, value, request ? [unknown(CALLER, 'request'), unknown(CALLER | TEXT, 'params'), unknown(CALLER, '...')] : [unknown(CALLER), unknown(CALLER, '...')], node, module)
      return result('built')
    case 'lib': {
      const handlers = value.calls.flatMap((one) => one.args.filter((arg) => arg.kind === 'function'))
      const last = value.calls.at(-1)
      if (last && handlers.length > 0) machine.opaque(`what ${last.name} of ${value.package} does before it calls this is not known`, last.node, last.module)
      else if (machine.libraries.knows(value.package)) return { ...result('built'), provider: value.package }
      else machine.opaque(`it comes from ${value.package}`, node, module)
      for (const handler of handlers) if (handler.kind === 'function') attempt(machine, handler, argumentsFor(handler, request), node, module)
      return result('opaque')
    }
    case 'const':
    case 'list':
      return result('value')
    default:
      machine.opaque('what it is can\'t be seen', node, module)
      return result(value.kind === 'object' ? 'value' : 'opaque')
  }
}

/** Everything that the caller passes is the caller's. */
function argumentsFor(fn: Fn, request: boolean): Value[] {
  const args: Value[] = fn.node.params.map((parameter, index) => {
    if (request && index === 0) return unknown(CALLER, 'request')
    // The second is `{ params }`: parts of the path.
    if (request && index === 1) return unknown(CALLER | TEXT, 'params')
    const name = parameter.type === 'Identifier' ? parameter.name : ''
    return unknown(CALLER | (namesIdentity(name) ? IDENTITY : 0), name)
  })
  return [...args.filter((_, index) => fn.node.params[index]?.type !== 'RestElement'), unknown(CALLER, '...')]
}

function attempt(machine: Machine, value: Value, args: readonly Value[], node: Node, module: Module): void {
  const before = machine.stack.length
  try {
    const result = call(machine, value, args, node, module)
    machine.stack.length = before
    if (result.kind === 'promise' && result.rejected !== undefined) machine.seen.ended = true
  } catch (thrown) {
    if (!(thrown instanceof Abrupt)) throw thrown
    machine.seen.ended = true
  }
}

/** Runs the functions around an inline action until it stands, then the action. */
function runInline(machine: Machine, target: Target & { kind: 'inline' }): Run {
  const { module, node, enclosing } = target
  const outermost = enclosing[0]
  const result = (shape: Run['shape'], captured: boolean): Run => ({ seen: machine.seen, shape, steps: machine.steps, ...(captured ? { captured } : {}) })
  machine.wanted = node
  let stopped = false
  if (outermost) {
    const holder: Fn = { kind: 'function', node: outermost, module, scope: undefined, labels: 0 }
    try {
      settle(machine, call(machine, holder, [unknown(0), unknown(0)], outermost, module))
    } catch (thrown) {
      if (!(thrown instanceof Abrupt)) throw thrown
      stopped = true
    }
    stopped ||= machine.seen.refusals.length > 0
  } else expressionValue(machine, module, module.program)
  machine.wanted = undefined
  const refusals = [...machine.seen.refusals]
  const sessions = [...machine.seen.sessions]
  for (const list of [machine.seen.effects, machine.seen.sessions, machine.seen.refusals, machine.seen.validations, machine.seen.limits, machine.seen.checks, machine.seen.returns, machine.seen.opaque, machine.seen.streams, machine.seen.calls]) list.length = 0
  machine.checks = []
  machine.seen.ended = false
  if (stopped && !machine.world.signedIn && capturesLocals(node, enclosing)) {
    machine.seen.refusals.push(...refusals)
    machine.seen.sessions.push(...sessions)
    machine.seen.ended = true
    return result('function', true)
  }
  const scope: Scope | undefined = machine.captured?.kind === 'function' ? machine.captured.scope : inner(undefined)
  const fn: Fn = { kind: 'function', node, module, scope, labels: 0 }
  attempt(machine, fn, argumentsFor(fn, false), node, module)
  return result('function', false)
}

/** Whether a function uses a name that a function around it binds: it then travels encrypted, and only who was given it can send it. */
export function capturesLocals(node: FunctionLike, enclosing: readonly FunctionLike[]): boolean {
  const own = new Set<string>()
  const outer = new Set<string>()
  collect(node, own)
  for (const fn of enclosing) {
    walk(fn, (at) => {
      if (at === node) return false
      return collectOne(at, outer)
    })
  }
  let captured = false
  walk(node, (at, parents) => {
    if (captured || at.type !== 'Identifier' || !outer.has(at.name) || own.has(at.name)) return
    const parent = parents.at(-1)
    if (parent?.type === 'MemberExpression' && parent.property === at && !parent.computed) return
    if (parent?.type === 'Property' && parent.key === at && !parent.shorthand && !parent.computed) return
    captured = true
  })
  return captured
}

function collect(root: Node, names: Set<string>): void {
  walk(root, (node) => collectOne(node, names))
}

function collectOne(node: Node, names: Set<string>): void {
  const add = (pattern: Node): void => {
    walk(pattern, (part, parents) => {
      const parent = parents.at(-1)
      if (part.type === 'Identifier' && !(parent?.type === 'Property' && parent.key === part && !parent.shorthand)) names.add(part.name)
    })
  }
  if (node.type === 'VariableDeclarator') add(node.id)
  else if (isFunction(node)) {
    for (const parameter of node.params) add(parameter)
    if (node.type === 'FunctionDeclaration' && node.id) names.add(node.id.name)
  }
}
