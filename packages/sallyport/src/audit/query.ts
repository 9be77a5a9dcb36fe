import type { AuditEvent, AuditQuery, CallFacts, CallSummary } from './types.ts'

/** How many rows a search gives when the query does not say. */
export const DEFAULT_LIMIT = 100
/** The most rows that one search gives; go on with `after`. */
export const MAX_LIMIT = 1_000

/** The limit of a query, as an integer from 1 to 1,000. */
export function limitOf(query: AuditQuery): number {
  const asked = Math.trunc(query.limit ?? DEFAULT_LIMIT)
  return Number.isFinite(asked) ? Math.min(Math.max(asked, 1), MAX_LIMIT) : DEFAULT_LIMIT
}

/** What an outcome keeps of its intent. */
export function summaryOf(facts: CallFacts): CallSummary {
  const { action, environment, transport, tenant, subject, actor, address } = facts
  // One literal, whatever is known: JSON leaves out what is undefined.
  return { action, environment, transport, tenant, subject, actor, address }
}

/** Whose call an event belongs to, where the event says so. */
export function callOf(event: AuditEvent): CallSummary | undefined {
  return event.kind === 'intent' ? event.facts : (event.facts ?? event.call)
}

/** Whether an event passes every filter of a query (limit, order and position aside). */
export function matches(event: AuditEvent, query: AuditQuery): boolean {
  if (query.id !== undefined && event.id !== query.id) return false
  if (query.outcome !== undefined && (event.kind !== 'outcome' || event.outcome !== query.outcome)) return false
  if (query.since !== undefined && event.time < query.since) return false
  if (query.until !== undefined && event.time > query.until) return false
  if (query.action === undefined && query.principal === undefined && query.tenant === undefined) return true
  const call = callOf(event)
  if (call === undefined) return false
  if (query.action !== undefined && call.action !== query.action) return false
  if (query.tenant !== undefined && call.tenant !== query.tenant) return false
  return query.principal === undefined || call.subject?.id === query.principal || call.actor?.id === query.principal
}
