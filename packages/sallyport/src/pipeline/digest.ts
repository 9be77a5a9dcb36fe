import { canonicalJson, writeString } from '../lib/canonical-json.ts'
import type { MaybePromise } from '../lib/maybe-promise.ts'
import type { Call } from './call.ts'

/** Version of the digest's form. Raised when the form changes, so that no old digest is taken for a new one. */
const FORM = 1

/**
 * The digest of a call: SHA-256, in hex, over the canonical form of {version, action, definition hash, tenant,
 * environment, subject, actor, parsed input, resource version}. It names exactly what will be executed.
 */
export function digestOf(call: Call): MaybePromise<string> {
  const { principal, definition, port } = call
  const holder = principal?.subject ?? principal
  // Written by hand, keys in canonical order: the envelope is the same on every call, and only its values differ.
  return port.sha256(
    `{"action":${writeString(definition.name)}` +
      `,"actor":${principal === null ? 'null' : writeString(`${principal.kind}:${principal.id}`)}` +
      `,"bindArgs":${call.bindArgsParsed.length === 0 ? '[]' : canonicalJson(call.bindArgsParsed)}` +
      `,"definition":"${call.definitionHash}"` +
      `,"environment":${writeString(port.environment)}` +
      `,"input":${call.parsedInput === undefined ? 'null' : canonicalJson(call.parsedInput)}` +
      `,"resource":${resourceVersion(call)}` +
      `,"subject":${holder === null ? 'null' : writeString(`${holder.kind}:${holder.id}`)}` +
      `,"tenant":${principal?.tenant === undefined ? 'null' : writeString(principal.tenant)}` +
      `,"v":${FORM}}`,
  )
}

function resourceVersion({ definition, resource, resourceId }: Call): string {
  if (resource === undefined || definition.access.kind === 'public') return 'null'
  const { version } = definition.access.options
  const value: unknown = version !== undefined ? version(resource as never) : implicitVersion(resource)
  const known = value instanceof Date || typeof value === 'string' || typeof value === 'number'
  return `[${resourceId === undefined ? 'null' : writeString(resourceId)},${known ? canonicalJson(value) : 'null'}]`
}

function implicitVersion(resource: unknown): unknown {
  if (typeof resource !== 'object' || resource === null) return null
  if ('version' in resource) return resource.version
  return 'updatedAt' in resource ? resource.updatedAt : null
}
