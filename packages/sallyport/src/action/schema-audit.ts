import { describeSchema, type SchemaNode } from '../lib/schema-node.ts'
import { OWN } from '../lib/shape.ts'
import type { ActionDefinition } from './definition.ts'

/** What an input schema leaves open. */
export interface SchemaIssue {
  /** Where: `address.city`, `tags[]`, `labels.*` for each value of a record, `labels.(key)` for each of its keys. */
  readonly path: string
  readonly issue: 'unbounded-string' | 'untrimmed-string' | 'free-text-choice' | 'untyped-identifier' | 'unknown-keys' | 'unbounded-list' | 'anything' | 'unreadable'
  readonly message: string
}

/** Fields whose names say that they choose one of a few. */
const CHOICE = /^(?:.*_)?(?:model|mode)$|(?:Model|Mode)$/
/** Fields whose names say that they identify a row. */
const IDENTIFIER = /^(?:ids?|uuids?)$|(?:Ids?|[a-z\d]IDs?|_ids?|Uuids?)$/
/** Formats that bound a string by themselves and have no white space at their ends. */
const FORMATS: ReadonlySet<string> = new Set(['uuid', 'guid', 'ulid', 'nanoid', 'xid', 'ksuid', 'ipv4', 'ipv6', 'cidrv4', 'cidrv6', 'mac', 'date', 'date-time', 'e164'])
/** Formats without white space at their ends that go on for as long as one likes: digits of a second, for example. */
const ENDLESS_FORMATS: ReadonlySet<string> = new Set(['cuid', 'cuid2', 'time', 'datetime', 'duration'])

/**
 * Names what the schemas of an action's input leave open: strings with no maximum length or no trim, models and modes as
 * free text, identifiers without a format, objects that pass unknown keys, lists with no maximum, what takes anything. And a result whose
 * schema can't be read, so that what it does not name is not dropped.
 */
export function auditSchemas(definition: ActionDefinition): readonly SchemaIssue[] {
  const issues: SchemaIssue[] = []
  const schemas = definition.input.kind === 'schema' ? [['', definition.input.schema] as const] : []
  for (const [path, schema] of [...schemas, ...definition.bindArgs.map((bound, i) => [`bindArgs[${i}]`, bound] as const)]) {
    // The library's own actions take ids of the application's, whose form it can't know, and nobody who reads this could change them.
    if (schema['~standard'].vendor === OWN) continue
    const node = describeSchema(schema)
    if (node === null) issues.push({ path: path || '(the whole)', issue: 'unreadable', message: 'gives no JSON Schema, so nothing can be said of it' })
    else visit(node, path, issues, new Set())
  }
  const { output } = definition
  if (output.kind !== 'waived' && describeSchema(output.schema) === null) {
    issues.push({ path: '(the result)', issue: 'unreadable', message: 'gives no JSON Schema, so keys that it lets through without naming them leave: name them all' })
  }
  return issues
}

function visit(node: SchemaNode, path: string, issues: SchemaIssue[], seen: Set<SchemaNode>): void {
  if (seen.has(node)) return
  seen.add(node)
  const at = path || '(the whole)'
  switch (node.kind) {
    case 'object':
      if (node.loose) issues.push({ path: at, issue: 'unknown-keys', message: 'passes keys that it does not name: use z.strictObject' })
      for (const [name, field] of Object.entries(node.fields)) visit(field, below(path, name), issues, seen)
      if (node.rest !== undefined) visit(node.rest, below(path, '*'), issues, seen)
      return
    case 'record':
    case 'map':
      visit(node.key, below(path, '(key)'), issues, seen)
      visit(node.value, below(path, '*'), issues, seen)
      return
    case 'set':
      visit(node.item, `${path}[]`, issues, seen)
      return
    case 'tuple':
      for (const [i, item] of node.items.entries()) visit(item, `${path}[${i}]`, issues, seen)
      if (node.rest !== null) visit(node.rest, `${path}[]`, issues, seen)
      return
    case 'intersection':
      for (const side of node.sides) visit(side, path, issues, seen)
      return
    case 'array':
      if (node.maxItems === null) issues.push({ path: at, issue: 'unbounded-list', message: 'has no maximum length: add .max()' })
      visit(node.item, `${path}[]`, issues, seen)
      return
    case 'wrapped':
      // A text that is made into something else is a text that somebody sends. What is one before and after is bounded by either.
      if (node.from !== undefined && isText(node.from) && !isText(node.inner)) visit(node.from, path, issues, seen)
      visit(node.inner, path, issues, seen)
      return
    case 'union':
      for (const option of node.options) visit(option, path, issues, seen)
      return
    case 'string':
      auditString(node, at, issues)
      return
    case 'other':
      if (node.anything === true) issues.push({ path: at, issue: 'anything', message: 'takes anything: say what it may be' })
      return
    default:
  }
}

function isText(node: SchemaNode): boolean {
  return node.kind === 'string' || (node.kind === 'wrapped' && isText(node.inner))
}

function below(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

function auditString(node: Extract<SchemaNode, { kind: 'string' }>, path: string, issues: SchemaIssue[]): void {
  const name = /([^.[\]]+)(?:\[\])*$/.exec(path)?.[1] ?? path
  const hasFormat = node.format !== null && FORMATS.has(node.format)
  if (CHOICE.test(name)) issues.push({ path, issue: 'free-text-choice', message: 'chooses a model or a mode as free text: use z.enum' })
  if (IDENTIFIER.test(name) && node.format === null && !node.pattern) issues.push({ path, issue: 'untyped-identifier', message: 'identifies something without a format: use z.uuid() or a pattern' })
  if (hasFormat) return
  if (node.maxLength === null) issues.push({ path, issue: 'unbounded-string', message: 'has no maximum length: add .max()' })
  if (node.trims === false && !node.pattern && !(node.format !== null && ENDLESS_FORMATS.has(node.format))) issues.push({ path, issue: 'untrimmed-string', message: 'is not trimmed: add .trim()' })
}
