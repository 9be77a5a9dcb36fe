import type { ActionDefinition } from '../action/definition.ts'
import type { Principal } from '../identity/principal.ts'
import { canonicalJson, canonicalWriter, writeString } from '../lib/canonical-json.ts'
import type { MaybePromise } from '../lib/maybe-promise.ts'
import type { Call } from './call.ts'
import type { PortRuntime } from './runtime.ts'

/** Version of the digest's form. Raised when the form changes, so that no old digest is taken for a new one. */
const FORM = 1

/**
 * Makes the digest of an action's calls: SHA-256, in hex, over the canonical form of {version, action, definition hash, tenant,
 * environment, subject, actor, parsed input, resource version}. It names exactly what will be executed.
 */
export function compileDigest({ name }: ActionDefinition, { environment, sha256 }: PortRuntime): (call: Call) => MaybePromise<string> {
  // Written by hand, keys in canonical order: of the envelope only some values differ between calls.
  const action = `{"action":${writeString(name)},"actor":`
  const place = `","environment":${writeString(environment)},"input":`
  const inputJson = canonicalWriter()
  return (call) => {
    const { principal, parsedInput } = call
    const actor = partyText(principal)
    return sha256(
      action +
        actor +
        (call.bindArgsParsed.length === 0 ? ',"bindArgs":[],"definition":"' : `,"bindArgs":${canonicalJson(call.bindArgsParsed)},"definition":"`) +
        call.definitionHash +
        place +
        (parsedInput === undefined ? 'null' : inputJson(parsedInput)) +
        ',"resource":' +
        resourceVersion(call) +
        ',"subject":' +
        (principal?.subject === undefined ? actor : partyText(principal.subject)) +
        (principal?.tenant === undefined ? ',"tenant":null' : `,"tenant":${writeString(principal.tenant)}`) +
        END,
    )
  }
}

/** How the envelope ends: with its version. */
const END = `,"v":${FORM}}`

function partyText(party: Pick<Principal, 'kind' | 'id'> | null): string {
  return party === null ? 'null' : writeString(`${party.kind}:${party.id}`)
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
