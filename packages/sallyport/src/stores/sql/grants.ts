import type { GrantRecord, GrantStore } from '../../grants/types.ts'
import { fromSetColumn, holdsMember, insertStep, integer, integerOrNull, ofTenant, present, setColumn, setMember, text, textOrNull, whereEqual } from './columns.ts'
import type { SqlDriver, SqlResult, SqlRow, SqlStep, SqlValue } from './driver.ts'
import { termsColumns, termsFrom } from './grant-columns.ts'
import { sqlGrantRequests } from './grant-requests.ts'
import { GRANTS_MIGRATIONS, GRANTS_SCHEMA } from './grants-schema.ts'
import type { AdmissionSteps } from './ledger.ts'
import { migrateOnce } from './migrations.ts'

/** Grants beside the ledger, and how the ledger takes a use of one. */
export interface SqlGrants extends GrantStore {
  readonly admission: NonNullable<AdmissionSteps['grant']>
}

/** As many as memory keeps. The one that covers a call may be the last of them: other agents can pass theirs on to this one, whether it wants them or not. */
const MAX_FOUND = 10_000

/** Grants in the ledger's database: taking a use is a step of the transaction that writes the intent. */
export function sqlGrants(driver: SqlDriver): SqlGrants {
  const ready = migrateOnce(driver, GRANTS_SCHEMA, GRANTS_MIGRATIONS)

  async function read(where: string, params: readonly SqlValue[]): Promise<GrantRecord[]> {
    await ready()
    return (await driver.query(`SELECT * FROM sallyport_grant WHERE ${where}`, params)).map(recordFrom)
  }

  async function transact(steps: readonly SqlStep[]): Promise<SqlResult> {
    await ready()
    return driver.transact(steps)
  }

  return {
    create: async (grant) => (await transact(insertGrant(grant))).ok,
    get: async (id) => (await read('id = $1', [id]))[0] ?? null,
    findByToken: async (tokenHash) => (await read('token_hash = $1', [tokenHash]))[0] ?? null,
    async find({ environment, tenant = null, subject, actor, action, now }) {
      const found = await read(
        `actor = $2 AND ${isLive('$1')} AND not_before <= $1 AND environment = $3 AND tenant IS NOT DISTINCT FROM $4 AND subject IS NOT DISTINCT FROM $5
          AND ${holdsMember('actions', '$6')} ORDER BY expires_at, position LIMIT ${MAX_FOUND}`,
        [now, actor, environment, tenant, subject, setMember(action)],
      )
      // Most have none: asked for apart, so that the usual question stays a simple one. Taking a use looks at them again.
      const above = [...new Set(found.flatMap(({ ancestors = [] }) => ancestors))]
      if (above.length === 0) return found
      const live = await read(`id IN (${above.map((_, i) => `$${i + 2}`).join(', ')}) AND ${isLive('$1')} AND not_before <= $1`, [now, ...above])
      const alive = new Set(live.map(({ id }) => id))
      return found.filter(({ ancestors = [] }) => ancestors.every((id) => alive.has(id)))
    },
    async revoke(id, now) {
      const result = await transact(revokeSteps((row) => `${row}id = $1`, [id], now))
      return changed(result)
    },
    async revokeAll(principalId, now, tenant) {
      const theirs = (row: string, more = ''): string => `(${row}actor = $1 OR ${row}subject = $1 OR ${holdsMember(`${row}chain`, '$2')}${more}) AND ${ofTenant(`${row}tenant`, '$3')}`
      const params = [principalId, setMember(principalId), tenant ?? null]
      const result = await transact([
        ...revokeSteps((row) => theirs(row, ` OR ${row}granted_by = $1`), params, now),
        { sql: `UPDATE sallyport_grant_request SET state = 'refused' WHERE state = 'pending' AND ${theirs('')}`, params },
      ])
      return changed(result)
    },
    list({ actor, subject, grantedBy, parentId, environment, tenant, limit = 100 }) {
      const { sql, params } = whereEqual({ actor, subject, granted_by: grantedBy, parent_id: parentId, environment, tenant })
      return read(`${sql} ORDER BY position DESC LIMIT $${params.length + 1}`, [...params, limit])
    },
    requests: sqlGrantRequests(driver, ready),
    admission: ({ id, now, ancestors = [] }) =>
      // The root first, always: two calls under one root then wait for each other in one order.
      [...ancestors].reverse().concat(id).map((one) => ({
        sql: `UPDATE sallyport_grant SET uses = uses + 1 WHERE id = $1 AND ${isLive('$2')} AND not_before <= $2`,
        params: [one, now],
        expect: 'changed',
        refusal: one === id ? 'the grant is not live any more' : 'a grant above it is not live any more',
      })),
  }
}

