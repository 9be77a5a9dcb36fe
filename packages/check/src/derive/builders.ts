import { call, settle } from './calls.ts'
import { CALLER, ERROR, VALID } from './labels.ts'
import { parsedValue } from './schemas.ts'
import { deepLabels, object, unknown, undefinedValue, type ChainCall, type Lib, type Native, type Value } from './value.ts'
import type { Machine } from './machine.ts'
import type { BuilderRule } from '../libraries/types.ts'
import type { Node } from '../syntax/ast.ts'
import type { Module } from '../syntax/module.ts'

/** One more call on a builder's chain; the one that takes the handler makes an action. */
export function builderCall(lib: Lib, made: Lib, rule: BuilderRule, args: readonly Value[]): Value {
  const name = made.calls.at(-1)?.name ?? ''
  const handler = args.find((arg) => arg.kind === 'function' || arg.kind === 'native')
  if (!rule.handler.includes(name) || !handler) return made
  return runner(lib.calls, rule, handler)
}

/** The function in `t.middleware(fn)`, `createMiddleware().define(fn)`, or the function itself. */
function functionOf(value: Value | undefined): Value | undefined {
  if (value?.kind === 'function' || value?.kind === 'native') return value
  if (value?.kind !== 'lib') return undefined
  return value.calls.at(-1)?.args.find((arg) => arg.kind === 'function' || arg.kind === 'native')
}

/** An action made by a builder: runs what the chain put in front of its handler, then the handler. */
function runner(calls: readonly ChainCall[], rule: BuilderRule, handler: Value, context: Value = object({}, 0, unknown())): Native {
  const steps = calls.flatMap((one) => {
    const kind = rule.middleware.includes(one.name) ? 'middleware' : rule.procedure?.includes(one.name) ? 'procedure' : undefined
    const run = kind && functionOf(one.args[0])
    return kind && run ? [{ kind, run, one }] : []
  })
  const schemas = calls.filter((one) => rule.input.includes(one.name))
  const bound = calls.filter((one) => rule.bindInput?.includes(one.name))
  const named = (input: Value, context: Value, more: { readonly [name: string]: Value } = {}): Value =>
    object({ input, [rule.inputName]: input, ctx: context, [rule.contextName]: context, clientInput: unknown(CALLER), rawInput: unknown(CALLER), metadata: unknown(), ...more }, 0, unknown())

  const run = (machine: Machine, args: readonly Value[]): Value => {
    const raw = args[0] ?? unknown(CALLER)
    const input: Value = schemas.length > 0 ? parsedValue(schemas.at(-1)?.args[0], CALLER, rule.inputName) : raw
    const bindInputs: Value = bound.length > 0 ? unknown(CALLER | VALID) : unknown(CALLER)
    for (const one of [...schemas, ...bound]) {
      machine.seen.validations.push({ at: machine.trace(one.node, one.module), schema: one.args[0], labels: CALLER })
    }
    if (schemas.length > 0) machine.seen.declared.add('input')
    if (bound.length > 0) machine.seen.declared.add('bindInput')
    if (calls.some((one) => rule.output?.includes(one.name))) machine.seen.declared.add('output')
    const { root } = machine
    const before = machine.seen.effects.length
    const shaped = tellErrors(machine, calls, rule)
    const from = (index: number, held: Value): Value => {
      const step = steps[index]
      if (!step) {
        machine.root = machine.frames.length
        return call(machine, handler, [named(input, held, { bindArgsParsedInputs: bindInputs }), undefinedValue], handler.kind === 'function' ? handler.node : (calls[0]?.node ?? neverNode()), calls[0]?.module ?? neverModule())
      }
      machine.root = -1
      if (step.kind === 'procedure') return from(index + 1, settle(machine, call(machine, step.run, [named(input, held)], step.one.node, step.one.module)))
      const next: Native = {
        kind: 'native',
        labels: 0,
        call: (_machine, given) => {
          const passed = given[0]?.kind === 'object' ? (given[0].properties.get(rule.contextName) ?? given[0].properties.get('ctx')) : undefined
          return from(index + 1, merged(held, passed))
        },
      }
      return call(machine, step.run, [named(input, held, { next }), next], step.one.node, step.one.module)
    }
    try {
      return from(0, context)
    } finally {
      machine.root = root
      // What does nothing has nothing that fails.
      const [start] = calls
      if (rule.tells && !shaped && start && !machine.quiet && machine.seen.effects.length > before) machine.seen.returns.push({ at: machine.trace(start.node, start.module), value: { kind: 'unknown', labels: ERROR, truthy: true, name: 'error' } })
    }
  }
  return { kind: 'native', labels: 0, call: run, within: (given) => runner(calls, rule, handler, given), ...(rule.same ? { same: rule.same } : {}) }
}

/** What the caller gets where something throws: the chain may say it for all its actions. True if it does. */
function tellErrors(machine: Machine, calls: readonly ChainCall[], rule: BuilderRule): boolean {
  if (rule.onError === undefined || machine.quiet) return false
  let told = false
  for (const { name, args: [options], node, module } of calls) {
    const teller = name === rule.onError ? options : options?.kind === 'object' ? options.properties.get(rule.onError) : undefined
    if (teller?.kind !== 'function') continue
    told = true
    const { root } = machine
    const done = machine.seen.effects.length
    machine.root = machine.frames.length
    machine.branch(() => {
      const error: Value = { kind: 'unknown', labels: ERROR, truthy: true, name: 'error' }
      call(machine, teller, [name === rule.onError ? object({ err: error, error }, 0, unknown()) : error], node, module)
      return 'next'
    })
    machine.root = root
    // What it logs is no effect of the action.
    machine.seen.effects.length = done
  }
  return told
}

/**
 * The answer of a library that makes it of what was thrown, for actions of a builder: with what an unknown error says, unless an
 * option of that builder makes something else of it.
 */
export function answerWithErrors(machine: Machine, option: string, args: readonly Value[], node: Node, module: Module): Value {
  const error: Value = { kind: 'unknown', labels: ERROR, truthy: true, name: 'error' }
  const made = args.flatMap((arg) => (arg.kind === 'object' ? [...arg.properties.values()] : [arg])).find((value) => value.kind === 'lib' && value.builder !== undefined)
  if (made?.kind !== 'lib') return unknown()
  for (const { args: [options] } of made.calls) {
    const shaper = options?.kind === 'object' ? options.properties.get(option) : undefined
    if (shaper?.kind !== 'function') continue
    const shape = object({ message: error, code: unknown(), data: object({ code: unknown() }, 0, unknown()) })
    return unknown(deepLabels(call(machine, shaper, [object({ shape, error }, 0, unknown())], node, module)) & ERROR)
  }
  return error
}

function merged(left: Value, right: Value | undefined): Value {
  if (!right) return left
  if (left.kind !== 'object' || right.kind !== 'object') return right
  return { kind: 'object', properties: new Map([...left.properties, ...right.properties]), labels: 0, rest: unknown() }
}

function neverNode(): never {
  throw new Error('a builder chain has at least the call that starts it')
}

function neverModule(): never {
  throw new Error('a builder chain has at least the call that starts it')
}
