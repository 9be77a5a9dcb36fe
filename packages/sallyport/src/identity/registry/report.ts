import type { AnyAction } from '../../action/action.ts'
import type { Ledger } from '../../audit/types.ts'
import type { RolesOf } from '../provider.ts'
import type { CredentialRecord, IdentityRecord, IdentityStore } from './types.ts'

/** A risk of the OWASP Non-Human Identities Top 10 (2025) that the registry and the audit log can show. */
export type NhiRisk = 'NHI1:2025' | 'NHI5:2025' | 'NHI7:2025' | 'NHI9:2025' | 'NHI10:2025'

/** One thing that somebody should look at. */
export interface NhiFinding {
  readonly risk: NhiRisk
  readonly identityId: string
  readonly credentialId?: string
  /** What was found, for people. */
  readonly detail: string
}

/** Options of {@link nhiReport}. */
export interface NhiReportOptions {
  readonly identities: IdentityStore
  readonly ledger: Pick<Ledger, 'events'>
  readonly environment: string
  /** Looks at those of this tenant alone; `null`: those of none. Default: all. */
  readonly tenant?: string | null
  readonly now: number
  /** The roles that a person holds now, `null` for who has left. */
  readonly rolesOf: RolesOf
  /** Tell which permission each call used. With none, an identity that was not used at all is found instead. */
  readonly actions: readonly AnyAction[]
  /** A right that was not used for so many days is found. Default 90. */
  readonly unusedDays?: number
  /** A credential that is older than so many days is found. Default 90. */
  readonly maxAgeDays?: number
}

const DAY_MS = 86_400_000
const PAGE = 1_000

/**
 * Looks at every identity that has not ended: owners who left (NHI1), rights that are not used (NHI5), credentials past their age
 * (NHI7), credentials used by more than one kind of client (NHI9), credentials that a browser sent (NHI10).
 */
export async function nhiReport(options: NhiReportOptions): Promise<readonly NhiFinding[]> {
  const { identities, environment, tenant } = options
  const all = await identities.list({ environment, ...(tenant === undefined ? {} : { tenant }), limit: Number.MAX_SAFE_INTEGER })
  const findings = await Promise.all(all.filter((one) => one.state !== 'ended' && (tenant === undefined || (one.tenant ?? null) === tenant)).map((identity) => lookAt(identity, options)))
  return findings.flat()
}

async function lookAt(identity: IdentityRecord, options: NhiReportOptions): Promise<readonly NhiFinding[]> {
  const { identities, now, maxAgeDays = 90 } = options
  const findings: NhiFinding[] = []
  const add = (risk: NhiRisk, detail: string, credential?: CredentialRecord): void =>
    void findings.push({ risk, identityId: identity.id, detail, ...(credential === undefined ? {} : { credentialId: credential.id }) })

  if ((await options.rolesOf(identity.owner, identity.tenant === undefined ? {} : { tenant: identity.tenant })) === null) add('NHI1:2025', `its owner '${identity.owner}' has left`)
  const unused = await unusedRights(identity, options)
  if (unused.length > 0) add('NHI5:2025', `has not used ${unused.map((permission) => `'${permission}'`).join(', ')} for ${options.unusedDays ?? 90} days`)
  const valid = (await identities.credentialsOf(identity.id)).filter(({ revokedAt, expiresAt }) => revokedAt === null && expiresAt > now)
  for (const credential of valid) {
    const days = Math.floor((now - credential.createdAt) / DAY_MS)
    if (days >= maxAgeDays) add('NHI7:2025', `its credential, version ${credential.version}, is ${days} days old`, credential)
    const seen = await identities.sightingsOf(credential.id)
    const recent = new Set(seen.filter(({ lastAt, browser }) => !browser && now - lastAt < 30 * DAY_MS).map(({ client }) => client))
    if (recent.size > 1) add('NHI9:2025', `its credential, version ${credential.version}, is used by ${recent.size} kinds of client`, credential)
    if (seen.some(({ browser }) => browser)) add('NHI10:2025', `a browser sent its credential, version ${credential.version}`, credential)
  }
  return findings
}

/** Permissions of the ceiling that no call of the last days needed. A young identity has had no time to use them. */
async function unusedRights(identity: IdentityRecord, { ledger, actions, now, unusedDays = 90 }: NhiReportOptions): Promise<readonly string[]> {
  const since = now - unusedDays * DAY_MS
  if (identity.createdAt > since) return []
  if (actions.length === 0) return identity.lastUsedAt === null || identity.lastUsedAt < since ? identity.ceiling : []
  const permissions = new Map(actions.flatMap(({ name, definition: { access } }) => (access.kind === 'authorize' ? [[name, access.permission] as const] : [])))
  const unused = new Set(identity.ceiling)
  for (let after: string | undefined; unused.size > 0; ) {
    const page = await ledger.events.search({ principal: identity.id, since, limit: PAGE, ...(after === undefined ? {} : { after }) })
    for (const { event } of page) if (event.kind === 'intent' && event.facts.actor?.id === identity.id) unused.delete(permissions.get(event.facts.action) ?? '')
    if (page.length < PAGE) break
    after = page.at(-1)?.position
  }
  return [...unused].sort()
}
