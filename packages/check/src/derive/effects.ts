import { callLibrary, lastName } from './library-calls.ts'
import { claimed, memory, note } from './counters.ts'
import { evaluate } from './expressions.ts'
import { has, namesToken, union, CALLER, COUNT, CREDENTIAL, DATA, MODEL, PICKED, ROW, ROWS, SESSION, STORED, TOKEN, VALID, type Labels } from './labels.ts'
import { Abrupt, type Machine } from './machine.ts'
import { constant, deepLabels, labelled, object, unknown, type Lib, type Value } from './value.ts'
import type { Effect } from './facts.ts'
import { costOf } from '../libraries/services/hosts.ts'
import type { ArgumentStyle, CallRule, EffectKind } from '../libraries/types.ts'
import type { Node } from '../syntax/ast.ts'
import type { Scope } from './scope.ts'
import type { Module } from '../syntax/module.ts'

const dataCalls = new Set(['set', 'values', 'value', 'insert', 'update', 'upsert', 'onConflictDoUpdate', 'doUpdateSet'])
/** Reads that give a number, and no row. */
const numbers = /^(?:count|countDocuments|aggregate|groupBy|exists|distinct)$/
const projections = new Set(['returning', 'select', 'columns', 'project'])

/** Records what a call does, and gives what it returns. */
export function recordEffect(machine: Machine, rule: CallRule, lib: Lib, made: Lib, args: readonly Value[], node: Node, module: Module): Value {
  const style: ArgumentStyle = rule.style ?? 'plain'
  const callee = node.type === 'CallExpression' || node.type === 'NewExpression' ? machine.place(node.callee, module).text : lib.path
  const effect: Effect = {
    kind: style === 'sql' && readsOnly(args[0], node) ? 'db-read' : (paidFor(rule, args, node) ?? rule.effect ?? 'network'), operation: callee, at: machine.trace(node, module), checks: machine.checks,
    labels: lib.labels & (SESSION | CREDENTIAL), keyLabels: 0, keys: new Map(), fields: new Map(), whole: false, target: targetOf(lib, args, style), projected: false, raises: new Set(),
    gives: rule.effect === 'db-read' || style === 'sql' || (style === 'query-object' && !/Many$/.test(lib.path)) || /findOneAnd|findByIdAnd|clerkClient/.test(lib.path),
  }
  read(effect, style, lastName(lib.path), args)
  if (style === 'key' && args[0] && node.type === 'CallExpression') namedKey(effect, node.arguments[0], args[0])
  if (!machine.quiet) machine.seen.effects.push(effect)
  if (effect.kind === 'model' && !machine.quiet && (/stream/i.test(lib.path) || args.some(asksForStream))) machine.seen.streams.push({ at: effect.at, scrubbed: has(effect.labels, 0), labels: effect.labels })
  for (const arg of args) if (arg.kind === 'object') runHooks(machine, arg, node, module)
  if (style === 'chain' || style === 'data-chain') return { ...made, effect }
  if (rule.counts) {
    note(machine, 'counted', memory, node, module)
    return unknown(COUNT)
  }
  if (style === 'key') {
    const claim = lastName(lib.path) === 'set' ? claimed(machine, args, node, module) : undefined
    if (claim) return claim
    if (rule.effect === 'db-write') note(machine, 'counted', memory, node, module)
    else return labelled(resultOf(machine, made, effect), COUNT)
  }
  return resultOf(machine, made, effect)
}

/** `fetch('https://api.openai.com/v1/responses', { method: 'POST', … })`: what it costs. */
function paidFor(rule: CallRule, [address, options]: readonly Value[], node: Node): EffectKind | undefined {
  if (rule.effect !== 'network' || options === undefined) return undefined
  if (address?.kind === 'const') return costOf(String(address.value))
  const written = node.type === 'CallExpression' ? node.arguments[0] : undefined
  return written?.type === 'TemplateLiteral' ? costOf(written.quasis[0]?.value.raw ?? '') : undefined
}

/** `create({ stream: true })`. */
function asksForStream(arg: Value): boolean {
  const stream = arg.kind === 'object' ? arg.properties.get('stream') : undefined
  return stream?.kind === 'const' && stream.value === true
}

