import type { ActionDefinition } from '../action/definition.ts'
import { canonicalJson } from '../lib/canonical-json.ts'
import type { MaybePromise } from '../lib/maybe-promise.ts'
import type { StandardSchemaV1 } from '../lib/standard-schema.ts'
import type { PortRuntime } from './runtime.ts'

/**
 * The definition hash: of name, declared version, JSON Schemas, permission and approval rule. Not of the handler's source,
 * which would void approvals at each deploy. SHA-256 in hex.
 */
export function definitionHash(definition: ActionDefinition, port: PortRuntime): MaybePromise<string> {
  return port.sha256(canonicalJson(definitionFacts(definition)))
}

/** What the definition hash is made of. */
export function definitionFacts({ name, version, access, input, bindArgs, output, approval }: ActionDefinition): object {
  return {
    name,
    version,
    input: input.kind === 'schema' ? jsonSchemaOf(input.schema, 'input') : null,
    bindArgs: bindArgs.map((schema) => jsonSchemaOf(schema, 'input')),
    output: output.kind === 'waived' ? null : jsonSchemaOf(output.schema, 'output'),
    permission: access.kind === 'public' ? null : access.permission,
    approval: approval === null ? null : { approvers: approval.approvers, quorum: approval.quorum ?? 1, conditional: approval.when !== undefined, breakGlass: approval.breakGlass ?? null },
  }
}

/** The JSON Schema of a schema where its library can give one, else what is known of it. */
export function jsonSchemaOf(schema: StandardSchemaV1, direction: 'input' | 'output'): Record<string, unknown> {
  const standard = schema['~standard']
  try {
    const json = standard.jsonSchema?.[direction]({ target: 'draft-2020-12' })
    if (json !== undefined) return JSON.parse(JSON.stringify(json)) as Record<string, unknown>
  } catch {
    // A Date, a Map, a transform: JSON Schema can't say it. The declared version then has to tell two forms apart.
  }
  return { vendor: standard.vendor }
}
