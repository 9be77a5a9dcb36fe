import { canonicalJson } from '../lib/canonical-json.ts'
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
  return port.sha256(
    canonicalJson({
      v: FORM,
      action: definition.name,
      definition: call.definitionHash,
      tenant: principal?.tenant ?? null,
      environment: port.environment,
      subject: holder === null ? null : `${holder.kind}:${holder.id}`,
      actor: principal === null ? null : `${principal.kind}:${principal.id}`,
      input: call.parsedInput === undefined ? null : call.parsedInput,
      bindArgs: call.bindArgsParsed,
      resource: resourceVersion(call),
    }),
  )
}

function resourceVersion({ definition, resource, resourceId }: Call): unknown {
  if (resource === undefined || definition.access.kind === 'public') return null
  const { version } = definition.access.options
  const value: unknown = version !== undefined ? version(resource as never) : implicitVersion(resource)
  return [resourceId ?? null, value instanceof Date || typeof value === 'string' || typeof value === 'number' ? value : null]
}

function implicitVersion(resource: unknown): unknown {
  if (typeof resource !== 'object' || resource === null) return null
  if ('version' in resource) return resource.version
  return 'updatedAt' in resource ? resource.updatedAt : null
}
