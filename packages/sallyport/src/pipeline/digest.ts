import type { ActionDefinition } from '../action/definition.ts'
import type { Principal } from '../identity/principal.ts'
import { canonicalJson, canonicalWriter, writeString } from '../lib/canonical-json.ts'
import type { MaybePromise } from '../lib/maybe-promise.ts'
import type { Call } from './call.ts'
import type { PortRuntime } from './runtime.ts'

/** Version of the digest's form. Raised when the form changes, so that no old digest is taken for a new one. */
const FORM = 1

/** What of the digests of one caller is always the same, as text: what stands before the input, and behind the resource. */
interface Envelope {
  readonly kind: string
  readonly tenant: string | undefined
  readonly definitionHash: string
  readonly head: string
  readonly end: string
}

/** Callers that an action remembers: those who call it again and again. */
const REMEMBERED = 250

/**
 * Makes the digest of an action's calls: SHA-256, in hex, over the canonical form of {version, action, definition hash, tenant,
 * environment, subject, actor, parsed input, resource version}. It names exactly what will be executed.
 */
export function compileDigest({ name }: ActionDefinition, { environment, sha256 }: PortRuntime): (call: Call) => MaybePromise<string> {
  // Written by hand, keys in canonical order: of the envelope only some values differ between calls.
  const action = `{"action":${writeString(name)},"actor":`
  const place = `","environment":${writeString(environment)},"input":`
  const inputJson = canonicalWriter()
  /** By a caller's id. Null for who has called once: it may have been the only time. */
  const envelopes = new Map<string, Envelope | null>()

  function write(principal: Principal | null, definitionHash: string, bindArgs: string): Envelope {
    const actor = partyText(principal)
    const subject = principal?.subject === undefined ? actor : partyText(principal.subject)
    const tenant = principal?.tenant === undefined ? 'null' : writeString(principal.tenant)
    return {
      kind: principal?.kind ?? '',
      tenant: principal?.tenant,
      definitionHash,
      head: `${action}${actor},"bindArgs":${bindArgs},"definition":"${definitionHash}${place}`,
      end: `,"subject":${subject},"tenant":${tenant}${END}`,
    }
  }

  function envelopeOf({ principal, definitionHash, bindArgsParsed }: Call): Envelope {
    if (principal === null || principal.subject !== undefined || bindArgsParsed.length > 0) return write(principal, definitionHash, canonicalJson(bindArgsParsed))
    const { id, kind, tenant } = principal
    const before = envelopes.get(id)
    if (before && before.kind === kind && before.tenant === tenant && before.definitionHash === definitionHash) return before
    const envelope = write(principal, definitionHash, '[]')
    if (before === undefined && envelopes.size >= REMEMBERED) envelopes.clear()
    envelopes.set(id, before === undefined ? null : { ...envelope, head: inOnePiece(envelope.head), end: inOnePiece(envelope.end) })
    return envelope
  }

  return (call) => {
    const { parsedInput } = call
    const { head, end } = envelopeOf(call)
    return sha256(head + (parsedInput === undefined ? 'null' : inputJson(parsedInput)) + resourceVersion(call) + end)
  }
}

/** How the envelope ends: with its version. */
const END = `,"v":${FORM}}`

/** The engine keeps a text that was put together as its pieces, and hashing it has to go through them. */
function inOnePiece(text: string): string {
  return [text.slice(0, 1), text.slice(1)].join('')
}

function partyText(party: Pick<Principal, 'kind' | 'id'> | null): string {
  return party === null ? 'null' : writeString(`${party.kind}:${party.id}`)
}

function resourceVersion({ definition, resource, resourceId }: Call): string {
  if (resource === undefined || definition.access.kind === 'public') return ',"resource":null'
  const { version } = definition.access.options
  const value: unknown = version !== undefined ? version(resource as never) : implicitVersion(resource)
  return (resourceId === undefined ? ',"resource":[null,' : ',"resource":[' + writeString(resourceId) + ',') + (isVersion(value) ? canonicalJson(value) : 'null') + ']'
}

function isVersion(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'string' || typeof value === 'bigint' || value instanceof Date || value instanceof Uint8Array
}

function implicitVersion(resource: unknown): unknown {
  if (typeof resource !== 'object' || resource === null) return null
  if ('version' in resource) return resource.version
  return 'updatedAt' in resource ? resource.updatedAt : null
}
