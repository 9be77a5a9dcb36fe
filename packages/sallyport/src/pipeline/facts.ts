import type { AuditParty, CallFacts } from '../audit/types.ts'
import type { JsonValue } from '../lib/json.ts'
import { VERSION } from '../lib/version.ts'
import type { Call } from './call.ts'

/** What the audit log keeps of a call. Never raw input: the fields that the action declares loggable, scrubbed. */
export function factsOf(call: Call, passed: readonly string[]): CallFacts {
  const { principal, definition, port, request } = call
  const facts: { -readonly [Key in keyof CallFacts]: CallFacts[Key] } = {
    action: definition.name,
    definitionHash: call.definitionHash,
    environment: port.environment,
    transport: request === null ? 'direct' : request.transport,
    passed,
    version: VERSION,
  }
  if (principal !== null) {
    const actor: AuditParty = { kind: principal.kind, id: principal.id }
    facts.actor = actor
    facts.subject = principal.subject === undefined ? actor : { kind: principal.subject.kind, id: principal.subject.id }
    if (principal.tenant !== undefined) facts.tenant = principal.tenant
    if (principal.chain !== undefined) facts.chain = principal.chain
    if (principal.session.id !== undefined) facts.session = principal.session.id
  }
  if (call.address !== undefined) facts.address = port.addressForLog(call.address)
  if (call.grantId !== null) facts.grant = call.grantId
  if (call.approvalId !== null) facts.approval = call.approvalId
  if (call.observed !== null) facts.observed = call.observed
  if (call.digest !== null) facts.inputDigest = call.digest
  if (definition.access.kind === 'authorize' && call.resource !== undefined) {
    const { permission, options } = definition.access
    const type = options.type ?? permission.slice(0, permission.indexOf(':'))
    facts.resource = call.resourceId === undefined ? { type } : { type, id: call.resourceId }
  }
  if (definition.loggable.length > 0) facts.fields = loggedFields(call)
  return facts
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
