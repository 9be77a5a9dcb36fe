import type { AuditParty, CallFacts } from '../audit/types.ts'
import type { JsonValue } from '../lib/json.ts'
import { VERSION } from '../lib/version.ts'
import { resourceType } from '../action/definition.ts'
import type { Scrubber } from '../scrub/types.ts'
import type { Call } from './call.ts'

/** What the audit log keeps of a call. Never raw input: the fields that the action declares loggable. Whatever is not the library's own text is scrubbed. */
export function factsOf(call: Call, passed: readonly string[]): CallFacts {
  return new Facts(call, passed)
}

/**
 * Always with every field: events then have one hidden class, and JSON leaves out what is undefined. A class, as its parts are:
 * where a ledger keeps events, the engine takes object literals for long-lived ones and puts them among the old, and what is there
 * keeps alive all that it refers to until the old are looked through.
 */
class Facts implements CallFacts {
  readonly action: string
  readonly definitionHash: string
  readonly environment: string
  readonly transport: string
  readonly tenant: string | undefined
  readonly subject: AuditParty | undefined
  readonly actor: AuditParty | undefined
  readonly chain: readonly string[] | undefined
  readonly session: string | undefined
  readonly grant: string | undefined
  readonly approval: string | undefined
  readonly address: string | undefined
  readonly passed: readonly string[]
  readonly observed: CallFacts['observed'] | undefined
  readonly resource: CallFacts['resource'] | undefined
  readonly inputDigest: string | undefined
  readonly fields: CallFacts['fields'] | undefined
  readonly version: string

  constructor(call: Call, passed: readonly string[]) {
    const { principal, definition, port, observed } = call
    const { scrubber } = port
    const subject = principal?.subject
    this.action = definition.name
    this.definitionHash = call.definitionHash
    this.environment = port.environment
    this.transport = call.request === null ? 'direct' : call.request.transport
    this.tenant = principal?.tenant === undefined ? undefined : scrubbed(principal.tenant, scrubber)
    this.actor = principal === null ? undefined : new Party(principal.kind, scrubbed(principal.id, scrubber))
    this.subject = subject === undefined ? this.actor : new Party(subject.kind, scrubbed(subject.id, scrubber))
    this.chain = (principal?.chain ?? (call.grantChain === null || call.grantChain.length === 0 ? undefined : call.grantChain))?.map((id) => scrubbed(id, scrubber))
    this.session = principal?.session.id === undefined ? undefined : scrubbed(principal.session.id, scrubber)
    this.grant = call.grantId ?? undefined
    this.approval = call.approvalId === null ? undefined : approvalOf(call.approvalId, scrubber)
    this.address = call.address === undefined ? undefined : port.addressForLog(call.address)
    this.passed = passed
    this.observed = observed === null ? undefined : observed.map(({ control, reason }) => ({ control, reason: scrubbed(reason, scrubber) }))
    this.resource = resourceOf(call)
    this.inputDigest = call.digest ?? undefined
    this.fields = definition.loggable.length === 0 ? undefined : loggedFields(call)
    this.version = VERSION
  }
}

class Party implements AuditParty {
  readonly kind: AuditParty['kind']
  readonly id: string

  constructor(kind: AuditParty['kind'], id: string) {
    this.kind = kind
    this.id = id
  }
}

class Resource {
  readonly type: string
  readonly id: string | undefined

  constructor(type: string, id: string | undefined) {
    this.type = type
    this.id = id
  }
}

function scrubbed(text: string, scrubber: Scrubber): string {
  return scrubber.isQuiet(text) ? text : scrubber.scrub(text).text
}

/** A caller names it, in a header for example, and may write there what it likes. */
function approvalOf(id: string, scrubber: Scrubber): string {
  return scrubbed(id, scrubber).slice(0, 100)
}

/** A row may be known by what is secret: the table of tokens has the token for its key. */
function resourceOf({ definition: { access }, resource, resourceId, port }: Call): CallFacts['resource'] {
  if (access.kind === 'public' || resource === undefined) return undefined
  return new Resource(resourceType(access), resourceId === undefined ? undefined : scrubbed(resourceId, port.scrubber))
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
