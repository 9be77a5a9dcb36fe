import type { StandardSchemaV1 } from '../../lib/standard-schema.ts'
import { describeSchema, type SchemaNode } from '../../lib/schema-node.ts'

/** Drops what a schema does not name. */
export type Projector = (value: unknown) => unknown

/**
 * Makes the projector of an output schema: keys that it does not name are dropped, even where the schema itself lets
 * them through (`z.looseObject`). `null` when the schema's own parsing already drops them, which is the common case.
 */
export function makeProjector(schema: StandardSchemaV1): Projector | null {
  const node = describeSchema(schema)
  return node === null ? null : project(node, new Map())
}

function project(node: SchemaNode, seen: Map<SchemaNode, Projector | null>): Projector | null {
  if (seen.has(node)) return seen.get(node) ?? null
  seen.set(node, null)
  const projector = make(node, seen)
  seen.set(node, projector)
  return projector
}

function make(node: SchemaNode, seen: Map<SchemaNode, Projector | null>): Projector | null {
  switch (node.kind) {
    case 'object': {
      const fields = Object.entries(node.fields).map(([key, field]) => [key, project(field, seen)] as const)
      if (!node.loose && fields.every(([, inner]) => inner === null)) return null
      return (value) => {
        if (typeof value !== 'object' || value === null) return value
        const copy: Record<string, unknown> = {}
        for (const [key, inner] of fields) {
          if (!Object.hasOwn(value, key)) continue
          const field = (value as Record<string, unknown>)[key]
          copy[key] = inner === null ? field : inner(field)
        }
        return copy
      }
    }
    case 'array': {
      const inner = project(node.item, seen)
      return inner === null ? null : (value) => (Array.isArray(value) ? value.map(inner) : value)
    }
    case 'wrapped':
      return project(node.inner, seen)
    case 'union': {
      // Which branch a value took is not known afterwards, so a key stays when any branch names it.
      const objects = node.options.map(unwrap).filter((option) => option.kind === 'object')
      if (!objects.some((option) => option.loose)) return null
      const keys = new Set(objects.flatMap((option) => Object.keys(option.fields)))
      return (value) => {
        if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
        return Object.fromEntries(Object.entries(value).filter(([key]) => keys.has(key)))
      }
    }
    default:
      return null
  }
}

function unwrap(node: SchemaNode): SchemaNode {
  return node.kind === 'wrapped' ? unwrap(node.inner) : node
}