/** Tools and hooks of a model call: functions that it may run. */
function runHooks(machine: Machine, arg: Value & { kind: 'object' }, node: Node, module: Module): void {
  for (const value of arg.properties.values()) {
    if (value.kind !== 'function' || machine.quiet) continue
    const side = machine.branch(() => {
      evaluateCallback(machine, value, node, module)
      return 'next'
    })
    machine.merge(side, machine.skip(), 0)
  }
}

function evaluateCallback(machine: Machine, value: Value & { kind: 'function' }, node: Node, module: Module): void {
  callLibrary(machine, { kind: 'lib', package: '', path: 'callback', calls: [], labels: 0 }, [value], node, module)
}

function targetOf(lib: Lib, args: readonly Value[], style: ArgumentStyle): string {
  if (style === 'query-object') {
    const parts = lib.path.split('.')
    return parts.at(-2)?.replace(/\(.*$/, '') ?? ''
  }
  const first = args[0]
  if (first?.kind === 'lib') {
    const name = first.calls[0]?.args[0]
    return name?.kind === 'const' ? String(name.value) : lastName(first.path)
  }
  if (first?.kind === 'const') return String(first.value)
  const table = lib.calls.findLast((one) => one.name === 'from' || one.name === 'collection' || one.name === 'model')?.args[0]
  return table?.kind === 'const' ? String(table.value) : lastName(lib.path.split('.').slice(0, -1).join('.'))
}

function read(effect: Effect, style: ArgumentStyle, name: string, args: readonly Value[]): void {
  for (const arg of args) effect.labels = union(effect.labels, givenLabels(arg))
  const [first, second] = args
  if (numbers.test(name)) effect.projected = true
  if (style === 'query-object') {
    if (first?.kind !== 'object') {
      if (first) key(effect, first)
      return
    }
    for (const [part, value] of first.properties) {
      if (part === 'where' || part === 'filter' || part === 'id') key(effect, value)
      else if (/^(?:data|create|update|values|set)$/.test(part)) data(effect, value)
      else if (part === 'select' || part === 'columns') effect.projected = true
    }
    if (first.rest) key(effect, first.rest)
  } else if (style === 'where-data') {
    if (first) key(effect, first)
    if (second) data(effect, second)
  } else if (style === 'data-chain') {
    if (first) data(effect, first)
  } else if (style === 'key') {
    if (first) key(effect, first)
    effect.projected = true
  } else if (style === 'chain') {
    if (projections.has(name) && first && !isEverything(first)) effect.projected = true
    if (effect.kind === 'db-read' && first?.kind === 'object') read(effect, 'query-object', name, args)
  } else if (style === 'sql') {
    for (const arg of args.slice(args.length > 1 ? 1 : 0)) key(effect, arg)
    if (first?.kind === 'const' && typeof first.value === 'string') effect.target = tableOf(first.value) ?? effect.target
    if (first && !/select\s+\*/i.test(first.kind === 'const' ? String(first.value) : '*')) effect.projected ||= first.kind === 'const'
  } else for (const arg of args) key(effect, arg)
}

/** The key `token:${value}` is what a table would call a column. */
function namedKey(effect: Effect, written: Node | undefined, value: Value): void {
  if (written?.type !== 'TemplateLiteral' || written.expressions.length !== 1) return
  const name = /(\w+)[:/.-]$/.exec(written.quasis[0]?.value.raw ?? '')?.[1]
  const [part] = written.expressions
  const spoken = part?.type === 'Identifier' ? part.name : undefined
  if (name !== undefined) keyed(effect, spoken !== undefined && namesToken(spoken) ? spoken : name, value)
}

/** Pragmas set how a connection works: no row is written. */
const pragmas = /^\s*(?:pragma\b[^;]*;?\s*)+$/i
const selects = /^\s*(?:with\b[\s\S]*\)\s*)?select\b/i

/** Whether a statement of SQL only reads: as far as its text is written out. */
function readsOnly(statement: Value | undefined, node: Node): boolean {
  if (statement?.kind === 'const') return selects.test(String(statement.value)) || pragmas.test(String(statement.value))
  const written = node.type === 'CallExpression' ? node.arguments[0] : undefined
  return written?.type === 'TemplateLiteral' && selects.test(written.quasis[0]?.value.raw ?? '')
}

