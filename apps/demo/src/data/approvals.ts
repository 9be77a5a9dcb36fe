import 'server-only'
import { approvedInput } from 'sallyport'
import { port } from '../port.ts'

type ApprovalRecord = NonNullable<Awaited<ReturnType<typeof port.store.approvals.get>>>

/** Where a request for approval stands now: `expired` is a matter of the time, the rest is stored. */
export type RequestStatus = ApprovalRecord['state'] | 'expired'

/** A request for approval as the pages show it. */
export interface PriceRequest {
  readonly id: string
  readonly action: string
  readonly summary: string
  /** Exactly what will run, invisible characters written out; `null` once it is settled. */
  readonly input: string | null
  readonly status: RequestStatus
  /** The person who asked, or for whom an agent did. */
  readonly requesterId: string
  /** The agent that asked for them. */
  readonly agentId?: string
  readonly createdAt: number
  readonly decideBy: number
}

/** Requests that wait for a decision, oldest first. */
export async function pendingRequests(): Promise<PriceRequest[]> {
  const now = Date.now()
  return (await port.store.approvals.pending({ now, limit: 50 })).map((record) => toRequest(record, now))
}

/** What somebody asked for, newest first. */
export async function requestsOf(userId: string): Promise<PriceRequest[]> {
  const now = Date.now()
  return (await port.store.approvals.ofRequester(`user:${userId}`, { limit: 10 })).map((record) => toRequest(record, now))
}

function toRequest(record: ApprovalRecord, now: number): PriceRequest {
  const { id, action, summary, createdAt, decideBy, requester } = record
  // `user:…`, or `agent:…>user:…` where an agent asked for somebody.
  const [, agentId, requesterId = requester] = /^(?:agent:(.+)>)?user:(.+)$/.exec(requester) ?? []
  return { id, action, summary, input: approvedInput(record), createdAt, decideBy, requesterId, ...(agentId === undefined ? {} : { agentId }), status: statusOf(record, now) }
}

function statusOf({ state, decideBy, executeBy }: ApprovalRecord, now: number): RequestStatus {
  if (state === 'pending' && now >= decideBy) return 'expired'
  if (state === 'approved' && executeBy !== null && now >= executeBy) return 'expired'
  return state
}
