import { DefinitionError } from '../../errors/sallyport-error.ts'
import { describeSchema, type SchemaNode } from '../../lib/schema-node.ts'
import type { StandardSchemaV1 } from '../../lib/standard-schema.ts'

/** Drops what a schema does not name. */
export type Projector = (value: unknown) => unknown

/**
 * Makes the projector of an output schema: keys that it does not name are dropped, even where the schema itself lets
 * them through (`z.looseObject`). `null` when the schema's own parsing already drops them, which is the common case, and where a schema
 * library says nothing of its schemas.
 *
 * @throws DefinitionError for a schema of Zod that has no end, such as a `z.lazy` that makes a new one each time: nothing could be dropped.
 */
export function makeProjector(schema: StandardSchemaV1): Projector | null {
  const node = describeSchema(schema)
  if (node === null && '_zod' in schema) throw new DefinitionError('An output schema can\'t be read, so that what it does not name could leave. Let `z.lazy` return the same schema each time.')
  return node === null ? null : compile([node], { known: new Map(), ids: new Map() })
}

/** What has been compiled so far. Nodes are known by a number, sets of them by their numbers. */
interface Compiled {
  readonly known: Map<string, Projector>
  readonly ids: Map<SchemaNode, number>
}

/**
 * The projector of a value that one of these nodes describes, or several of them together: which branch of a union a value took is not
 * known afterwards, so a key stays when any of them names it.
 */
function compile(nodes: readonly SchemaNode[], compiled: Compiled): Projector | null {
  const forms = new Set<SchemaNode>()
  for (const node of nodes) addForms(node, forms)
  if (![...forms].some((form) => passesUnknown(form, new Set()))) return null
  const name = [...forms].map((form) => idOf(form, compiled)).sort((a, b) => a - b).join()
  const known = compiled.known.get(name)
  if (known !== undefined) return known
  let project: Projector = (value) => value
  // Registered before its parts are made: a recursive schema refers to it from inside.
  const projector: Projector = (value) => project(value)
  compiled.known.set(name, projector)
  project = projectForms([...forms], compiled)
  return projector
}

/** What a node comes down to: neither wrapped, nor a choice. */
function addForms(node: SchemaNode, forms: Set<SchemaNode>, seen: Set<SchemaNode> = new Set()): void {
  if (seen.has(node)) return
  seen.add(node)
  if (node.kind === 'wrapped') addForms(node.inner, forms, seen)
  else if (node.kind === 'union') for (const option of node.options) addForms(option, forms, seen)
  else if (node.kind === 'intersection') for (const side of node.sides) addForms(side, forms, seen)
  else forms.add(node)
}

/** Whether there is anything in it that the schema itself does not drop. */
function passesUnknown(node: SchemaNode, seen: Set<SchemaNode>): boolean {
  if (seen.has(node)) return false
  seen.add(node)
  return (node.kind === 'object' && node.loose) || partsOf(node).some((part) => passesUnknown(part, seen))
}

function partsOf(node: SchemaNode): readonly SchemaNode[] {
  switch (node.kind) {
    case 'object':
      return [...Object.values(node.fields), ...(node.rest === undefined ? [] : [node.rest])]
    case 'record':
      return [node.value]
    case 'array':
    case 'set':
      return [node.item]
    case 'tuple':
      return [...node.items, ...(node.rest === null ? [] : [node.rest])]
    case 'map':
      return [node.key, node.value]
    case 'wrapped':
      return [node.inner]
    case 'union':
      return node.options
    case 'intersection':
      return node.sides
    default:
      return []
  }
}

function projectForms(forms: readonly SchemaNode[], compiled: Compiled): Projector {
  const object = projectObject(forms, compiled)
  const list = projectList(forms, compiled)
  const maps = forms.filter((form) => form.kind === 'map')
  const key = compile(maps.map((map) => map.key), compiled)
  const held = compile(maps.map((map) => map.value), compiled)
  const member = compile(forms.flatMap((form) => (form.kind === 'set' ? [form.item] : [])), compiled)
  const has = (...kinds: readonly SchemaNode['kind'][]): boolean => forms.some((form) => kinds.includes(form.kind))
  const [lists, hasMaps, hasSets, anything] = [has('array', 'tuple'), has('map'), has('set'), has('other')]
  return (value) => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value) && lists) return list(value)
    if (value instanceof Map && hasMaps) return new Map([...(value as Map<unknown, unknown>)].map(([k, v]) => [apply(key, k), apply(held, v)]))
    if (value instanceof Set && hasSets) return new Set([...(value as Set<unknown>)].map((item) => apply(member, item)))
    // What no schema here describes is let through where one of them takes anything (`z.date()`, `z.unknown()`) alone.
    return anything && isOpaque(value) ? value : object(value)
  }
}

function projectObject(forms: readonly SchemaNode[], compiled: Compiled): (value: object) => object {
  const nodesAt = (name: string): SchemaNode[] =>
    forms.flatMap((form) => {
      if (form.kind === 'record') return [form.value]
      if (form.kind !== 'object') return []
      const node = Object.hasOwn(form.fields, name) ? form.fields[name] : form.rest
      return node === undefined ? [] : [node]
    })
  const others = forms.flatMap((form) => (form.kind === 'record' ? [form.value] : form.kind === 'object' && form.rest !== undefined ? [form.rest] : []))
  const names = new Set(forms.flatMap((form) => (form.kind === 'object' ? Object.keys(form.fields) : [])))
  const fields = new Map([...names].map((name) => [name, compile(nodesAt(name), compiled)]))
  const rest = compile(others, compiled)
  const keeps = (name: string): boolean => others.length > 0 || fields.has(name)
  return (value) => Object.fromEntries(Object.entries(value).flatMap(([name, field]) => (keeps(name) ? [[name, apply(fields.has(name) ? (fields.get(name) ?? null) : rest, field)]] : [])))
}

function projectList(forms: readonly SchemaNode[], compiled: Compiled): (list: readonly unknown[]) => readonly unknown[] {
  const items = forms.flatMap((form) => (form.kind === 'array' ? [form.item] : []))
  const tuples = forms.filter((form) => form.kind === 'tuple')
  const beyond = [...items, ...tuples.flatMap(({ rest }) => (rest === null ? [] : [rest]))]
  const rest = compile(beyond, compiled)
  const width = Math.max(0, ...tuples.map((tuple) => tuple.items.length))
  const placed = Array.from({ length: width }, (_, i) => compile([...beyond, ...tuples.flatMap((tuple) => tuple.items[i] ?? [])], compiled))
  return (list) => list.map((item, i) => apply(i < width ? (placed[i] ?? null) : rest, item))
}

function apply(projector: Projector | null, value: unknown): unknown {
  return projector === null ? value : projector(value)
}

/** What is no collection of fields. */
function isOpaque(value: object): boolean {
  return Array.isArray(value) || value instanceof Map || value instanceof Set || value instanceof Date || value instanceof Promise || value instanceof ArrayBuffer || ArrayBuffer.isView(value) || value instanceof ReadableStream || Symbol.asyncIterator in value
}

function idOf(node: SchemaNode, { ids }: Compiled): number {
  const id = ids.get(node) ?? ids.size
  ids.set(node, id)
  return id
}
