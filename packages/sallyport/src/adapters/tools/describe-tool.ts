import type { AnyAction } from '../../action/action.ts'
import { DefinitionError } from '../../errors/sallyport-error.ts'
import type { StandardSchemaV1 } from '../../lib/standard-schema.ts'

/** An action as a model reads it: what AI SDK tools and MCP tools are made from. */
export interface ToolDescription {
  readonly action: AnyAction
  /** The action's name with `_` for every character that a model provider refuses. */
  readonly name: string
  readonly description: string
  /** JSON Schema of the input: always an object. */
  readonly input: JsonObjectSchema
  /** JSON Schema of the result, where it is an object and its library can say it. */
  readonly output: JsonObjectSchema | null
  readonly readOnly: boolean
}

/** A JSON Schema of an object. */
export interface JsonObjectSchema {
  readonly type: 'object'
  readonly [keyword: string]: unknown
}

const NO_INPUT: JsonObjectSchema = { type: 'object', properties: {}, additionalProperties: false }

/**
 * Describes actions as tools. The list is explicit: modules load lazily, so no registry knows them all.
 *
 * @throws DefinitionError for an action whose input is no object or has no JSON Schema, with bind arguments, or whose name
 * becomes another's.
 */
export function describeTools(actions: readonly AnyAction[]): readonly ToolDescription[] {
  const names = new Map<string, string>()
  return actions.map((action) => {
    const { definition } = action
    const name = definition.name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64)
    const other = names.get(name)
    if (other !== undefined) throw new DefinitionError(`The tools of '${other}' and '${definition.name}' would both be called '${name}'.`)
    names.set(name, definition.name)
    if (definition.bindArgs.length > 0) throw new DefinitionError(`'${definition.name}' has bind arguments, which a tool can't give.`)
    return {
      action,
      name,
      description: definition.description ?? definition.name,
      input: definition.input.kind === 'none' ? NO_INPUT : requireObject(definition.name, definition.input.schema),
      output: definition.output.kind === 'schema' ? objectSchema(definition.output.schema, 'output') : null,
      readOnly: definition.readOnly,
    }
  })
}

function requireObject(name: string, schema: StandardSchemaV1): JsonObjectSchema {
  const json = objectSchema(schema, 'input')
  if (json === null) throw new DefinitionError(`The input of '${name}' is no object that JSON Schema can say, so it can't be a tool. Use z.strictObject({ … }) without dates, maps and transforms at its edge.`)
  return json
}

function objectSchema(schema: StandardSchemaV1, direction: 'input' | 'output'): JsonObjectSchema | null {
  try {
    const json = schema['~standard'].jsonSchema?.[direction]({ target: 'draft-2020-12' })
    return json?.['type'] === 'object' ? (json as JsonObjectSchema) : null
  } catch {
    return null
  }
}
