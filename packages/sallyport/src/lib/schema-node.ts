import type { StandardSchemaV1 } from './standard-schema.ts'

/** What is known of a schema, whatever library made it: enough to project a result and to audit an input. */
export type SchemaNode =
  | { readonly kind: 'object'; readonly fields: { readonly [name: string]: SchemaNode }; /** Lets unknown keys through. */ readonly loose: boolean; /** Drops unknown keys without refusing them. */ readonly strips: boolean; /** What other keys hold, where the schema says it. */ readonly rest?: SchemaNode }
  | { readonly kind: 'record'; readonly key: SchemaNode; readonly value: SchemaNode }
  | { readonly kind: 'tuple'; readonly items: readonly SchemaNode[]; readonly rest: SchemaNode | null }
  | { readonly kind: 'map'; readonly key: SchemaNode; readonly value: SchemaNode }
  | { readonly kind: 'set'; readonly item: SchemaNode }
  /** Holds for all of them at once. */
  | { readonly kind: 'intersection'; readonly sides: readonly SchemaNode[] }
  | { readonly kind: 'array'; readonly item: SchemaNode; readonly maxItems: number | null }
  | { readonly kind: 'string'; readonly maxLength: number | null; readonly trims: boolean | null; readonly format: string | null; readonly pattern: boolean }
  | { readonly kind: 'enum' }
  | { readonly kind: 'union'; readonly options: readonly SchemaNode[] }
  | { readonly kind: 'wrapped'; readonly inner: SchemaNode; /** What is read before `inner` is made of it. */ readonly from?: SchemaNode }
  | { readonly kind: 'other'; /** Takes whatever there is. */ readonly anything?: true }

/** Reads a schema: Zod 4 by its definition, others by their JSON Schema. `null` when it can't be read. */
export function describeSchema(schema: StandardSchemaV1): SchemaNode | null {
  try {
    if ('_zod' in schema) return readZod(schema as unknown as ZodLike, new Map())
    const json: JsonSchema | undefined = schema['~standard'].jsonSchema?.output({ target: 'draft-2020-12' })
    return json === undefined ? null : readJson(json, { root: json, refs: new Map() })
  } catch {
    return null
  }
}

const OTHER: SchemaNode = { kind: 'other' }

/** Stands for a node that refers to itself, until that has been read. */
interface Promised {
  readonly kind: 'wrapped'
  inner: SchemaNode
}

/** What of a Zod 4 schema is public for library authors: `_zod.def`. */
interface ZodLike {
  readonly _zod: { readonly def: ZodDef; readonly bag?: { readonly maximum?: number; readonly format?: string } }
}

interface ZodDef {
  readonly type: string
  readonly format?: string
  /** Digits of a second. */
  readonly precision?: number | null
  readonly checks?: readonly { readonly _zod: { readonly def: { readonly check: string; readonly maximum?: number; readonly format?: string; readonly length?: number; readonly tx?: (text: string) => string } } }[]
  readonly shape?: { readonly [name: string]: ZodLike }
  readonly catchall?: ZodLike
  readonly element?: ZodLike
  readonly innerType?: ZodLike
  readonly in?: ZodLike
  readonly out?: ZodLike
  readonly options?: readonly ZodLike[]
  readonly getter?: () => ZodLike
  readonly left?: ZodLike
  readonly right?: ZodLike
  readonly items?: readonly ZodLike[]
  readonly rest?: ZodLike | null
  readonly keyType?: ZodLike
  readonly valueType?: ZodLike
}

