import { callOf } from './query.ts'
import type { AuditEvent, AuditQuery } from './types.ts'

/**
 * Terms under which an event can be found: a 52-bit hash each. Two values with the same hash cost a bundle that is read
 * for nothing; what is read is compared in full.
 */
export function termsOf(event: AuditEvent): readonly number[] {
  const call = callOf(event)
  const terms = [term('id', event.id)]
  if (event.kind === 'outcome') terms.push(term('outcome', event.outcome))
  if (call === undefined) return terms
  terms.push(term('action', call.action))
  if (call.tenant !== undefined) terms.push(term('tenant', call.tenant))
  if (call.subject !== undefined) terms.push(term('principal', call.subject.id))
  if (call.actor !== undefined && call.actor.id !== call.subject?.id) terms.push(term('principal', call.actor.id))
  return terms
}

/** Terms that a matching event must have. Empty when only time and order are asked for. */
export function termsOfQuery({ id, outcome, action, tenant, principal }: AuditQuery): readonly number[] {
  const asked = { id, outcome, action, tenant, principal }
  return Object.entries(asked).flatMap(([field, value]) => (value === undefined ? [] : [term(field, value)]))
}

/** Texts that the stored form of every match holds, the rarest first: a quick test before an event is parsed. */
export function needlesOfQuery({ id, principal, tenant, action, outcome }: AuditQuery): readonly string[] {
  return [id, principal, tenant, action, outcome].flatMap((value) => (value === undefined ? [] : [JSON.stringify(value)]))
}

function term(field: string, value: string): number {
  // Two FNV-1a style lanes over UTF-16 units; 26 bits of each.
  let high = 0x811c9dc5 ^ field.length
  let low = 0x1000193
  const text = `${field}:${value}`
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    high = Math.imul(high ^ unit, 0x01000193)
    low = Math.imul(low ^ unit, 0x85ebca6b)
    low ^= low >>> 13
  }
  return ((high ^ (high >>> 15)) & 0x3ffffff) * 0x4000000 + ((low ^ (low >>> 16)) & 0x3ffffff)
}
