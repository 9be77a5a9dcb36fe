import { choiceShape, integerShape, listShape, mapShape, nullableShape, optionalShape, recordShape, scalarShape, textShape, type Shape } from '../lib/shape.ts'
import { VISIBLE_GROWTH, visibleIn } from '../lib/visible.ts'
import type { GrantRecord, GrantRequest } from './types.ts'

const idShape = textShape(200)

/** What a grant is limited to. `null`: not on this axis. */
export const scopeFields: { readonly [Axis in 'resources' | 'input' | 'fields']: Shape<GrantRecord[Axis]> } = {
  resources: nullableShape(mapShape(listShape(textShape(500), 1_000), 50)),
  input: nullableShape(mapShape(listShape(scalarShape(), 1_000), 50)),
  fields: nullableShape(listShape(textShape(200), 200)),
}

/** Where a grant stands. */
export type GrantStatus = 'live' | 'early' | 'expired' | 'used' | 'revoked'

/** A grant as people see it. Times are epoch milliseconds. */
export interface GrantView extends Pick<GrantRecord, 'id' | 'subject' | 'actor' | 'chain' | 'taskId' | 'actions' | 'resources' | 'input' | 'fields' | 'maxUses' | 'uses' | 'notBefore' | 'expiresAt' | 'parentId' | 'grantedBy' | 'createdAt'> {
  readonly status: GrantStatus
}

export const grantViewShape: Shape<GrantView> = recordShape({
  id: idShape,
  status: choiceShape(['live', 'early', 'expired', 'used', 'revoked']),
  subject: nullableShape(idShape),
  actor: idShape,
  chain: listShape(idShape, 20),
  taskId: optionalShape(idShape),
  actions: listShape(idShape, 100),
  ...scopeFields,
  maxUses: integerShape(1),
  uses: integerShape(0),
  notBefore: integerShape(0),
  expiresAt: integerShape(0),
  parentId: nullableShape(idShape),
  grantedBy: idShape,
  createdAt: integerShape(0),
})

/** Texts of who asks, as people see them: longer than they were given. */
const shownId = textShape(200 * VISIBLE_GROWTH)

/** A request as people see it. */
export type GrantRequestView = Omit<GrantRequest, 'environment' | 'tenant' | 'state'> & { readonly status: 'pending' | 'given' | 'refused' | 'expired' }

export const requestViewShape: Shape<GrantRequestView> = recordShape({
  id: idShape,
  status: choiceShape(['pending', 'given', 'refused', 'expired']),
  subject: nullableShape(shownId),
  actor: shownId,
  chain: listShape(shownId, 20),
  taskId: optionalShape(shownId),
  actions: listShape(shownId, 100),
  resources: nullableShape(mapShape(listShape(textShape(500 * VISIBLE_GROWTH), 1_000), 50)),
  input: nullableShape(mapShape(listShape(scalarShape(1_000 * VISIBLE_GROWTH), 1_000), 50)),
  fields: nullableShape(listShape(shownId, 200)),
  uses: integerShape(1),
  durationMs: integerShape(1),
  reason: textShape(2_000 * VISIBLE_GROWTH),
  createdAt: integerShape(0),
  answerBy: integerShape(0),
  answeredBy: optionalShape(shownId),
  grantId: optionalShape(idShape),
})

export function viewOfGrant(grant: GrantRecord, now: number): GrantView {
  const { environment: _environment, tenant: _tenant, tokenHash: _hash, ancestors: _ancestors, approvalId: _approval, revokedAt: _revoked, ...shown } = grant
  return { ...shown, status: statusOf(grant, now) }
}

export function viewOfRequest(request: GrantRequest, now: number): GrantRequestView {
  const { environment: _environment, tenant: _tenant, state, ...shown } = request
  const status = state === 'pending' && now >= request.answerBy ? 'expired' : state
  // All of it is in the words of who asks.
  return { ...visibleIn(shown), status }
}

function statusOf(grant: GrantRecord, now: number): GrantStatus {
  if (grant.revokedAt !== null) return 'revoked'
  if (grant.expiresAt <= now) return 'expired'
  if (grant.uses >= grant.maxUses) return 'used'
  return grant.notBefore > now ? 'early' : 'live'
}
