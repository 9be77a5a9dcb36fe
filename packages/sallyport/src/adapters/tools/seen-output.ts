import type { Principal } from '../../identity/principal.ts'
import type { FieldTree } from '../../lib/field-tree.ts'
import { compileAllowedFields } from '../../pipeline/output/allowed-fields.ts'
import type { Policy } from '../../policy/types.ts'
import type { JsonObjectSchema, ToolDescription } from './describe-tool.ts'

type JsonSchema = { readonly [keyword: string]: unknown }

/**
 * JSON Schema of what a caller may see of a tool's result: the fields that the action lists for its kind. A grant or a policy may
 * leave fewer, so where one can come in between, no field is promised: clients check results against this schema.
 */
export function seenOutput({ action, output }: ToolDescription, principal: Principal, policy: Policy): JsonObjectSchema | null {
  if (output === null) return null
  const declared = action.definition.output
  const fields = compileAllowedFields(declared.kind === 'waived' ? null : declared.fields)?.(principal) ?? null
  if (fields === null && principal.kind === 'user' && policy.decide === undefined) return output
  return { ...narrowed(output, fields), type: 'object' }
}

function narrowed(schema: JsonSchema, fields: FieldTree | null): JsonSchema {
  if (fields === null) return unpromised(schema)
  const { properties, items, required: _, ...rest } = schema
  if (isSchema(items)) return { ...rest, items: narrowed(items, fields) }
  // What is said by reference or by alternatives can't be cut to size here: it is left open.
  if (!isSchema(properties)) return {}
  const kept = Object.entries(properties).flatMap(([name, field]) => {
    const below = fields.get(name)
    return below === undefined || !isSchema(field) ? [] : [[name, narrowed(field, below)] as const]
  })
  return { ...rest, properties: Object.fromEntries(kept) }
}

/** The same without `required`, all the way down; of several alternatives more than one may then fit. */
function unpromised(schema: JsonSchema): JsonSchema {
  const copy: Record<string, unknown> = {}
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === 'required') continue
    const name = keyword === 'oneOf' ? 'anyOf' : keyword
    if ((keyword === 'properties' || keyword === '$defs' || keyword === 'definitions') && isSchema(value)) copy[name] = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, isSchema(one) ? unpromised(one) : one]))
    else if (['anyOf', 'oneOf', 'allOf', 'prefixItems'].includes(keyword) && Array.isArray(value)) copy[name] = value.map((one: unknown) => (isSchema(one) ? unpromised(one) : one))
    else if (['items', 'additionalProperties', 'not'].includes(keyword) && isSchema(value)) copy[name] = unpromised(value)
    else copy[name] = value
  }
  return copy
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
