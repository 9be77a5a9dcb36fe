import { has, union, CALLER, COUNT, CREDENTIAL, ERROR, IDENTITY, MODEL, ROLE, ROW, ROWS, SECRET, SESSION, SETTING, STORED, TEXT, VALID, namesIdentity, namesRight } from './labels.ts'
import { constant, labelled, unknown, type Lib, type Value } from './value.ts'
import { ofPrincipal } from './world.ts'
import { exportedValue } from './globals.ts'
import { classMember } from './classes.ts'
import { held } from './counters.ts'
import type { Machine } from './machine.ts'
import type { Node } from '../syntax/ast.ts'
import type { Module } from '../syntax/module.ts'

const paths = new Map<string, Map<string, string>>()

// The same text is the same object: looking it up need not hash it again.
function joined(path: string, name: string): string {
  let longer = paths.get(path)
  if (longer === undefined) paths.set(path, (longer = new Map()))
  let whole = longer.get(name)
  if (whole === undefined) longer.set(name, (whole = `${path}.${name}`))
  return whole
}

/** The path of what a call of a path gives. */
export function calledPath(path: string): string {
  let longer = paths.get(path)
  if (longer === undefined) paths.set(path, (longer = new Map()))
  let whole = longer.get('()')
  if (whole === undefined) longer.set('()', (whole = `${path}()`))
  return whole
}

/** A member of a library's value: its path grows. */
export function libMember(base: Lib, name: string): Lib {
  return { ...base, path: base.path === '' ? name : joined(base.path, name) }
}

/** Variables that say where or how, and are no secret. */
function isSetting(name: string): boolean {
  return /^(?:NEXT_PUBLIC_|NODE_ENV$|VERCEL)|(?:^|_)(?:URL|URI|HOST|PORT|REGION|DOMAIN|ENV|MODE|NAME|BUCKET|ID|VERSION|LEVEL|PATH|DIR|ENABLED|DISABLED|DEBUG|ENDPOINT|ORIGIN|ISSUER|AUDIENCE|SCOPES?|CALLBACK)$/.test(name)
}

/** A variable of the environment. What is checked is what runs in production. */
function variable(name: string): Value {
  if (name === 'NODE_ENV') return constant('production')
  return isSetting(name) ? unknown(SETTING, name) : unknown(SECRET, name)
}

const tame = /^(?:name|code|status|statusCode|type|digest|kind|isSuccess|success|issues|errors|fieldErrors)$/

/** The value of `base.name`. A property of nothing ends the path, as it does when the code runs. */
export function member(machine: Machine, base: Value, name: string, optional: boolean, node: Node, module: Module): Value {
  switch (base.kind) {
    case 'const':
      if (base.value == null) {
        if (optional) return constant(undefined, base.labels)
        machine.abort(base.labels, node, module)
      }
      return unknown(base.labels)
    case 'object': {
      const found = base.properties.get(name) ?? (base.of && classMember(machine, base.of, name, base)) ?? base.rest
      if (found) return found.kind === 'unknown' && !base.properties.has(name) ? named(found.labels, name, found.truthy) : found
      return base.properties.has('*') ? unknown(union(base.labels, base.properties.get('*')?.labels ?? 0)) : constant(undefined, base.labels)
    }
    case 'list': {
      if (name === 'length') return constant(base.items.length, base.labels)
      const index = Number(name)
      return Number.isInteger(index) ? (base.items[index] ?? constant(undefined, base.labels)) : unknown(base.labels)
    }
    case 'lib':
      if ((base.package === 'global' && base.path === 'process.env') || /(?:^|\.)createEnv\(\)$/.test(base.path)) return variable(name)
      if (base.effect === undefined && machine.libraries.call(base.package, libMember(base, name).path)?.gives === 'secret') return unknown(SECRET, name)
      return libMember(base, name)
    case 'namespace':
      return exportedValue(machine, base.module, name)
    case 'class':
      return classMember(machine, base, name, base) ?? unknown(base.labels)
    case 'native':
      // `action.resume(id)` and `action.call(…)` pass the same controls as the action.
      if (base.same?.includes(name)) return { kind: 'native', labels: 0, call: () => base }
      return base.chain && (name === 'resume' || name === 'call') ? base : unknown(base.labels)
    case 'unknown': {
      if (base.loose === 'all') return unknown(ownLabels(base.labels & ~VALID, name), name)
      if (name === 'length' && has(base.labels, ROW)) return unknown(ownLabels(base.labels, name) | ROWS)
      if (base.name === 'request' && (name === 'headers' || name === 'cookies')) return unknown(CREDENTIAL, name)
      if (base.name === 'request' && (name === 'url' || name === 'nextUrl')) return unknown(base.labels | TEXT, name)
      if (has(base.labels, SESSION) && machine.world.signedIn) return ofPrincipal(ownLabels(base.labels, name), name)
      return named(ownLabels(base.labels, name), name, undefined)
    }
    default:
      return unknown(base.labels)
  }
}

function named(labels: number, name: string, truthy: boolean | undefined): Value {
  const all = ownLabels(labels, name)
  return truthy === undefined ? unknown(all, name) : { kind: 'unknown', labels: all, name, truthy }
}

/** Names under which a client hands out its rows. */
const rows = /^(?:rows?|data|items|results?|records?|docs?|documents?|list)$/

function ownLabels(labels: number, name: string): number {
  let own = labels
  // One column is not the whole row.
  if (has(own, ROW) && !rows.test(name) && !/^\d+$/.test(name)) own &= ~ROW
  if (has(own, CALLER) && namesIdentity(name)) own |= IDENTITY
  // How long a text is tells nothing of what stands in it.
  if (name === 'length') own &= ~MODEL
  if (has(own, ERROR) && tame.test(name)) own &= ~ERROR
  if (has(own, SESSION) && namesRight(name)) own |= ROLE
  return own
}

/** The value of `base[key]`, where the key is not known. */
export function indexed(machine: Machine, base: Value, key: Value, optional: boolean, node: Node, module: Module): Value {
  const filled = base.kind === 'object' && base.properties.size === 0 && machine.shared.isFixed(base)
  if (!filled && key.kind === 'const' && (typeof key.value === 'string' || typeof key.value === 'number')) {
    return labelled(member(machine, base, String(key.value), optional, node, module), key.labels & SESSION)
  }
  if (base.kind === 'const' && base.value == null) return member(machine, base, '*', optional, node, module)
  const labels = union(base.labels, key.labels)
  // A table that begins empty is filled from call to call.
  if (filled) return held(machine, unknown(union(labels, COUNT)))
  // What the server keeps, looked up by what the caller claims to be.
  if (has(base.labels, STORED) && has(key.labels, CREDENTIAL)) {
    machine.seen.sessions.push(machine.trace(node, module))
    return machine.world.signedIn ? { kind: 'unknown', labels: SESSION, truthy: true } : constant(undefined, SESSION)
  }
  if (base.kind === 'object' || base.kind === 'list') {
    let all = labels
    const items = base.kind === 'list' ? base.items : base.properties.values()
    for (const item of items) all = union(all, item.labels)
    return unknown(all)
  }
  return unknown(labels)
}
