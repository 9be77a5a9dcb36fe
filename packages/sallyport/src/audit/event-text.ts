import { eventJson } from './event-json.ts'
import type { AuditEvent } from './types.ts'

/** The most bytes of one entry: a tlog-tiles entry bundle gives its length 16 bits. */
export const MAX_ENTRY_BYTES = 0xffff

const encoder = new TextEncoder()

/**
 * The text of an event as it is stored, hashed and proved. It is written once and never written again from parsed
 * JSON, so that no re-serialisation can change what was hashed.
 *
 * An event beyond 65,535 bytes loses its logged fields, which says so; without fields it is refused.
 *
 * @throws RangeError when an event is too large without its fields.
 */
export function eventText(event: AuditEvent): string {
  const text = eventJson(event)
  // Three bytes a UTF-16 unit at most: short texts need no count.
  if (text.length * 3 <= MAX_ENTRY_BYTES || encoder.encode(text).length <= MAX_ENTRY_BYTES) return text
  const shorter = eventJson(withoutFields(event))
  if (encoder.encode(shorter).length > MAX_ENTRY_BYTES) throw new RangeError('an audit event can hold at most 65,535 bytes')
  return shorter
}

function withoutFields(event: AuditEvent): AuditEvent {
  if (event.facts?.fields === undefined) return event
  return { ...event, facts: { ...event.facts, fields: { omitted: 'larger than an audit event can hold' } } } as AuditEvent
}

/** An event from its stored text. The text was written by {@link eventText}; verify it before trusting it. */
export function eventFromText(text: string): AuditEvent {
  return JSON.parse(text) as AuditEvent
}
