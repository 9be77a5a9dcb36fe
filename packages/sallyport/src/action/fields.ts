import { ERRORS, type ErrorCode } from '../errors/codes.ts'
import { DefinitionError } from '../errors/sallyport-error.ts'
import type { PrincipalKind } from '../identity/principal.ts'
import { describeSchema, type SchemaNode } from '../lib/schema-node.ts'
import type { InferOut, StandardSchemaV1 } from '../lib/standard-schema.ts'
import type { ErrorSchemas } from './spec.ts'

/** How deep the compiler follows a type: `a.b.c.d`. */
type Less = [never, 0, 1, 2, 3]

type PathOf<T, Depth extends number> = [Depth] extends [never]
  ? never
  : T extends readonly (infer Item)[]
    ? PathOf<NonNullable<Item>, Depth>
    : T extends Date | Map<unknown, unknown> | Set<unknown> | Blob | ArrayBuffer | Uint8Array | ((...args: never) => unknown)
      ? never
      : T extends object
        ? { [Key in keyof T & string]-?: Key | `${Key}.${PathOf<NonNullable<T[Key]>, Less[Depth]>}` }[keyof T & string]
        : never

/** Names of the fields of a result, `items.price` for a field of each item of a list. At most four deep. */
export type FieldPath<T> = PathOf<NonNullable<T>, 4>

/**
 * Which fields of the result each kind of principal may see. A kind that is not named sees all that the schema names. Who acts for
 * somebody sees what both kinds may see; nobody (in public actions) sees what users see. Policies and grants narrow it further.
 */
export type FieldsByKind<T> = { readonly [Kind in PrincipalKind]?: readonly FieldPath<T>[] }

/** Paths of error details: a code for all of them, `OUT_OF_STOCK.left` for one. Details of the library's codes are free in form. */
export type ErrorFieldPath<Errors extends ErrorSchemas> =
  | { [Code in keyof Errors & string]: Code | `${Code}.${FieldPath<InferOut<Errors[Code]>>}` }[keyof Errors & string]
  | ErrorCode
  | `${ErrorCode}.${string}`

/**
 * Which error details each kind of principal may see. A kind that is not named sees all, unless the action lists fields of its result for that
 * kind: then none. Policies and grants narrow it further.
 */
export type ErrorFieldsByKind<Errors extends ErrorSchemas> = { readonly [Kind in PrincipalKind]?: readonly ErrorFieldPath<Errors>[] }

/** The same as the pipeline reads it: the builder has checked the types. */
export type AllowedFields = { readonly [Kind in PrincipalKind]?: readonly string[] }

const KINDS: readonly string[] = ['user', 'service', 'agent'] satisfies readonly PrincipalKind[]

/** @throws DefinitionError for a kind that there is not, or a field that the schema does not name: in plain JavaScript nothing else would. */
export function requireFields(fields: AllowedFields | undefined, schema: StandardSchemaV1, what: string): AllowedFields | null {
  if (fields === undefined) return null
  const node = describeSchema(schema)
  return requirePaths(fields, (path) => node === null || names(node, path), 'output', what)
}

/** @throws DefinitionError for a field that a result does not have: the log would say of each call that it was disclosed. */
export function requireField(field: string, schema: StandardSchemaV1, what: string): void {
  const node = describeSchema(schema)
  if (node !== null && !names(node, [field])) throw new DefinitionError(`The output of ${what} has no field '${field}', which .discloses() names.`)
}

/** @throws DefinitionError for a kind that there is not, a code that nothing answers with, or a field that its details do not have. */
export function requireErrorFields(fields: AllowedFields | undefined, errors: ErrorSchemas, what: string): AllowedFields | null {
  if (fields === undefined) return null
  const known = ([code = '', ...rest]: readonly string[]): boolean => {
    const schema = Object.hasOwn(errors, code) ? errors[code] : undefined
    if (schema === undefined) return Object.hasOwn(ERRORS, code)
    const node = describeSchema(schema)
    return node === null || names(node, rest)
  }
  return requirePaths(fields, known, 'errors', what)
}

function requirePaths(fields: AllowedFields, known: (path: readonly string[]) => boolean, part: string, what: string): AllowedFields {
  for (const [kind, paths] of Object.entries(fields)) {
    if (!KINDS.includes(kind)) throw new DefinitionError(`'${kind}' is no kind of principal, in the fields of ${what}. There are ${KINDS.join(', ')}.`)
    if (!Array.isArray(paths)) throw new DefinitionError(`The fields of ${what} for '${kind}' are a list of names.`)
    const unknown = paths.find((path: unknown) => typeof path !== 'string' || !known(path.split('.')))
    if (unknown !== undefined) throw new DefinitionError(`The ${part} of ${what} ${part === 'errors' ? 'have' : 'has'} no field '${String(unknown)}'.`)
  }
  return fields
}

/** Whether a schema names this field, as far as it can be read. Lists are seen through. */
function names(node: SchemaNode, path: readonly string[], seen: ReadonlySet<SchemaNode> = new Set()): boolean {
  const [name, ...rest] = path
  if (name === undefined) return true
  // A list of itself: going round once more finds nothing new.
  if (seen.has(node)) return false
  const beside = new Set(seen).add(node)
  const any = (nodes: readonly SchemaNode[]): boolean => nodes.some((one) => names(one, path, beside))
  switch (node.kind) {
    case 'object': {
      const field = Object.hasOwn(node.fields, name) ? node.fields[name] : node.rest
      return field === undefined ? node.loose : names(field, rest)
    }
    case 'record':
      return names(node.value, rest)
    case 'array':
      return any([node.item])
    case 'tuple':
      return any(node.rest === null ? node.items : [...node.items, node.rest])
    case 'wrapped':
      return any([node.inner])
    case 'union':
      return any(node.options)
    case 'intersection':
      return any(node.sides)
    case 'other':
      return true
    default:
      return false
  }
}
