import { callUnknown, call, later, mayRefuse, runCallback } from './calls.ts'
import { calledPath, member } from './members.ts'
import { answerWithErrors, builderCall } from './builders.ts'
import { isSallyport, sallyportCall } from './sallyport.ts'
import { isMadeUp, memory, note } from './counters.ts'
import { extendEffect, recordEffect } from './effects.ts'
import { has, union, CALLER, COUNT, CREDENTIAL, ERROR, LIMIT, ROLE, SCRUBBED, SECRET, SESSION } from './labels.ts'
import { deepLabels, object, promised, promisedValue, truth, unknown, type ChainCall, type Lib, type Value } from './value.ts'
import { serveRouter } from './routers.ts'
import { parsedValue } from './schemas.ts'
import { allowed, principal, shaped } from './world.ts'
import type { Machine } from './machine.ts'
import type { CallRule } from '../libraries/types.ts'
import type { Node } from '../syntax/ast.ts'
import type { Module } from '../syntax/module.ts'

/** The package whose rules hold for any client that nobody describes. */
export const anyClient = '*'

/** The last name of a path. */
export function lastName(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1)
}

/** Calls something of a library. */
export function callLibrary(machine: Machine, lib: Lib, args: readonly Value[], node: Node, module: Module): Value {
  const name = lastName(lib.path)
  let { labels } = lib
  for (const arg of args) labels = union(labels, deepLabels(arg))
  const last: ChainCall = { name, args, node, module }
  const made: Lib = { ...lib, path: calledPath(lib.path), labels, calls: lib.calls.length === 0 ? [last] : [...lib.calls, last] }
  machine.called(lib.path, node, module)
  if (lib.effect) {
    extendEffect(machine, lib.effect, name, args)
    return made
  }
  if (isSallyport(lib.package)) {
    const own = sallyportCall(machine, lib, made, args)
    if (own) return own
  }
  const started = machine.libraries.builder(lib.package, lib.path)
  if (started) {
    const parents = args.flatMap((arg) => (arg.kind === 'lib' && arg.builder ? arg.calls : []))
    const built: Lib = { ...made, calls: [...parents, ...made.calls], builder: started }
    return started.handler.includes(name) ? builderCall({ ...lib, calls: parents.length > 0 ? parents : lib.calls }, built, started, args) : built
  }
  const rule = ruleOf(machine, lib)
  if (rule) return apply(machine, rule, lib, made, args, node, module)
  if (lib.builder) return builderCall(lib, made, lib.builder, args)
  if (lib.missing && !machine.quiet && !/^[A-Z]/.test(name)) machine.opaque(`${lib.path} can't be followed: its module is not there`, node, module)
  if (has(labels, SESSION) && args.length > 1) return { ...made, labels: callUnknown(machine, lib.labels, args, node, module).labels }
  if (!machine.libraries.knows(lib.package) || /^global(?:This)?\./.test(lib.path)) mayRefuse(machine, args, node, module)
  for (const arg of args) runCallback(machine, arg, [], node, module)
  return made
}

function ruleOf(machine: Machine, lib: Lib): CallRule | undefined {
  const own = machine.libraries.call(lib.package, lib.path)
  if (own) return own
  return machine.libraries.knows(lib.package) || lib.builder ? undefined : machine.libraries.call(anyClient, lib.path)
}