function readZod(schema: ZodLike, seen: Map<ZodLike, SchemaNode>): SchemaNode {
  const known = seen.get(schema)
  if (known !== undefined) return known
  const { def } = schema._zod
  switch (def.type) {
    case 'object': {
      const fields: Record<string, SchemaNode> = {}
      const catchall = def.catchall?._zod.def.type
      const loose = catchall === 'unknown' || catchall === 'any'
      const rest = def.catchall === undefined || loose || catchall === 'never' ? undefined : readZod(def.catchall, seen)
      // Registered before its fields are read: a recursive schema refers to it from inside.
      const node: SchemaNode = { kind: 'object', fields, loose, strips: catchall === undefined, ...(rest === undefined ? {} : { rest }) }
      seen.set(schema, node)
      for (const [name, field] of Object.entries(def.shape ?? {})) fields[name] = readZod(field, seen)
      return node
    }
    case 'string':
      return readZodString(schema)
    case 'enum':
    case 'literal':
      return { kind: 'enum' }
    case 'array':
      return def.element === undefined ? OTHER : { kind: 'array', item: readZod(def.element, seen), maxItems: checkValue(def, ['max_length', 'length_equals']) }
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'readonly':
    case 'nonoptional':
    case 'catch':
    case 'promise':
      return def.innerType === undefined ? OTHER : { kind: 'wrapped', inner: readZod(def.innerType, seen) }
    case 'lazy': {
      if (def.getter === undefined) return OTHER
      // Registered like objects: a list of lists of itself has no object in it.
      const node: Promised = { kind: 'wrapped', inner: OTHER }
      seen.set(schema, node)
      node.inner = readZod(def.getter(), seen)
      return node
    }
    case 'pipe': {
      if (def.in === undefined || def.out === undefined) return OTHER
      // A transform says nothing of its result: the side that is a schema counts.
      if (def.out._zod.def.type === 'transform') return { kind: 'wrapped', inner: readZod(def.in, seen) }
      return { kind: 'wrapped', inner: readZod(def.out, seen), from: readZod(def.in, seen) }
    }
    case 'union':
      return { kind: 'union', options: (def.options ?? []).map((option) => readZod(option, seen)) }
    case 'intersection':
      return def.left === undefined || def.right === undefined ? OTHER : { kind: 'intersection', sides: [readZod(def.left, seen), readZod(def.right, seen)] }
    case 'record':
      return def.keyType === undefined || def.valueType === undefined ? OTHER : { kind: 'record', key: readZod(def.keyType, seen), value: readZod(def.valueType, seen) }
    case 'tuple':
      return { kind: 'tuple', items: (def.items ?? []).map((item) => readZod(item, seen)), rest: def.rest === undefined || def.rest === null ? null : readZod(def.rest, seen) }
    case 'map':
      return def.keyType === undefined || def.valueType === undefined ? OTHER : { kind: 'map', key: readZod(def.keyType, seen), value: readZod(def.valueType, seen) }
    case 'set':
      return def.valueType === undefined ? OTHER : { kind: 'set', item: readZod(def.valueType, seen) }
    case 'any':
    case 'unknown':
      return { kind: 'other', anything: true }
    default:
      return OTHER
  }
}

function readZodString({ _zod: { def, bag } }: ZodLike): SchemaNode {
  const checks = def.checks ?? []
  const trims = checks.some(({ _zod: { def: check } }) => check.check === 'overwrite' && check.tx?.(' x ') === 'x')
  const format = def.format ?? bag?.format ?? checks.find(({ _zod }) => _zod.def.check === 'string_format')?._zod.def.format ?? null
  // A time whose precision is declared has no more digits than that.
  const precise = typeof def.precision === 'number' ? 64 + def.precision : null
  return { kind: 'string', maxLength: checkValue(def, ['max_length', 'length_equals']) ?? bag?.maximum ?? precise, trims, format, pattern: format === 'regex' }
}

function checkValue(def: ZodDef, names: readonly string[]): number | null {
  for (const { _zod } of def.checks ?? []) if (names.includes(_zod.def.check)) return _zod.def.maximum ?? _zod.def.length ?? null
  return null
}

/** What of JSON Schema is read. */
interface JsonSchema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly properties?: { readonly [name: string]: JsonSchema }
  readonly additionalProperties?: boolean | JsonSchema
  readonly propertyNames?: JsonSchema
  readonly items?: JsonSchema | boolean
  readonly prefixItems?: readonly JsonSchema[]
  readonly allOf?: readonly JsonSchema[]
  readonly maxItems?: number
  readonly maxLength?: number
  readonly format?: string
  readonly pattern?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
}

