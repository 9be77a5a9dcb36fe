import { has, namesToken, union, CALLER, PICKED, SESSION, type Labels } from './labels.ts'
import { lastName } from './library-calls.ts'
import { deepLabels, type Value } from './value.ts'
import type { Effect } from './facts.ts'
import type { Node } from '../syntax/ast.ts'

/** The key `token:${value}` is what a table would call a column. */
export function namedKey(effect: Effect, written: Node | undefined, value: Value): void {
  if (written?.type !== 'TemplateLiteral' || written.expressions.length !== 1) return
  const name = /(\w+)[:/.-]$/.exec(written.quasis[0]?.value.raw ?? '')?.[1]
  const [part] = written.expressions
  const spoken = part?.type === 'Identifier' ? part.name : undefined
  if (name !== undefined) keyed(effect, spoken !== undefined && namesToken(spoken) ? spoken : name, value)
}

export function keyed(effect: Effect, name: string, value: Value): void {
  named(effect, name, value)
  effect.keyLabels = union(effect.keyLabels, deepLabels(value))
}

function named(effect: Effect, name: string, value: Value): void {
  effect.keys.set(name, union(effect.keys.get(name) ?? 0, deepLabels(value)))
}

export function key(effect: Effect, value: Value, depth = 0): void {
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
