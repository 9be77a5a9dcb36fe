import { resultOf } from './effect-results.ts'
import { evaluate } from './expressions.ts'
import { lastName } from './library-calls.ts'
import { union, type Labels } from './labels.ts'
import type { Machine } from './machine.ts'
import { deepLabels, unknown, type Lib, type Value } from './value.ts'
import type { Effect } from './facts.ts'
import type { Node } from '../syntax/ast.ts'
import type { Scope } from './scope.ts'
import type { Module } from '../syntax/module.ts'

/** Pragmas set how a connection works: no row is written. */
const pragmas = /^\s*(?:pragma\b[^;]*;?\s*)+$/i
const selects = /^\s*(?:with\b[\s\S]*\)\s*)?select\b/i

/** Whether a statement of SQL only reads: as far as its text is written out. */
export function readsOnly(statement: Value | undefined, node: Node): boolean {
  if (statement?.kind === 'const') return selects.test(String(statement.value)) || pragmas.test(String(statement.value))
  const written = node.type === 'CallExpression' ? node.arguments[0] : undefined
  return written?.type === 'TemplateLiteral' && selects.test(written.quasis[0]?.value.raw ?? '')
}

export function tableOf(sql: string): string | undefined {
  return /(?:into|update|from)\s+["'`]?(\w+)/i.exec(sql)?.[1]
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
