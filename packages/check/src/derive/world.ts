import { has, union, LIMIT, ROLE, SESSION, namesRight, type Labels } from './labels.ts'
import { constant, object, unknown, type Value } from './value.ts'
import { Abrupt, type Machine } from './machine.ts'
import type { Shape } from '../libraries/types.ts'
import type { Node } from '../syntax/ast.ts'
import type { Module } from '../syntax/module.ts'

/** The value that a shape stands for. `throws` ends the path. */
export function shaped(machine: Machine, shape: Shape, labels: Labels, node: Node, module: Module): Value {
  if (shape === 'throws') {
    machine.refused(labels, node, module)
    throw new Abrupt(labels)
  }
  if (shape === 'unknown') return unknown(labels)
  if (shape === 'undefined') return constant(undefined, labels)
  if (shape === 'empty') return { kind: 'list', items: [], labels }
  if (shape === null || typeof shape === 'boolean') return constant(shape, labels)
  const properties: { [name: string]: Value } = {}
  for (const [name, part] of Object.entries(shape)) properties[name] = shaped(machine, part, labels, node, module)
  return object(properties, labels, unknown(labels))
}

/** The session, if there is one: it is there, and so is what identifies its owner. */
export function principal(labels: Labels = 0): Value {
  return { kind: 'unknown', labels: union(SESSION, labels), truthy: true }
}

const certain = /^(?:user|users|session|data|claims|payload|auth|profile|id|_id|userId|user_id|uid|sub|email|name|isAuthenticated|isLoggedIn|success|ok|valid|isValid|authenticated|token|accessToken|access_token)$/

/** A property of the session, in a world where somebody is signed in. */
export function ofPrincipal(labels: Labels, name: string): Value {
  if (/^(?:errors?|err|message|reason|failed|failure|isError|isDenied|expired)$/.test(name)) return constant(undefined, labels)
  const right = namesRight(name) ? union(labels, ROLE) : labels
  return certain.test(name) ? { kind: 'unknown', labels: right, truthy: true, name } : unknown(right, name)
}

/** What a limiter answers, if there is allowance left. */
export function allowed(shape: Shape): Value {
  if (typeof shape === 'boolean') return constant(!shape, LIMIT)
  if (typeof shape === 'object' && shape !== null) {
    const properties: { [name: string]: Value } = {}
    for (const [name, part] of Object.entries(shape)) if (typeof part === 'boolean') properties[name] = constant(!part, LIMIT)
    return object(properties, LIMIT, unknown(LIMIT))
  }
  return unknown(LIMIT)
}

/** Whether a value says that nobody is signed in. */
export function meansAbsent(machine: Machine, labels: Labels): boolean {
  return !machine.world.signedIn && has(labels, SESSION)
}
