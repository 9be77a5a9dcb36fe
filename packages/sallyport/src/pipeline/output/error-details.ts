import type { ActionDefinition } from '../../action/definition.ts'
import type { AllowedFields } from '../../action/fields.ts'
import type { StandardSchemaV1 } from '../../lib/standard-schema.ts'
import { intersectFields, narrow, type FieldTree } from '../../lib/field-tree.ts'
import type { Call } from '../call.ts'
import { compileAllowedFields, type FieldsOf } from './allowed-fields.ts'
import { makeProjector, type Projector } from './projector.ts'

/**
 * The part of an application's error details that the caller of this call may see. Paths of lists, policies and grants begin with the code:
 * `OUT_OF_STOCK.left`. A list or a grant that does not name the code leaves an empty object or list, or nothing of a bare value.
 */
export function seenDetails(call: Call, code: string, details: unknown): unknown {
  const allowed = allowedFor(call)
  if (allowed === null) return details
  const below = allowed.get(code)
  if (below === null) return details
  if (below === undefined && Array.isArray(details)) return []
  return narrow(details, below ?? NOTHING)
}

/** Without keys that the schema of the details does not name. */
export function fittingDetails(schema: StandardSchemaV1, details: unknown): unknown {
  let known = projectors.get(schema)
  if (known === undefined) projectors.set(schema, (known = { project: makeProjector(schema) }))
  return known.project === null ? details : known.project(details)
}

const projectors = new WeakMap<StandardSchemaV1, { readonly project: Projector | null }>()
const NOTHING: FieldTree = new Map()
const lists = new WeakMap<ActionDefinition, { readonly of: FieldsOf | null }>()

function allowedFor(call: Call): FieldTree | null {
  const { definition, principal } = call
  let list = lists.get(definition)
  if (list === undefined) lists.set(definition, (list = { of: compileAllowedFields(listed(definition)) }))
  // Before a grant is found nobody has said what an agent or a service may see.
  if (principal !== null && principal.kind !== 'user' && definition.access.kind !== 'public' && call.grantId === null) return NOTHING
  return list.of === null ? call.fields : intersectFields(call.fields, list.of(principal))
}

/** A kind whose result the action narrows sees no details but those that it lists for them. */
function listed({ errorFields, output }: ActionDefinition): AllowedFields | null {
  const results = output.kind === 'waived' ? null : output.fields
  if (errorFields === null && results === null) return null
  return { ...Object.fromEntries(Object.keys(results ?? {}).map((kind) => [kind, []])), ...errorFields }
}
