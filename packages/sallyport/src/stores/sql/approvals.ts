import type { ApprovalDecision, ApprovalFilter, ApprovalRecord, ApprovalState, ApprovalStore } from '../../approvals/types.ts'
import { APPROVALS_MIGRATIONS, APPROVALS_SCHEMA } from './approvals-schema.ts'
import { fromSetColumn, holdsMember, insertStep, integer, integerOrNull, ofTenant, present, setColumn, setMember, text, textOrNull } from './columns.ts'
import type { SqlDriver, SqlRow, SqlStep, SqlValue } from './driver.ts'
import type { Encryption } from './encryption.ts'
import type { AdmissionSteps } from './ledger.ts'
import { migrateOnce } from './migrations.ts'

/** Approvals beside the ledger, and how the ledger consumes one. */
export interface SqlApprovals extends ApprovalStore {
  readonly admission: NonNullable<AdmissionSteps['approval']>
}

/**
 * Approvals in the ledger's database: consuming one is a step of the transaction that writes the intent. Input and summary
 * are encrypted, and the input is deleted by whatever settles the approval.
 */
export function sqlApprovals(driver: SqlDriver, encryption: Encryption): SqlApprovals {
  const ready = migrateOnce(driver, APPROVALS_SCHEMA, APPROVALS_MIGRATIONS)

  async function read(where: string, params: readonly SqlValue[]): Promise<ApprovalRecord[]> {
    await ready()
    const rows = await driver.query(`SELECT * FROM sallyport_approval WHERE ${where}`, params)
    if (rows.length === 0) return []
    const ids = rows.map((row) => text(row, 'id'))
    const decisions = await driver.query(`SELECT * FROM sallyport_approval_decision WHERE approval_id IN (${ids.map((_, i) => `$${i + 1}`).join(', ')}) ORDER BY at`, ids)
    return Promise.all(rows.map((row, i) => recordFrom(row, decisions.filter((decision) => decision['approval_id'] === ids[i]).map(decisionFrom), encryption)))
  }

  /** Narrowed before it is cut to its length: what is of others must not take the places. */
  function list(condition: string, first: readonly SqlValue[], { environment, tenant, limit = 100 }: ApprovalFilter, order: string, more: (bind: (value: SqlValue) => string) => readonly string[] = () => []): Promise<ApprovalRecord[]> {
    const params: SqlValue[] = [...first]
    const bind = (value: SqlValue): string => `$${params.push(value)}`
    const where = [condition, ...more(bind)]
    if (environment !== undefined) where.push(`environment = ${bind(environment)}`)
    if (tenant !== undefined) where.push(tenant === null ? 'tenant IS NULL' : `tenant = ${bind(tenant)}`)
    return read(`${where.join(' AND ')} ORDER BY ${order} LIMIT ${bind(limit)}`, params)
  }

  const get = async (id: string): Promise<ApprovalRecord | null> => (await read('id = $1', [id]))[0] ?? null

  async function change(...steps: readonly SqlStep[]): Promise<boolean> {
    await ready()
    return (await driver.transact(steps)).ok
  }

  return {
    async create(record) {
      const { id, digest } = record
      const input = record.input === null ? null : await encryption.encrypt(record.input, context('input', id, digest))
      const summary = await encryption.encrypt(record.summary, context('summary', id, digest))
      await change(takeTurn(record.requester), forgetExpired(record.createdAt), supersede(record), insert(record, input, summary))
    },
    get,
    async findByDigest(digest, requester) {
      const open = "state NOT IN ('executed', 'withdrawn', 'superseded')"
      return (await read(`digest = $1 AND requester = $2 AND ${open} ORDER BY position DESC LIMIT 1`, [digest, requester]))[0] ?? null
    },
    async decide(id, { by, decision, at, note = null }) {
      const decided = await change(
        {
          sql: `UPDATE sallyport_approval SET decided = decided + 1 WHERE id = $1 AND state = 'pending' AND decide_by > $2 AND NOT (${holdsMember('excluded', '$3')})`,
          params: [id, at, setMember(by)],
          expect: 'changed',
        },
        {
          sql: `INSERT INTO sallyport_approval_decision (approval_id, person, decision, at, note) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (approval_id, person) DO NOTHING`,
          params: [id, by, decision, at, note],
          expect: 'changed',
        },
        // No earlier decision can be a no: that one would have settled it.
        decision === 'deny'
          ? { sql: "UPDATE sallyport_approval SET state = 'denied', input = NULL WHERE id = $1", params: [id] }
          : { sql: "UPDATE sallyport_approval SET state = 'approved', execute_by = $2 + execute_within_ms WHERE id = $1 AND decided >= quorum", params: [id, at] },
      )
      return decided ? get(id) : null
    },
    withdraw: (id, requester, now) =>
      change({
        sql: `UPDATE sallyport_approval SET state = 'withdrawn', input = NULL WHERE id = $1 AND requester = $2 AND ${isOpen('$3')}`,
        params: [id, requester, now],
        expect: 'changed',
      }),
    pending({ now, approvers, decider, ...filter }) {
      return list("state = 'pending' AND decide_by > $1", [now], filter, 'position', (bind) => {
        const where: string[] = []
        if (approvers !== undefined) where.push(approvers.length === 0 ? '1 = 0' : `approvers IN (${approvers.map(bind).join(', ')})`)
        if (decider !== undefined) {
          where.push(`NOT (${holdsMember('excluded', bind(setMember(decider)))})`)
          where.push(`NOT EXISTS (SELECT 1 FROM sallyport_approval_decision d WHERE d.approval_id = sallyport_approval.id AND d.person = ${bind(decider)})`)
        }
        return where
      })
    },
    ofRequester: (requester, filter) => list('requester = $1', [requester], filter, 'position DESC'),
    async breakGlass(id, { by, requester, justification, at, executeWithinMs }) {
      const broken = await change({
        sql: `UPDATE sallyport_approval SET state = 'approved', execute_by = $4, glass_by = $2, glass_justification = $5, glass_at = $6
          WHERE id = $1 AND requester = $3 AND state = 'pending' AND decide_by > $6 AND glass_permission IS NOT NULL`,
        params: [id, by, requester, at + executeWithinMs, justification, at],
        expect: 'changed',
      })
      return broken ? get(id) : null
    },
    review: (id, by, now) =>
      change({
        sql: 'UPDATE sallyport_approval SET reviewed_by = $2, reviewed_at = $3 WHERE id = $1 AND glass_by IS NOT NULL AND reviewed_by IS NULL AND glass_by <> $2',
        params: [id, by, now],
        expect: 'changed',
      }),
    unreviewed: (filter) => list('glass_by IS NOT NULL AND reviewed_by IS NULL', [], filter, 'position'),
    async withdrawAll(principalId, now, tenant) {
      await ready()
      const result = await driver.transact([
        {
          sql: `UPDATE sallyport_approval SET state = 'withdrawn', input = NULL WHERE ${holdsMember('excluded', '$1')} AND ${isOpen('$2')} AND ${ofTenant('tenant', '$3')} RETURNING id`,
          params: [setMember(principalId), now, tenant ?? null],
        },
      ])
      return result.ok ? (result.rows[0]?.length ?? 0) : 0
    },
    admission: ({ id, digest, now }) => [
      {
        sql: "UPDATE sallyport_approval SET state = 'executed', input = NULL WHERE id = $1 AND digest = $2 AND state = 'approved' AND execute_by > $3",
        params: [id, digest, now],
        expect: 'changed',
        refusal: 'the approval can not be used: it was used, withdrawn, has expired, or is one of another call',
      },
    ],
  }
}

