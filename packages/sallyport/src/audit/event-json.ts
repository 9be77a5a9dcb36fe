import { isPlain } from '../lib/canonical-json.ts'
import type { AuditEvent, AuditParty, CallFacts, CallSummary, IntentEvent, OutcomeEvent } from './types.ts'

/**
 * The JSON text of an event: what `JSON.stringify` gives, keys in the order of the types. Two are written for every call, and
 * their form is known: written by hand they cost a third.
 */
export function eventJson(event: AuditEvent): string {
  return event.kind === 'intent' ? intentJson(event) : outcomeJson(event)
}

function intentJson({ id, time, facts }: IntentEvent): string {
  return `{"kind":"intent","id":${quote(id)},"time":${timeJson(time)},"facts":${factsJson(facts)}}`
}

function outcomeJson(event: OutcomeEvent): string {
  const { code, control, reason, facts, call, findings, usage, secrets, disclosed, suppressed } = event
  let text = `{"kind":"outcome","id":${quote(event.id)},"time":${timeJson(event.time)},"outcome":${quote(event.outcome)}`
  if (code !== undefined) text += `,"code":${quote(code)}`
  if (control !== undefined) text += `,"control":${quote(control)}`
  if (reason !== undefined) text += `,"reason":${quote(reason)}`
  text += `,"durationMs":${number(event.durationMs)}`
  if (facts !== undefined) text += `,"facts":${factsJson(facts)}`
  if (call !== undefined) text += `,"call":${callJson(call)}`
  // Most calls have none of these.
  if (findings !== undefined) text += `,"findings":${JSON.stringify(findings)}`
  if (usage !== undefined) text += `,"usage":${JSON.stringify(usage)}`
  if (secrets !== undefined) text += `,"secrets":${JSON.stringify(secrets)}`
  if (disclosed !== undefined) text += `,"disclosed":${JSON.stringify(disclosed)}`
  if (suppressed !== undefined) text += `,"suppressed":${number(suppressed)}`
  return text + '}'
}

function factsJson(facts: CallFacts): string {
  const { tenant, subject, actor, chain, session, grant, approval, address, observed, resource, inputDigest, fields } = facts
  const fixed = fixedOf(facts)
  let text = fixed.head
  if (tenant !== undefined) text += field(',"tenant":"', tenant)
  text += partiesJson(subject, actor)
  if (chain !== undefined) text += `,"chain":${JSON.stringify(chain)}`
  if (session !== undefined) text += field(',"session":"', session)
  if (grant !== undefined) text += field(',"grant":"', grant)
  if (approval !== undefined) text += field(',"approval":"', approval)
  if (address !== undefined) text += field(',"address":"', address)
  text += fixed.passed
  if (observed !== undefined) text += `,"observed":${JSON.stringify(observed)}`
  if (resource !== undefined) text += field(',"resource":{"type":"', resource.type) + (resource.id === undefined ? '}' : field(',"id":"', resource.id) + '}')
  if (inputDigest !== undefined) text += field(',"inputDigest":"', inputDigest)
  if (fields !== undefined) text += `,"fields":${JSON.stringify(fields)}`
  return text + fixed.tail
}

function partiesJson(subject: AuditParty | undefined, actor: AuditParty | undefined): string {
  // Most callers act for themselves.
  if (actor !== undefined && subject === actor && Object.hasOwn(SELF, actor.kind) && isShortAndPlain(actor.id)) {
    const { before, between } = SELF[actor.kind]
    return before + actor.id + between + actor.id + '"}'
  }
  return (subject === undefined ? '' : ',"subject":' + partyJson(subject)) + (actor === undefined ? '' : ',"actor":' + partyJson(actor))
}

/** What stands before the id of a caller that acts for itself, and between that and the second time. */
const SELF = { user: selfOf('user'), service: selfOf('service'), agent: selfOf('agent') }

function selfOf(kind: AuditParty['kind']): { readonly before: string; readonly between: string } {
  return { before: `,"subject":{"kind":"${kind}","id":"`, between: `"},"actor":{"kind":"${kind}","id":"` }
}

/** What of an action's events is the same for all of its calls, as text. */
interface Fixed extends Pick<CallFacts, 'action' | 'definitionHash' | 'environment' | 'transport' | 'version'> {
  readonly head: string
  readonly passed: string
  readonly tail: string
}

/** By the controls of an action, which are one frozen list for all of its calls. */
const known = new WeakMap<readonly string[], Fixed>()

function fixedOf(facts: CallFacts): Fixed {
  const before = known.get(facts.passed)
  const same =
    before !== undefined &&
    before.action === facts.action &&
    before.definitionHash === facts.definitionHash &&
    before.environment === facts.environment &&
    before.transport === facts.transport &&
    before.version === facts.version
  if (same) return before
  const { action, definitionHash, environment, transport, version } = facts
  const fixed: Fixed = {
    action,
    definitionHash,
    environment,
    transport,
    version,
    head: `{"action":${quote(action)},"definitionHash":${quote(definitionHash)},"environment":${quote(environment)},"transport":${quote(transport)}`,
    passed: `,"passed":${JSON.stringify(facts.passed)}`,
    tail: `,"version":${quote(version)}}`,
  }
  if (Object.isFrozen(facts.passed)) known.set(facts.passed, fixed)
  return fixed
}

function callJson({ action, environment, transport, tenant, subject, actor, address }: CallSummary): string {
  let text = `{"action":${quote(action)},"environment":${quote(environment)},"transport":${quote(transport)}`
  if (tenant !== undefined) text += `,"tenant":${quote(tenant)}`
  if (subject !== undefined) text += `,"subject":${partyJson(subject)}`
  if (actor !== undefined) text += `,"actor":${partyJson(actor)}`
  if (address !== undefined) text += `,"address":${quote(address)}`
  return text + '}'
}

function partyJson({ kind, id }: AuditParty): string {
  return field('{"kind":"', kind) + field(',"id":"', id) + '}'
}

function number(value: number): string {
  return Number.isFinite(value) ? String(value) : 'null'
}

let latestTime = 0
let latestTimeText = '0'

/** A time. Many events have that of the one before. */
function timeJson(time: number): string {
  if (time === latestTime) return latestTimeText
  latestTime = time
  return (latestTimeText = number(time))
}

function quote(text: string): string {
  return field('"', text)
}

/** A string, behind what ends in its opening quote. */
function field(name: string, text: string): string {
  return isShortAndPlain(text) ? name + text + '"' : name + JSON.stringify(text).slice(1)
}

/** Most strings are: looking is cheaper than escaping. */
function isShortAndPlain(text: string): boolean {
  return text.length <= 128 && isPlain(text)
}
