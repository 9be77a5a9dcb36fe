import 'server-only'
import { z } from 'zod'
import { port } from '../port.ts'

type ApprovalRecord = NonNullable<Awaited<ReturnType<typeof port.store.approvals.get>>>

/** Where a request for approval stands now: `expired` is a matter of the time, the rest is stored. */
export type RequestStatus = ApprovalRecord['state'] | 'expired'

/** A request for approval as the pages show it. */
export interface PriceRequest {
  readonly id: string
  readonly action: string
  readonly summary: string
  readonly status: RequestStatus
  readonly requesterId: string
  readonly createdAt: number
  readonly decideBy: number
  /** What was asked for: kept until the approval is settled. */
  readonly input: { readonly productId: string; readonly price: number } | null
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

const PriceInput = z.object({ productId: z.uuid(), price: z.int() })

function toRequest(record: ApprovalRecord, now: number): PriceRequest {
  const { id, action, summary, createdAt, decideBy, requester } = record
  const parsed = PriceInput.safeParse(record.input === null ? null : JSON.parse(record.input))
  return { id, action, summary, createdAt, decideBy, requesterId: requester.replace(/^user:/, ''), status: statusOf(record, now), input: parsed.data ?? null }
}

function statusOf({ state, decideBy, executeBy }: ApprovalRecord, now: number): RequestStatus {
  if (state === 'pending' && now >= decideBy) return 'expired'
  if (state === 'approved' && executeBy !== null && now >= executeBy) return 'expired'
  return state
}
