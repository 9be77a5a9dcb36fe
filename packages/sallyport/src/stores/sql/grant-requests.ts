import type { GrantRequest, GrantRequestStore } from '../../grants/types.ts'
import { insertStep, integer, present, text, textOrNull, whereEqual } from './columns.ts'
import type { SqlDriver, SqlRow, SqlValue } from './driver.ts'
import { termsColumns, termsFrom } from './grant-columns.ts'
import { insertGrant } from './grants.ts'

/** Requests for grants, beside the grants. */
export function sqlGrantRequests(driver: SqlDriver, ready: () => Promise<void> | undefined): GrantRequestStore {
  async function read(where: string, params: readonly SqlValue[]): Promise<GrantRequest[]> {
    await ready()
    return (await driver.query(`SELECT * FROM sallyport_grant_request WHERE ${where}`, params)).map(requestFrom)
  }

  return {
    async create(request) {
      await ready()
      await driver.transact([
        insertStep('sallyport_grant_request', {
          ...termsColumns(request),
          uses: request.uses,
          duration_ms: request.durationMs,
          reason: request.reason,
          created_at: request.createdAt,
          answer_by: request.answerBy,
          state: request.state,
        }),
      ])
    },
    get: async (id) => (await read('id = $1', [id]))[0] ?? null,
    pending({ now, environment, tenant = null, subject, limit = 100 }) {
      const open = "state = 'pending' AND environment = $1 AND answer_by > $2 AND tenant IS NOT DISTINCT FROM $3"
      if (subject === undefined) return read(`${open} ORDER BY position LIMIT $4`, [environment, now, tenant, limit])
      return read(`${open} AND (subject = $5 OR subject IS NULL) ORDER BY (CASE WHEN subject IS NULL THEN 1 ELSE 0 END), position LIMIT $4`, [environment, now, tenant, limit, subject])
    },
    ofActor(actor, { environment, tenant, subject, limit = 100 }) {
      const { sql, params } = whereEqual({ actor, environment, tenant, subject })
      return read(`${sql} ORDER BY position DESC LIMIT $${params.length + 1}`, [...params, limit])
    },
    async answer(id, { by, now, grant }) {
      await ready()
      const result = await driver.transact([
        {
          sql: "UPDATE sallyport_grant_request SET state = $2, answered_by = $3, grant_id = $4 WHERE id = $1 AND state = 'pending' AND answer_by > $5",
          params: [id, grant === null ? 'refused' : 'given', by, grant?.id ?? null, now],
          expect: 'changed',
        },
        ...(grant === null ? [] : insertGrant(grant)),
      ])
      return result.ok
    },
  }
}

function requestFrom(row: SqlRow): GrantRequest {
  return {
    ...termsFrom(row),
    uses: integer(row, 'uses'),
    durationMs: integer(row, 'duration_ms'),
    reason: text(row, 'reason'),
    createdAt: integer(row, 'created_at'),
    answerBy: integer(row, 'answer_by'),
    // Written by this file alone.
    state: text(row, 'state') as GrantRequest['state'],
    ...present('answeredBy', textOrNull(row, 'answered_by')),
    ...present('grantId', textOrNull(row, 'grant_id')),
  }
}
