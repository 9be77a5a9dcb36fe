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
  return `{"kind":"intent","id":${quote(id)},"time":${number(time)},"facts":${factsJson(facts)}}`
}

function outcomeJson(event: OutcomeEvent): string {
  const { code, control, reason, facts, call, findings, usage, secrets, disclosed, suppressed } = event
  let text = `{"kind":"outcome","id":${quote(event.id)},"time":${number(event.time)},"outcome":${quote(event.outcome)}`
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
  let text = `{"action":${quote(facts.action)},"definitionHash":${quote(facts.definitionHash)},"environment":${quote(facts.environment)},"transport":${quote(facts.transport)}`
  if (tenant !== undefined) text += `,"tenant":${quote(tenant)}`
  if (subject !== undefined) text += `,"subject":${partyJson(subject)}`
  if (actor !== undefined) text += `,"actor":${partyJson(actor)}`
  if (chain !== undefined) text += `,"chain":${JSON.stringify(chain)}`
  if (session !== undefined) text += `,"session":${quote(session)}`
  if (grant !== undefined) text += `,"grant":${quote(grant)}`
  if (approval !== undefined) text += `,"approval":${quote(approval)}`
  if (address !== undefined) text += `,"address":${quote(address)}`
  text += `,"passed":${passedJson(facts.passed)}`
  if (observed !== undefined) text += `,"observed":${JSON.stringify(observed)}`
  if (resource !== undefined) text += resource.id === undefined ? `,"resource":{"type":${quote(resource.type)}}` : `,"resource":{"type":${quote(resource.type)},"id":${quote(resource.id)}}`
  if (inputDigest !== undefined) text += `,"inputDigest":${quote(inputDigest)}`
  if (fields !== undefined) text += `,"fields":${JSON.stringify(fields)}`
  return `${text},"version":${quote(facts.version)}}`
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
  return `{"kind":${quote(kind)},"id":${quote(id)}}`
}

const lists = new WeakMap<readonly string[], string>()

/** The controls of an action are one frozen list for all of its calls. */
function passedJson(passed: readonly string[]): string {
  const known = lists.get(passed)
  if (known !== undefined) return known
  const text = JSON.stringify(passed)
  if (Object.isFrozen(passed)) lists.set(passed, text)
  return text
}

function number(value: number): string {
  return Number.isFinite(value) ? String(value) : 'null'
}

/** Most strings are short and plain: looking is cheaper than escaping. */
function quote(text: string): string {
  return text.length <= 128 && isPlain(text) ? `"${text}"` : JSON.stringify(text)
}