/** What a rule says of a call. */
export function apply(machine: Machine, rule: CallRule, lib: Lib, made: Lib, args: readonly Value[], node: Node, module: Module): Value {
  const first = args[0]
  if (rule.exits) {
    // `redirect('/failed?because=' + error.message)` goes to the caller too.
    if (first && has(deepLabels(first), ERROR) && !machine.quiet) machine.seen.returns.push({ at: machine.trace(node, module), value: first })
    machine.abort(first ? first.labels & SESSION : 0, node, module)
  }
  if (rule.passes !== undefined) return promisedValue(args[rule.passes] ?? unknown())
  if (rule.picks) return picked(machine, args, node, module)
  if (rule.asserts && first) {
    const known = truth(first)
    if (known === false) machine.abort(first.labels, node, module)
    if (known === undefined) machine.passed(first.labels, node, module)
    return unknown()
  }
  if (rule.session !== undefined) {
    machine.seen.sessions.push(machine.trace(node, module))
    if (rule.authorizes && machine.world.signedIn) authorized(machine, node, module)
    const handler = args.find((arg) => arg.kind === 'function')
    if (handler) {
      const wrapped = wrapping(handler, rule, node, module)
      return rule.under ? object(Object.fromEntries(rule.under.map((name) => [name, wrapped]))) : wrapped
    }
    const { session } = rule
    const read = (): Value => (machine.world.signedIn ? principal() : shaped(machine, session, SESSION, node, module))
    return rule.promise ? later(machine, read) : read()
  }
  if (rule.verifies !== undefined) {
    machine.seen.sessions.push(machine.trace(node, module))
    if (rule.effect) recordEffect(machine, rule, lib, made, args, node, module)
    const { verifies } = rule
    const forged = (): Value => shaped(machine, verifies, SESSION, node, module)
    if (!machine.world.signedIn) return rule.promise ? later(machine, forged) : forged()
    if (rule.authorizes === true || (rule.authorizes && args.some((arg) => has(deepLabels(arg), SECRET)))) machine.checks = [...machine.checks, ...machine.check(SESSION | ROLE, node, module, 'authorizer')]
    return rule.promise ? promised(principal()) : principal()
  }
  if (rule.authorizes) {
    if (machine.world.signedIn) authorized(machine, node, module)
    return unknown(SESSION | ROLE)
  }
  if (rule.limit !== undefined) {
    machine.seen.limits.push({ at: machine.trace(node, module), free: args.length > 0 && args.every(isMadeUp) })
    return machine.world.limited ? shaped(machine, rule.limit, LIMIT, node, module) : allowed(rule.limit)
  }
  if (rule.validates) return validated(machine, rule.validates, lib, args, node, module)
  if (rule.carries) return { ...made, labels: union(made.labels, CREDENTIAL) }
  if (rule.gives === 'input') return unknown(CALLER)
  if (rule.gives === 'credential') return unknown(CREDENTIAL)
  if (rule.gives === 'secret') return unknown(SECRET)
  // The key is what the chain began with: `createHmac('sha256', key)`.
  if (rule.gives === 'code') return lib.calls.some(({ args: [, key] }) => key && has(deepLabels(key), CALLER)) ? made : unknown(SECRET)
  if (rule.transaction) {
    const client: Lib = { ...lib, path: lib.path.slice(0, Math.max(0, lib.path.lastIndexOf('.'))) }
    const callback = args.find((arg) => arg.kind === 'function')
    if (callback) return call(machine, callback, [client], node, module)
    return first ?? unknown()
  }
  if (rule.scrubs) return unknown(made.labels | SCRUBBED)
  if (rule.effect) return recordEffect(machine, rule, lib, made, args, node, module)
  if (rule.serves === 'later') return { kind: 'native', labels: 0, call: (running) => served(running, rule, lib, args, node, module) }
  if (rule.serves) return served(machine, rule, lib, args, node, module)
  if (rule.tells !== undefined) return answerWithErrors(machine, rule.tells, args, node, module)
  if (rule.counts) {
    note(machine, 'counted', memory, node, module)
    return unknown(COUNT)
  }
  return made
}

/** What the answer of a route for a router may hold. */
function served(machine: Machine, rule: CallRule, lib: Lib, args: readonly Value[], node: Node, module: Module): Value {
  serveRouter(machine, lib, args, node, module)
  return rule.tells === undefined ? unknown() : answerWithErrors(machine, rule.tells, args, node, module)
}

/** An object of the named fields of another. */
function picked(machine: Machine, args: readonly Value[], node: Node, module: Module): Value {
  const from = args.find((arg) => arg.kind !== 'const' && arg.kind !== 'list')
  const names = args.flatMap((arg) => (arg.kind === 'list' ? arg.items : [arg])).flatMap((name) => (name.kind === 'const' ? [String(name.value)] : []))
  return from && names.length > 0 ? object(Object.fromEntries(names.map((name) => [name, member(machine, from, name, true, node, module)]))) : unknown(from?.labels)
}

/** `auth((request) => …)`: the handler finds the session on the request. */
function wrapping(handler: Value, rule: CallRule, node: Node, module: Module): Value {
  return {
    kind: 'native',
    labels: 0,
    call: (machine, args) => {
      machine.seen.sessions.push(machine.trace(node, module))
      const session = machine.world.signedIn ? principal() : shaped(machine, rule.session ?? null, SESSION, node, module)
      if (rule.authorizes && machine.world.signedIn) machine.checks = [...machine.checks, ...machine.check(SESSION | ROLE, node, module, 'authorizer')]
      return call(machine, handler, [object({ auth: session, user: session }, CALLER, unknown(CALLER)), ...args.slice(1)], node, module)
    },
  }
}

function authorized(machine: Machine, node: Node, module: Module): void {
  machine.passed(SESSION | ROLE, node, module)
}

function validated(machine: Machine, how: NonNullable<CallRule['validates']>, lib: Lib, args: readonly Value[], node: Node, module: Module): Value {
  // `schema.parse(input)` or `parse(schema, input)`.
  const apart = args.length > 1 && (args[0]?.kind === 'lib' || (args[0]?.kind === 'function' && lib.calls.length === 0)) && lib.calls.length === 0
  const input = apart ? args[1] : args[0]
  const base: Lib = { ...lib, path: lib.path.slice(0, Math.max(0, lib.path.lastIndexOf('.'))) }
  const from = input ? deepLabels(input) : CALLER
  machine.seen.validations.push({ at: machine.trace(node, module), schema: apart ? args[0] : base, labels: from })
  const value = parsedValue(apart ? args[0] : base, from)
  if (how === 'value') return value
  // There is no value where the parse failed: `data ?? input` may be either.
  const data: Value = value.kind === 'unknown' ? { ...unknown(value.labels), ...(value.loose ? { loose: value.loose } : {}) } : value
  return object({ success: unknown(), data, output: data, value: data, error: unknown(), issues: unknown() }, 0, unknown())
}
