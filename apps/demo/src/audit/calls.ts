import 'server-only'
import { port } from '../port.ts'

type AuditEvent = Awaited<ReturnType<typeof port.store.ledger.events.search>>[number]['event']

/** One call as its caller may look at it afterwards: the two events of the log, put together. */
export interface CallRecord {
  readonly id: string
  readonly action: string
  readonly time: number
  readonly transport: string
  /** `running` until its outcome is there. */
  readonly outcome: 'success' | 'refused' | 'failed' | 'navigated' | 'aborted' | 'unknown' | 'running'
  readonly code?: string
  /** The control that refused. */
  readonly control?: string
  readonly durationMs?: number
  /** Controls that it passed, in order. */
  readonly passed: readonly string[]
  /** The handler ran: there is an intent. */
  readonly ran: boolean
  /** What the inner door took out: rule ids, and how often. */
  readonly findings: Readonly<Record<string, number>>
  readonly disclosed: readonly string[]
  readonly resource?: string
  readonly tokens?: number
}

/** Calls of one person, newest first; of some actions only, where they are named. */
export async function callsOf(userId: string, { actions, limit = 50 }: { actions?: readonly string[]; limit?: number } = {}): Promise<CallRecord[]> {
  const log = port.store.ledger
  // Outcomes are queued: what has just happened should be on the page.
  await log.flush()
  const found = await log.events.search({ principal: userId, limit: 500 })
  const events = new Map<string, AuditEvent[]>()
  for (const { event } of found) events.set(event.id, [...(events.get(event.id) ?? []), event])
  const calls: CallRecord[] = []
  for (const pair of events.values()) {
    const call = toCall(pair)
    if (call && (!actions || actions.includes(call.action))) calls.push(call)
    if (calls.length === limit) break
  }
  return calls
}

function toCall(events: readonly AuditEvent[]): CallRecord | null {
  const intent = events.find((event) => event.kind === 'intent')
  const outcome = events.find((event) => event.kind === 'outcome')
  const facts = intent?.facts ?? outcome?.facts
  const first = intent ?? outcome
  if (!facts || !first) return null
  return {
    id: first.id,
    action: facts.action,
    time: first.time,
    transport: facts.transport,
    outcome: outcome?.outcome ?? 'running',
    passed: facts.passed,
    ran: intent !== undefined,
    findings: outcome?.findings ?? {},
    disclosed: outcome?.disclosed ?? [],
    ...(outcome?.code === undefined ? {} : { code: outcome.code }),
    ...(outcome?.control === undefined ? {} : { control: outcome.control }),
    ...(outcome === undefined ? {} : { durationMs: outcome.durationMs }),
    ...(facts.resource === undefined ? {} : { resource: [facts.resource.type, facts.resource.id].filter(Boolean).join(' ') }),
    ...(outcome?.usage?.totalTokens === undefined ? {} : { tokens: outcome.usage.totalTokens }),
  }
}