/** The document that is read, and what its references have been read as. */
interface Document {
  readonly root: JsonSchema
  readonly refs: Map<string, SchemaNode>
}

/** What says something about a value without saying what it may be. */
const ANNOTATIONS: ReadonlySet<string> = new Set(['$schema', '$defs', 'definitions', 'title', 'description', 'default', 'examples', '$comment', 'deprecated', 'readOnly', 'writeOnly'])
const ANY_TEXT: SchemaNode = { kind: 'string', maxLength: null, trims: null, format: null, pattern: false }

function readJson(schema: JsonSchema, document: Document): SchemaNode {
  const read = (part: JsonSchema): SchemaNode => readJson(part, document)
  if (schema.enum !== undefined || schema.const !== undefined) return { kind: 'enum' }
  // All of these hold at once, wherever several stand beside each other.
  const options = schema.anyOf ?? schema.oneOf
  const sides: SchemaNode[] = [
    ...(schema.$ref === undefined ? [] : [readRef(schema.$ref, document)]),
    ...(options === undefined ? [] : [{ kind: 'union' as const, options: options.map(read) }]),
    ...(schema.allOf ?? []).map(read),
    ...readOwn(schema, read),
  ]
  if (sides.length === 0) return Object.keys(schema).some((key) => !ANNOTATIONS.has(key)) ? OTHER : { kind: 'other', anything: true }
  return sides.length === 1 ? (sides[0] as SchemaNode) : { kind: 'intersection', sides }
}

/** What a schema says without its references and choices. */
function readOwn(schema: JsonSchema, read: (part: JsonSchema) => SchemaNode): readonly SchemaNode[] {
  const { type, properties, additionalProperties: extra, items } = schema
  if (typeof type === 'object') return [{ kind: 'union', options: type.map((one) => readOwn({ ...schema, type: one }, read)[0] ?? OTHER) }]
  if (properties !== undefined) {
    const fields = Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, read(field)]))
    const typed = typeof extra === 'object' && Object.keys(extra).length > 0
    return [{ kind: 'object', fields, loose: extra !== false && !typed, strips: false, ...(typed ? { rest: read(extra) } : {}) }]
  }
  if (typeof extra === 'object') return [{ kind: 'record', key: schema.propertyNames === undefined ? ANY_TEXT : read({ type: 'string', ...schema.propertyNames }), value: read(extra) }]
  if (schema.prefixItems !== undefined) return [{ kind: 'tuple', items: schema.prefixItems.map(read), rest: typeof items === 'object' ? read(items) : null }]
  if (type === 'array' && typeof items === 'object') return [{ kind: 'array', item: read(items), maxItems: schema.maxItems ?? null }]
  if (type === 'string') return [{ kind: 'string', maxLength: schema.maxLength ?? null, trims: null, format: schema.format ?? null, pattern: schema.pattern !== undefined }]
  return []
}

/** A reference into the same document: `#`, or `#/$defs/Order`. What lies elsewhere can't be read. */
function readRef(ref: string, document: Document): SchemaNode {
  const known = document.refs.get(ref)
  if (known !== undefined) return known
  const node: Promised = { kind: 'wrapped', inner: OTHER }
  // Registered before it is read: a recursive schema refers to it from inside.
  document.refs.set(ref, node)
  const target = targetOf(ref, document.root)
  if (target !== undefined) node.inner = readJson(target, document)
  return node
}

function targetOf(ref: string, root: JsonSchema): JsonSchema | undefined {
  if (!ref.startsWith('#')) return undefined
  let at: unknown = root
  for (const part of decodeURIComponent(ref.slice(1)).split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
    at = typeof at === 'object' && at !== null && Object.hasOwn(at, name) ? (at as Record<string, unknown>)[name] : undefined
  }
  return typeof at === 'object' && at !== null ? (at as JsonSchema) : undefined
}