function tableOf(sql: string): string | undefined {
  return /(?:into|update|from)\s+["'`]?(\w+)/i.exec(sql)?.[1]
}

/** `select('*')`, `select(getTableColumns(users))`. */
function isEverything(columns: Value): boolean {
  return (columns.kind === 'const' && columns.value === '*') || (columns.kind === 'lib' && /^getTableColumns\(\)/.test(columns.path))
}

/** A further call of the chain: `.set(…)`, `.where(…)`. */
export function extendEffect(_machine: Machine, effect: Effect, name: string, args: readonly Value[]): void {
  for (const arg of args) effect.labels = union(effect.labels, givenLabels(arg))
  const [first, second] = args
  if (dataCalls.has(name)) {
    if (first) data(effect, first)
    return
  }
  if (projections.has(name) || name === 'returningAll') {
    effect.gives = true
    effect.projected ||= first !== undefined && !isEverything(first)
    return
  }
  if (name === 'from' || name === 'into') effect.target = targetOf({ kind: 'lib', package: '', path: '', calls: [], labels: 0 }, args, 'plain') || effect.target
  if (first?.kind === 'const' && typeof first.value === 'string' && args.length > 1) {
    const value = args.at(-1) ?? second
    if (value && /^(?:neq|not)$/.test(name)) effect.keyLabels = union(effect.keyLabels, deepLabels(value) & ~SESSION)
    else if (value) keyed(effect, first.value, value)
    return
  }
  for (const arg of args) key(effect, arg)
}

function keyed(effect: Effect, name: string, value: Value): void {
  named(effect, name, value)
  effect.keyLabels = union(effect.keyLabels, deepLabels(value))
}

function named(effect: Effect, name: string, value: Value): void {
  effect.keys.set(name, union(effect.keys.get(name) ?? 0, deepLabels(value)))
}

function key(effect: Effect, value: Value, depth = 0): void {
  if (depth === 0) effect.keyLabels = union(effect.keyLabels, tiedLabels(value))
  if (value.kind === 'object' && depth < 4) {
    for (const [name, part] of value.properties) {
      if (part.kind === 'object' || part.kind === 'list') key(effect, part, depth + 1)
      named(effect, name, part)
    }
  } else if (value.kind === 'list') for (const item of value.items) key(effect, item, depth + 1)
  else if (value.kind === 'lib') {
    // `eq(table.column, value)`, and combinations of such conditions.
    for (const { args } of value.calls) {
      const column = args[0]
      if (args.length === 2 && args[1] && column?.kind === 'lib' && !column.path.endsWith(')')) named(effect, lastName(column.path), args[1])
      else for (const arg of args) if (arg.kind === 'lib' || arg.kind === 'list') key(effect, arg, depth + 1)
    }
  }
}

/** Labels of a condition. It is tied to the session where every row that meets it is: `OR` in each of its ways, `NOT` in none. */
function tiedLabels(condition: Value, depth = 0): Labels {
  if (depth > 4) return deepLabels(condition)
  if (condition.kind === 'object') {
    let labels = condition.rest ? deepLabels(condition.rest) : 0
    for (const [name, part] of condition.properties) labels = union(labels, oneOf.test(name) ? eitherLabels(part.kind === 'list' ? part.items : [part], depth) : none.test(name) ? deepLabels(part) & ~SESSION : tiedLabels(part, depth + 1))
    return labels
  }
  if (condition.kind === 'list') return condition.items.reduce((labels, item) => union(labels, tiedLabels(item, depth + 1)), 0)
  const made = condition.kind === 'lib' ? condition.calls.at(-1) : undefined
  if (condition.kind === 'lib' && condition.calls.length === 1 && made) {
    if (made.name === 'or') return eitherLabels(made.args, depth)
    if (made.name === 'not' || made.name === 'ne') return deepLabels(condition) & ~SESSION
    if (made.name === 'and') return made.args.reduce((labels, arg) => union(labels, tiedLabels(arg, depth + 1)), 0)
  }
  return deepLabels(condition)
}

const oneOf = /^(?:OR|\$or)$/
const none = /^(?:NOT|not|\$not|\$nor|\$ne)$/

/** Of several ways, those that let the caller name any row decide. A way that asks for something fixed (`public: true`) is meant for everybody. */
function eitherLabels(ways: readonly Value[], depth: number): Labels {
  const all = ways.map((way) => tiedLabels(way, depth + 1))
  const labels = all.reduce(union, 0)
  const open = ways.some((way, index) => has(all[index] ?? 0, CALLER | PICKED) && !has(all[index] ?? 0, SESSION) && !(way.kind === 'object' && [...way.properties.values()].some(({ kind }) => kind === 'const')))
  return open ? labels & ~SESSION : labels
}

/** `{ increment: 1 }`, or an expression for the database: sql`${calls} + 1`. */
function raises(value: Value): boolean {
  if (value.kind === 'object') return value.properties.has('increment') || value.properties.has('decrement')
  const made = value.kind === 'lib' ? value.calls.at(-1) : undefined
  return made !== undefined && /[+-]\s*(?:\d|\$\{)/.test(made.module.text.slice(made.node.start, made.node.end))
}

/** Labels of what an effect is given: something that a schema let through unread is not valid. */
function givenLabels(value: Value): Labels {
  return isUnread(value, 0) ? deepLabels(value) & ~VALID : deepLabels(value)
}

function isUnread(value: Value, depth: number): boolean {
  if (value.kind === 'unknown') return value.loose === 'all'
  if (depth > 4) return false
  if (value.kind === 'list') return value.items.some((item) => isUnread(item, depth + 1))
  return value.kind === 'object' && ([...value.properties.values()].some((part) => isUnread(part, depth + 1)) || (value.rest !== undefined && isUnread(value.rest, depth + 1)))
}

function isLoose(value: Value): boolean {
  return value.kind === 'unknown' && value.loose !== undefined && has(value.labels, CALLER)
}

/** `{ profile: { update: input } }`: the columns of another row, in the same call. */
const writesRelated = /^(?:create|createMany|update|upsert|connectOrCreate)$/

function isRawObject(value: Value): boolean {
  const open = value.kind === 'object' ? value.rest : value.kind === 'unknown' ? value : undefined
  return open !== undefined && has(open.labels, CALLER) && (!has(open.labels, VALID) || isLoose(open))
}

function data(effect: Effect, value: Value): void {
  const raw = (labels: Labels): boolean => has(labels, CALLER) && !has(labels, VALID)
  if (value.kind === 'object') {
    for (const [name, part] of value.properties) {
      effect.fields.set(name, union(effect.fields.get(name) ?? 0, deepLabels(part)))
      if (name === '*' && isLoose(part)) effect.whole = true
      if (part.kind === 'object') for (const [how, related] of part.properties) if (writesRelated.test(how) && isRawObject(related)) effect.whole = true
      if (has(deepLabels(part), DATA) || raises(part)) effect.raises.add(name)
    }
    if (value.rest && (raw(value.rest.labels) || isLoose(value.rest))) effect.whole = true
    if (value.rest) effect.fields.set('...', value.rest.labels)
  } else if (value.kind === 'list') for (const item of value.items) data(effect, item)
  else if (value.kind === 'unknown' && value.item) data(effect, value.item)
  else {
    if (raw(value.labels) || isLoose(value)) effect.whole = true
    effect.fields.set('...', value.labels)
  }
}

/** What an effect gives back in this world. */
export function resultOf(machine: Machine, made: Lib, effect: Effect): Value {
  const labels = effect.labels & (SESSION | CREDENTIAL)
  if (effect.kind === 'model') return unknown(MODEL)
  if (effect.kind === 'file-read') return unknown(STORED | DATA | (effect.keyLabels & CALLER))
  if (effect.kind !== 'db-read' && effect.kind !== 'db-write') {
    if (effect.kind === 'network') return answer(machine, effect)
    return unknown(effect.labels & ~CALLER)
  }
  const claimed = has(effect.keyLabels, CREDENTIAL) || [...effect.keys].some(([name, of]) => namesToken(name) && has(of, CALLER))
  if (claimed) {
    machine.seen.sessions.push(effect.at)
    if (!machine.world.signedIn) return nothing(made, SESSION | TOKEN)
    return { kind: 'unknown', labels: SESSION | TOKEN, truthy: true }
  }
  const row = (effect.gives ? DATA : 0) | (effect.projected || !effect.gives ? 0 : ROW) | (labels & ~CREDENTIAL)
  const picked = has(effect.keyLabels, CALLER | PICKED) ? PICKED : 0
  if (effect.kind === 'db-read' && counting.test(effect.at.node.type === 'TaggedTemplateExpression' ? effect.at.text : effect.operation + effect.at.text)) return countOf(made, row | picked)
  if (/\.(?:maybeSingle|single|select|eq|in|from|order|limit|rpc|insert|update|delete|upsert|neq|match)\(\)$/.test(made.path) && made.package.includes('supabase')) return object({ data: unknown(row | picked), error: unknown() }, 0, unknown())
  // The row of whoever is signed in is there.
  if (has(effect.keyLabels, SESSION) && picked === 0 && machine.world.signedIn) return { kind: 'unknown', labels: row | SESSION, truthy: true }
  return unknown(row | picked | (has(effect.keyLabels, SESSION) ? SESSION : 0))
}

const counting = /(?:^|\.)count(?:Documents)?(?:\(|$)|\bcount\s*\(/i

/** How many rows there are: the number itself, or under a name in a row. */
function countOf({ path }: Lib, labels: Labels): Value {
  return unknown(labels | ROWS, path.endsWith('count()') ? undefined : 'rows')
}

/** What a service answers. One that is passed the caller's credential refuses a forged one. */
function answer(machine: Machine, effect: Effect): Value {
  const labels = effect.labels & ~(CALLER | CREDENTIAL)
  if (!has(effect.labels, CREDENTIAL)) return object({}, labels, unknown(labels))
  machine.seen.sessions.push(effect.at)
  const body: Value = machine.world.signedIn ? { kind: 'unknown', labels: SESSION, truthy: true } : constant(null, SESSION)
  const read: Value = { kind: 'native', labels: 0, call: () => body }
  const ok = machine.world.signedIn
  return object({ ok: constant(ok, SESSION), status: constant(ok ? 200 : 401, SESSION), json: read, text: read, data: body }, 0, unknown(SESSION))
}

/** What a query finds, when there is no such row. */
function nothing(made: Lib, labels: Labels): Value {
  if (made.package.includes('supabase')) return object({ data: constant(null, labels), error: { kind: 'unknown', labels, truthy: true } }, labels)
  const names = made.path.split('.').map((part) => part.replace(/\(\)$/, ''))
  const last = names.at(-1) ?? ''
  if (names.some((name) => /OrThrow/.test(name))) throw new Abrupt(labels)
  return /first|one|unique|single|takeFirst|byId|get|find(?!Many|All)/i.test(last) ? constant(null, labels) : { kind: 'list', items: [], labels }
}

/** The value of a tagged template: a statement for a database client, text otherwise. */
export function evaluateTag(machine: Machine, node: Node & { type: 'TaggedTemplateExpression' }, scope: Scope, module: Module): Value {
  const tag = evaluate(machine, node.tag, scope, module)
  const parts = node.quasi.expressions.map((part) => evaluate(machine, part, scope, module))
  const labels = parts.reduce((all, part) => union(all, deepLabels(part)), 0)
  if (tag.kind !== 'lib') return unknown(labels)
  const rule = machine.libraries.call(tag.package, tag.path)
  const made: Lib = { ...tag, path: `${tag.path}()`, labels, calls: [...tag.calls, { name: lastName(tag.path), args: parts, node, module }] }
  if (rule?.effect === undefined) return made
  const text = node.quasi.quasis.map((part) => part.value.raw).join(' ? ')
  const effect: Effect = {
    kind: selects.test(text) ? 'db-read' : 'db-write',
    operation: machine.place(node.tag, module).text, at: machine.trace(node, module), checks: machine.checks,
    labels, keyLabels: labels, keys: keysOf(text, parts), fields: new Map(), whole: false, target: tableOf(text) ?? '', raises: new Set([...text.matchAll(/([\w]+)"?\s*=\s*[\w".]*\1"?\s*[+-]/gi)].map(([, name]) => name ?? '')), projected: !/(?:select|returning)\s+\*/i.test(text), gives: /\b(?:select|returning)\b/i.test(text),
  }
  if (!machine.quiet) machine.seen.effects.push(effect)
  return resultOf(machine, made, effect)
}

function keysOf(text: string, parts: readonly Value[]): Map<string, Labels> {
  const keys = new Map<string, Labels>()
  const pieces = text.split(' ? ')
  parts.forEach((part, index) => {
    const column = /(\w+)["'`]?\s*(?:=|in|like)\s*\(?\s*$/i.exec(pieces[index] ?? '')?.[1]
    if (column) keys.set(column, deepLabels(part))
  })
  return keys
}
