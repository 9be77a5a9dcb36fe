import { choiceShape, integerShape, listShape, nullableShape, optionalShape, recordShape, textShape, type Shape } from '../../lib/shape.ts'
import type { NhiFinding } from './report.ts'
import type { CredentialRecord, IdentityRecord } from './types.ts'

const idShape = textShape(200)

/** A credential as people see it: when, never what. */
export type CredentialView = Omit<CredentialRecord, 'hash' | 'identityId'>
/** An identity as people see it. */
export type IdentityView = IdentityRecord & { readonly credentials: readonly CredentialView[] }

const credentialViewShape: Shape<CredentialView> = recordShape({
  id: idShape,
  version: integerShape(1),
  scopes: nullableShape(listShape(textShape(200), 100)),
  createdAt: integerShape(0),
  expiresAt: integerShape(0),
  revokedAt: nullableShape(integerShape(0)),
  lastUsedAt: nullableShape(integerShape(0)),
})

export const identityViewShape: Shape<IdentityView> = recordShape({
  id: idShape,
  kind: choiceShape(['agent', 'service']),
  name: textShape(200),
  purpose: textShape(1_000),
  owner: idShape,
  environment: idShape,
  tenant: optionalShape(idShape),
  ceiling: listShape(idShape, 500),
  state: choiceShape(['active', 'suspended', 'ended']),
  createdAt: integerShape(0),
  createdBy: idShape,
  lastUsedAt: nullableShape(integerShape(0)),
  credentials: listShape(credentialViewShape, 10_000),
})

export const findingShape: Shape<NhiFinding> = recordShape({
  risk: choiceShape(['NHI1:2025', 'NHI5:2025', 'NHI7:2025', 'NHI9:2025', 'NHI10:2025']),
  identityId: idShape,
  credentialId: optionalShape(idShape),
  detail: textShape(20_000),
})

export function viewOfIdentity(identity: IdentityRecord, credentials: readonly CredentialRecord[]): IdentityView {
  return { ...identity, credentials: credentials.map(({ hash: _hash, identityId: _identity, ...shown }) => shown) }
}
