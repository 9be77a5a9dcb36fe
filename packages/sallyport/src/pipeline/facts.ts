import type { AuditParty, CallFacts } from '../audit/types.ts'
import type { JsonValue } from '../lib/json.ts'
import { VERSION } from '../lib/version.ts'
import { resourceType } from '../action/definition.ts'
import type { Call } from './call.ts'

/** What the audit log keeps of a call. Never raw input: the fields that the action declares loggable. Whatever is not the library's own text is scrubbed. */
export function factsOf(call: Call, passed: readonly string[]): CallFacts {
  const { principal, definition, port, observed } = call
  const scrubbed = (text: string): string => port.scrubber.scrub(text).text
  const actor: AuditParty | undefined = principal === null ? undefined : { kind: principal.kind, id: scrubbed(principal.id) }
  const subject = principal?.subject
  // One literal, whatever is known: every event then has the same hidden class, and JSON leaves out what is undefined.
  return {
    action: definition.name,
    definitionHash: call.definitionHash,
    environment: port.environment,
    transport: call.request === null ? 'direct' : call.request.transport,
    tenant: principal?.tenant === undefined ? undefined : scrubbed(principal.tenant),
    subject: subject === undefined ? actor : { kind: subject.kind, id: scrubbed(subject.id) },
    actor,
    chain: (principal?.chain ?? (call.grantChain === null || call.grantChain.length === 0 ? undefined : call.grantChain))?.map(scrubbed),
    session: principal?.session.id === undefined ? undefined : scrubbed(principal.session.id),
    grant: call.grantId ?? undefined,
    approval: call.approvalId ?? undefined,
    address: call.address === undefined ? undefined : port.addressForLog(call.address),
    passed,
    observed: observed === null ? undefined : observed.map(({ control, reason }) => ({ control, reason: scrubbed(reason) })),
    resource: resourceOf(call),
    inputDigest: call.digest ?? undefined,
    fields: definition.loggable.length === 0 ? undefined : loggedFields(call),
    version: VERSION,
  }
}

/** A row may be known by what is secret: the table of tokens has the token for its key. */
function resourceOf({ definition: { access }, resource, resourceId, port }: Call): CallFacts['resource'] {
  if (access.kind === 'public' || resource === undefined) return undefined
  return { type: resourceType(access), id: resourceId === undefined ? undefined : port.scrubber.scrub(resourceId).text }
}

function loggedFields({ definition, parsedInput, port }: Call): { readonly [name: string]: JsonValue } {
  const fields: Record<string, JsonValue> = {}
  if (typeof parsedInput !== 'object' || parsedInput === null) return fields
  for (const name of definition.loggable) {
    const value: unknown = Object.hasOwn(parsedInput, name) ? (parsedInput as Record<string, unknown>)[name] : undefined
    if (value === undefined) continue
    // Through JSON, so that what is logged is what JSON can carry, then scrubbed like all that leaves.
    const text = JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? String(item) : item))
    if (text !== undefined) fields[name] = port.scrubber.scrubValue(JSON.parse(text) as JsonValue).value
  }
  return fields
}