/** A row for each requester would be kept for ever. */
const TURNS = 251

const isOpen = (now: string): string => `((state = 'pending' AND decide_by > ${now}) OR (state = 'approved' AND execute_by > ${now}))`

/** Two requests of one person at once would not see each other: neither would supersede the other, and both could be approved. */
function takeTurn(requester: string): SqlStep {
  let bucket = 0
  for (let i = 0; i < requester.length; i++) bucket = (bucket * 31 + requester.charCodeAt(i)) % TURNS
  return { sql: 'INSERT INTO sallyport_approval_turn (bucket) VALUES ($1) ON CONFLICT (bucket) DO UPDATE SET bucket = excluded.bucket', params: [bucket] }
}

/** Nothing settles what just expires: its input goes with the next request of anybody. */
function forgetExpired(now: number): SqlStep {
  return {
    sql: `UPDATE sallyport_approval SET input = NULL WHERE input IS NOT NULL AND ((state = 'pending' AND decide_by <= $1) OR (state = 'approved' AND execute_by <= $1))`,
    params: [now],
  }
}

function supersede({ requester, action, environment, tenant, resource }: ApprovalRecord): SqlStep {
  return {
    sql: `UPDATE sallyport_approval SET state = 'superseded', input = NULL WHERE requester = $1 AND action = $2 AND environment = $3
      AND resource_id IS NOT DISTINCT FROM $4 AND tenant IS NOT DISTINCT FROM $5 AND state = 'pending'`,
    params: [requester, action, environment, resource?.id ?? null, tenant ?? null],
  }
}