const isLive = (now: string): string => `revoked_at IS NULL AND expires_at > ${now} AND uses < max_uses`

/** Marks some, then in a second statement, which sees what was created meanwhile, all that descend from them. */
function revokeSteps(where: (row: string) => string, params: readonly SqlValue[], now: number): readonly SqlStep[] {
  const at = `$${params.length + 1}`
  const bound = [...params, now]
  return [
    { sql: `UPDATE sallyport_grant SET revoked_at = ${at} WHERE ${where('')} AND revoked_at IS NULL RETURNING id`, params: bound },
    {
      sql: `UPDATE sallyport_grant SET revoked_at = ${at} WHERE revoked_at IS NULL AND id IN (
        SELECT l.grant_id FROM sallyport_grant_line l JOIN sallyport_grant a ON a.id = l.ancestor_id WHERE ${where('a.')}) RETURNING id`,
      params: bound,
    },
  ]
}

function changed(result: SqlResult): number {
  return result.ok ? result.rows.reduce((sum, rows) => sum + rows.length, 0) : 0
}

/** Stores a grant, under parents that are live. */
export function insertGrant(grant: GrantRecord): readonly SqlStep[] {
  const ancestors = grant.ancestors ?? []
  return [
    // Changing nothing locks those above: a grant can't be born under one that is being revoked.
    ...[...ancestors].reverse().map((id): SqlStep => ({ sql: `UPDATE sallyport_grant SET uses = uses WHERE id = $1 AND ${isLive('$2')}`, params: [id, grant.createdAt], expect: 'changed' })),
    insertRow(grant),
    ...(ancestors.length === 0 ? [] : [{ sql: 'INSERT INTO sallyport_grant_line (grant_id, ancestor_id) VALUES ($1, $2)', each: ancestors.map((id) => [grant.id, id]) }]),
  ]
}

function insertRow(grant: GrantRecord): SqlStep {
  const values: { readonly [column: string]: SqlValue } = {
    ...termsColumns(grant),
    max_uses: grant.maxUses,
    uses: grant.uses,
    not_before: grant.notBefore,
    expires_at: grant.expiresAt,
    parent_id: grant.parentId,
    ancestors: setColumn(grant.ancestors ?? []),
    token_hash: grant.tokenHash ?? null,
    granted_by: grant.grantedBy,
    approval_id: grant.approvalId ?? null,
    revoked_at: grant.revokedAt,
    created_at: grant.createdAt,
  }
  return insertStep('sallyport_grant', values)
}

function recordFrom(row: SqlRow): GrantRecord {
  const ancestors = fromSetColumn(row, 'ancestors')
  return {
    ...termsFrom(row),
    maxUses: integer(row, 'max_uses'),
    uses: integer(row, 'uses'),
    notBefore: integer(row, 'not_before'),
    expiresAt: integer(row, 'expires_at'),
    parentId: textOrNull(row, 'parent_id'),
    ...(ancestors.length === 0 ? {} : { ancestors }),
    ...present('tokenHash', textOrNull(row, 'token_hash')),
    grantedBy: text(row, 'granted_by'),
    ...present('approvalId', textOrNull(row, 'approval_id')),
    revokedAt: integerOrNull(row, 'revoked_at'),
    createdAt: integer(row, 'created_at'),
  }
}
