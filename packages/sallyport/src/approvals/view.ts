import type { Principal } from '../identity/principal.ts'
import { choiceShape, flagShape, integerShape, listShape, nullableShape, optionalShape, recordShape, textShape, type Shape, type ShapeOf } from '../lib/shape.ts'
import { approvalStatus } from './status.ts'
import { readStoredInput } from './stored-input.ts'
import type { ApprovalRecord } from './types.ts'
import { visible, VISIBLE_GROWTH, visibleIn } from '../lib/visible.ts'

/** As long as the input of an action can be: what somebody is to decide must be there to be seen. */
const anyText = textShape(100_000_000, { min: 0 })
const shownId = textShape(300 * VISIBLE_GROWTH)
const decisionView = recordShape({ by: shownId, decision: choiceShape(['approve', 'deny']), at: integerShape(0), note: optionalShape(textShape(2_000 * VISIBLE_GROWTH)) })
const glassView = recordShape({
  by: shownId,
  justification: textShape(4_000 * VISIBLE_GROWTH),
  at: integerShape(0),
  reviewedBy: optionalShape(shownId),
  reviewedAt: optionalShape(integerShape(0)),
})

const fields = {
  id: textShape(100),
  action: textShape(200),
  status: choiceShape(['pending', 'approved', 'denied', 'withdrawn', 'superseded', 'executed', 'expired']),
  requester: textShape(1_000 * VISIBLE_GROWTH),
  summary: anyText,
  input: nullableShape(anyText),
  resource: nullableShape(recordShape({ type: textShape(200), id: optionalShape(anyText) })),
  digest: textShape(64),
  quorum: integerShape(1),
  decisions: listShape(decisionView, 1_000),
  createdAt: integerShape(0),
  decideBy: integerShape(0),
  executeBy: nullableShape(integerShape(0)),
  mayDecide: flagShape(),
  breakGlass: nullableShape(glassView),
} as const

/** An approval as people see it: whatever somebody wrote, with invisible characters written out. Times are epoch milliseconds. */
export type ApprovalView = ShapeOf<typeof approvalViewShape>

/** The shape of {@link ApprovalView}. */
export const approvalViewShape: Shape<{
  readonly id: string
  readonly action: string
  readonly status: 'pending' | 'approved' | 'denied' | 'withdrawn' | 'superseded' | 'executed' | 'expired'
  /** `user:ann`, or `agent:bot>user:ann` for an agent that acts for somebody. */
  readonly requester: string
  /** The line that the action declares, else the input. Invisible characters are written out. */
  readonly summary: string
  /** What will run: the canonical text that the digest is made from, invisible characters written out. `null` once it is settled. */
  readonly input: string | null
  readonly resource: { readonly type: string; readonly id?: string } | null
  readonly digest: string
  readonly quorum: number
  readonly decisions: readonly { readonly by: string; readonly decision: 'approve' | 'deny'; readonly at: number; readonly note?: string }[]
  readonly createdAt: number
  readonly decideBy: number
  readonly executeBy: number | null
  /** Whether who looks at it may decide it now. */
  readonly mayDecide: boolean
  readonly breakGlass: { readonly by: string; readonly justification: string; readonly at: number; readonly reviewedBy?: string; readonly reviewedAt?: number } | null
}> = recordShape(fields)

/** Shows an approval. The input comes from the same bytes that the digest was made from, and that will run. */
export function viewOf(record: ApprovalRecord, now: number, mayDecide: boolean): ApprovalView {
  const input = approvedInput(record)
  return {
    id: record.id,
    action: record.action,
    status: approvalStatus(record, now),
    requester: visible(record.requester),
    summary: record.summary === '' ? (input ?? '') : record.summary,
    input,
    resource: visibleIn(record.resource ?? null),
    digest: record.digest,
    quorum: record.quorum,
    decisions: visibleIn(record.decisions),
    createdAt: record.createdAt,
    decideBy: record.decideBy,
    executeBy: record.executeBy,
    mayDecide,
    breakGlass: visibleIn(record.breakGlass ?? null),
  }
}

/** What will run, as an approver reads it: the canonical text that the digest is made from, invisible characters written out. `null` once it is settled. */
export function approvedInput({ input }: Pick<ApprovalRecord, 'input'>): string | null {
  return input === null ? null : visible(textOfInput(input))
}

/** The stored text without its envelope where there are no bind arguments: people read the input itself. */
function textOfInput(stored: string): string {
  const start = '{"bindArgs":[],"input":'
  return readStoredInput(stored).bindArgs.length === 0 && stored.startsWith(start) ? stored.slice(start.length, -1) : stored
}

/** Whether a principal may decide: a person in their own name, who is none of those `excluded` now, and whose roles hold the permission now. */
export function mayDecide(principal: Principal, record: ApprovalRecord, excluded: readonly string[], holds: (roles: readonly string[], permission: string) => boolean): boolean {
  return principal.kind === 'user' && principal.subject === undefined && !excluded.includes(principal.id) && holds(principal.roles, record.approvers) === true
}
