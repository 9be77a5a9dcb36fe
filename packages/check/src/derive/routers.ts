import { call, settle } from './calls.ts'
import { CALLER } from './labels.ts'
import type { Machine } from './machine.ts'
import { object, unknown, type Lib, type Native, type Value } from './value.ts'
import type { Node } from '../syntax/ast.ts'
import type { Module } from '../syntax/module.ts'

/**
 * A route that answers for a router (`fetchRequestHandler({ router, createContext })`, `new RPCHandler(router).handle(request, { context })`):
 * a caller can reach every procedure of it, so each is run, one beside the other.
 */
export function serveRouter(machine: Machine, lib: Lib, args: readonly Value[], node: Node, module: Module): void {
  const options = args.find((arg) => arg.kind === 'object')
  const given = (name: string): Value | undefined => (options?.kind === 'object' ? options.properties.get(name) : undefined)
  const router = given('router') ?? lib.calls[0]?.args[0]
  const procedures: Native[] = []
  if (router === undefined || !collect(router, procedures, 0)) machine.opaque('a part of its router can\'t be seen', node, module)
  for (const procedure of procedures) {
    const one = machine.branch(() => {
      const made = given('createContext')
      const context = made ? settle(machine, call(machine, made, [unknown(CALLER)], node, module)) : (given('context') ?? object({}, 0, unknown()))
      settle(machine, call(machine, procedure.within?.(context) ?? procedure, [unknown(CALLER)], node, module))
      return 'next'
    })
    machine.merge(one, machine.skip(), 0)
  }
}

const deepest = 6

/** The procedures of a router and of those below it. False where something of it can't be seen. */
function collect(value: Value, found: Native[], depth: number): boolean {
  if (depth > deepest) return false
  switch (value.kind) {
    case 'native':
      found.push(value)
      return true
    case 'object':
      return [...value.properties.values()].map((part) => collect(part, found, depth + 1)).every(Boolean) && value.rest === undefined
    case 'lib': {
      // `os.use(guard).router({ … })`: what is put in front of all of them is not followed.
      const last = value.calls.at(-1)
      if (last === undefined || value.calls.slice(0, -1).some(({ name }) => name === 'use')) return false
      return last.args.map((part) => collect(part, found, depth + 1)).every(Boolean)
    }
    default:
      return false
  }
}

