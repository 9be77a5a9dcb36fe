import { eventJson } from './event-json.ts'
import type { AuditEvent, OutcomeEvent } from './types.ts'

/** The most bytes of one entry: a tlog-tiles entry bundle gives its length 16 bits. */
export const MAX_ENTRY_BYTES = 0xffff

const encoder = new TextEncoder()

/**
 * The text of an event as it is stored, hashed and proved. It is written once and never written again from parsed
 * JSON, so that no re-serialisation can change what was hashed.
 *
 * An event beyond 65,535 bytes loses its logged fields, which says so. An outcome that is still too large has its reasons and the id of its
 * resource cut short, for that something was refused must be told; an intent is refused.
 *
 * @throws RangeError when an event is too large all the same.
 */
export function eventText(event: AuditEvent): string {
  const text = eventJson(event)
  // Three bytes a UTF-16 unit at most: short texts need no count.
  if (text.length * 3 <= MAX_ENTRY_BYTES || encoder.encode(text).length <= MAX_ENTRY_BYTES) return text
  let shorter = eventJson(withoutFields(event))
  if (event.kind === 'outcome' && encoder.encode(shorter).length > MAX_ENTRY_BYTES) shorter = eventJson(cutShort(withoutFields(event)))
  if (encoder.encode(shorter).length > MAX_ENTRY_BYTES) throw new RangeError('an audit event can hold at most 65,535 bytes')
  return shorter
}

function withoutFields<E extends AuditEvent>(event: E): E {
  if (event.facts?.fields === undefined) return event
  return { ...event, facts: { ...event.facts, fields: { omitted: 'larger than an audit event can hold' } } }
}

/** Characters that are left of a long text. */
const LEFT = 1_000
const short = (text: string): string => (text.length <= LEFT ? text : `${text.slice(0, LEFT)}… (${text.length} characters)`)

function cutShort(event: OutcomeEvent): OutcomeEvent {
  const { reason, facts } = event
  const { resource, observed } = facts ?? {}
  return {
    ...event,
    ...(reason === undefined ? {} : { reason: short(reason) }),
    ...(facts === undefined ? {} : {
      facts: {
        ...facts,
        ...(resource?.id === undefined ? {} : { resource: { ...resource, id: short(resource.id) } }),
        ...(observed === undefined ? {} : { observed: observed.map((one) => ({ ...one, reason: short(one.reason) })) }),
      },
    }),
  }
}

/** An event from its stored text. The text was written by {@link eventText}; verify it before trusting it. */
export function eventFromText(text: string): AuditEvent {
  return JSON.parse(text) as AuditEvent
}

/** The last time that a `Date` can hold. */
const LAST_TIME = 8.64e15

/** An event from the text of an entry, which may be anything: undefined when it is no event. */
export function eventFromEntry(text: string): AuditEvent | undefined {
  try {
    const event = eventFromText(text)
    const readable = typeof event.id === 'string' && Number.isSafeInteger(event.time) && Math.abs(event.time) <= LAST_TIME
    if (!readable) return undefined
    if (event.kind === 'intent') return typeof event.facts?.action === 'string' ? event : undefined
    return event.kind === 'outcome' && typeof event.outcome === 'string' ? event : undefined
  } catch {
    return undefined
  }
}