function insert(record: ApprovalRecord, input: string | null, summary: string): SqlStep {
  const values: { readonly [column: string]: SqlValue } = {
    id: record.id,
    state: record.state,
    digest: record.digest,
    action: record.action,
    definition_hash: record.definitionHash,
    environment: record.environment,
    tenant: record.tenant ?? null,
    requester: record.requester,
    excluded: setColumn(record.excluded),
    resource_type: record.resource?.type ?? null,
    resource_id: record.resource?.id ?? null,
    input,
    summary,
    approvers: record.approvers,
    quorum: record.quorum,
    decided: 0,
    created_at: record.createdAt,
    decide_by: record.decideBy,
    execute_within_ms: record.executeWithinMs,
    execute_by: record.executeBy,
    glass_permission: record.breakGlassPermission ?? null,
  }
  return insertStep('sallyport_approval', values)
}

const context = (part: string, id: string, digest: string): string => `sallyport/approval/${part}/${id}/${digest}`

function decisionFrom(row: SqlRow): ApprovalDecision {
  const decision = text(row, 'decision') === 'approve' ? 'approve' : 'deny'
  return { by: text(row, 'person'), decision, at: integer(row, 'at'), ...present('note', textOrNull(row, 'note')) }
}

async function recordFrom(row: SqlRow, decisions: readonly ApprovalDecision[], encryption: Encryption): Promise<ApprovalRecord> {
  const id = text(row, 'id')
  const digest = text(row, 'digest')
  const input = textOrNull(row, 'input')
  const type = textOrNull(row, 'resource_type')
  const by = textOrNull(row, 'glass_by')
  return {
    id,
    // Written by this file alone.
    state: text(row, 'state') as ApprovalState,
    digest,
    action: text(row, 'action'),
    definitionHash: text(row, 'definition_hash'),
    environment: text(row, 'environment'),
    ...present('tenant', textOrNull(row, 'tenant')),
    requester: text(row, 'requester'),
    excluded: fromSetColumn(row, 'excluded'),
    ...(type === null ? {} : { resource: { type, ...present('id', textOrNull(row, 'resource_id')) } }),
    input: input === null ? null : await encryption.decrypt(input, context('input', id, digest)),
    summary: await encryption.decrypt(text(row, 'summary'), context('summary', id, digest)),
    approvers: text(row, 'approvers'),
    quorum: integer(row, 'quorum'),
    decisions,
    createdAt: integer(row, 'created_at'),
    decideBy: integer(row, 'decide_by'),
    executeWithinMs: integer(row, 'execute_within_ms'),
    executeBy: integerOrNull(row, 'execute_by'),
    ...present('breakGlassPermission', textOrNull(row, 'glass_permission')),
    ...(by === null
      ? {}
      : {
          breakGlass: {
            by,
            justification: text(row, 'glass_justification'),
            at: integer(row, 'glass_at'),
            ...present('reviewedBy', textOrNull(row, 'reviewed_by')),
            ...(row['reviewed_at'] === null ? {} : { reviewedAt: integer(row, 'reviewed_at') }),
          },
        }),
  }
}
