import type { AnyAction, AnyResult } from '../action/action.ts'
import { ERRORS } from '../errors/codes.ts'
import { SallyportError } from '../errors/sallyport-error.ts'
import type { Principal } from '../identity/principal.ts'
import type { Duration } from '../lib/duration.ts'
import { listShape, optionalShape, recordShape, textShape, trueShape } from '../lib/shape.ts'
import type { OwnAction } from '../action/own-action.ts'
import { notify } from '../pipeline/notify.ts'
import type { Port } from '../port.ts'
import type { ApprovalNotice } from './notice.ts'
import { requesterOf, withOwners } from './requester.ts'
import { approvalStatus } from './status.ts'
import type { ApprovalFilter, ApprovalRecord } from './types.ts'
import { approvalViewShape, mayDecide, viewOf, type ApprovalView } from './view.ts'

/** Options of {@link approvalActions}. */
export interface ApprovalActionsOptions<Permission extends string> {
  /** Who may see what waits, and decide it where they also hold the permission that the action asks of its approvers. */
  readonly permission: Permission
  /** Who may see and withdraw what they asked for themselves. Default: the same. */
  readonly ownPermission?: Permission
  /** Who may look at emergencies afterwards. Default: `permission`. */
  readonly reviewPermission?: Permission
  /** How long ago somebody who decides may have signed in. Default `15m`. */
  readonly freshness?: Duration
  /** Actions that `resume` can run. Modules load lazily, so the list is explicit. */
  readonly actions?: readonly AnyAction[]
}

type ById = { readonly approvalId: string; readonly note?: string }

/** The actions with which people approve. */
export interface ApprovalActions {
  /** What waits for a decision of who asks. `approval.inbox` */
  readonly inbox: OwnAction<undefined, { readonly approvals: readonly ApprovalView[] }>
  /** One approval, for who may decide it or asked for it. `approval.show` */
  readonly show: OwnAction<{ readonly approvalId: string }, ApprovalView>
  /** Says yes. `approval.approve` */
  readonly approve: OwnAction<ById, ApprovalView>
  /** Says no, which is final. `approval.deny` */
  readonly deny: OwnAction<ById, ApprovalView>
  /** What who asks has asked for. `approval.mine` */
  readonly mine: OwnAction<undefined, { readonly approvals: readonly ApprovalView[] }>
  /** Takes one's own request back. `approval.withdraw` */
  readonly withdraw: OwnAction<{ readonly approvalId: string }, { readonly withdrawn: true }>
  /** Does without approvers in an emergency, where the action names a permission for it. `approval.breakGlass` */
  readonly breakGlass: OwnAction<{ readonly approvalId: string; readonly justification: string }, ApprovalView>
  /** Emergencies that nobody has looked at. `approval.emergencies` */
  readonly emergencies: OwnAction<undefined, { readonly approvals: readonly ApprovalView[] }>
  /** Records that somebody else has looked at an emergency. `approval.review` */
  readonly review: OwnAction<{ readonly approvalId: string }, { readonly reviewed: true }>
  /** Runs what was approved, as the one who asked for it: the stored input, once. Named actions are those of `actions`. */
  readonly resume: (action: string, approvalId: string) => Promise<AnyResult>
}

const GLASS_MS = 5 * 60_000
const byId = { approvalId: textShape(100) }
const many = recordShape({ approvals: listShape(approvalViewShape, 200) })

/**
 * Approving as actions of the port: with a permission, a fresh sign-in, limits and audit like any other. Who decides must be a
 * person, hold the permission that the action names for its approvers, and be none of those who asked.
 *
 * @example
 * ```ts
 * export const approvals = approvalActions(port, { permission: 'price:approve', actions: [changePrice] })
 * // 'use server'
 * export const approve = approvals.approve
 * ```
 */
export function approvalActions<P extends Principal, Permission extends string>(port: Port<P, Permission>, options: ApprovalActionsOptions<Permission>): ApprovalActions {
  const { permission, ownPermission = permission, reviewPermission = permission, freshness = '15m' } = options
  const { runtime } = port
  const { approvals, identities } = runtime.store
  // Only principals of the port come in, and only its permissions go out: what they are called does not matter here.
  const { define } = port as unknown as Port
  const now = (): number => runtime.clock.now()
  const holds = (roles: readonly string[], name: string): boolean => runtime.policy.holds(roles, name) === true
  /** An agent may have been handed over since somebody asked: its owner of today is excluded as well. */
  const excluded = (record: ApprovalRecord): Promise<readonly string[]> => withOwners(record.excluded, identities)
  async function show(record: ApprovalRecord, principal: Principal): Promise<ApprovalView> {
    const open = approvalStatus(record, now()) === 'pending' && !record.decisions.some(({ by }) => by === principal.id)
    return viewOf(record, now(), open && mayDecide(principal, record, await excluded(record), holds))
  }
  const showAll = (records: readonly ApprovalRecord[], principal: Principal): Promise<ApprovalView[]> => Promise.all(records.map((record) => show(record, principal)))
  const tell = (kind: ApprovalNotice['kind'], { id, environment }: ApprovalRecord): void => notify(runtime, { kind, approvalId: id, environment })

  const placeOf = ({ tenant }: Principal): Required<Pick<ApprovalFilter, 'environment' | 'tenant'>> => ({ environment: runtime.environment, tenant: tenant ?? null })
  /** Looked at here too: a store of one's own may not know the filter. */
  const isHere = ({ tenant }: Principal) => (record: ApprovalRecord): boolean => record.environment === runtime.environment && record.tenant === tenant

  /** Loads an approval of this port and tenant; what a principal has no part in is not there for them. */
  async function load(id: string, principal: Principal, part: (record: ApprovalRecord) => boolean): Promise<ApprovalRecord | null> {
    const record = await approvals.get(id)
    return record !== null && isHere(principal)(record) && part(record) ? record : null
  }
  const canSee = (principal: Principal) => (record: ApprovalRecord): boolean => holds(principal.roles, record.approvers) || record.requester === requesterOf(principal)
  const isOwn = (principal: Principal) => (record: ApprovalRecord): boolean => record.requester === requesterOf(principal)

  const decide = (name: string, decision: 'approve' | 'deny'): OwnAction<ById, ApprovalView> =>
    define(name)
      .describe(decision === 'approve' ? 'Approves what somebody else asked for.' : 'Denies what somebody else asked for. Final.')
      .inputSchema(recordShape({ ...byId, note: optionalShape(textShape(2_000)) }))
      .authorize(permission, {
        resource: ({ parsedInput, principal }) => load(parsedInput.approvalId, principal, canSee(principal)),
        when: async ({ principal, resource }) => mayDecide(principal, resource, await excluded(resource), holds),
        type: 'approval',
      })
      .freshness(freshness)
      .loggable(['approvalId', 'note'])
      .outputSchema(approvalViewShape)
      .action(async ({ parsedInput: { approvalId, note }, principal }) => {
        const decided = await approvals.decide(approvalId, { by: principal.id, decision, at: now(), ...(note === undefined ? {} : { note }) })
        if (decided === null) throw await whyNot(approvalId)
        if (decided.state === 'approved') tell('approved', decided)
        if (decided.state === 'denied') tell('denied', decided)
        return show(decided, principal)
      })

  async function whyNot(id: string): Promise<SallyportError> {
    const record = await approvals.get(id)
    const status = record === null ? 'gone' : approvalStatus(record, now())
    return new SallyportError(status === 'expired' ? 'APPROVAL_EXPIRED' : 'CONFLICT', { reason: `the approval is ${status}, or this person has decided already`, details: { approvalId: id, status } })
  }

  return {
    inbox: define('approval.inbox')
      .describe('Lists what waits for a decision of yours.')
      .readOnly()
      .noInput()
      .authorize(permission, { when: ({ principal }) => principal.kind === 'user' })
      .outputSchema(many)
      .action(async ({ principal }) => {
        const permissions = runtime.policy.permissionsOf(principal.roles)
        const found = await approvals.pending({ now: now(), ...placeOf(principal), approvers: permissions, decider: principal.id, limit: 200 })
        return { approvals: (await showAll(found, principal)).filter((view) => view.mayDecide) }
      }),

    show: define('approval.show')
      .describe('Shows one approval.')
      .readOnly()
      .inputSchema(recordShape(byId))
      .authorize(ownPermission, { resource: ({ parsedInput, principal }) => load(parsedInput.approvalId, principal, canSee(principal)), type: 'approval' })
      .outputSchema(approvalViewShape)
      .action(({ resource, principal }) => show(resource, principal)),

    approve: decide('approval.approve', 'approve'),
    deny: decide('approval.deny', 'deny'),

    mine: define('approval.mine')
      .describe('Lists what you have asked for.')
      .readOnly()
      .noInput()
      .authorize(ownPermission)
      .outputSchema(many)
      .action(async ({ principal }) => {
        const found = await approvals.ofRequester(requesterOf(principal), { ...placeOf(principal), limit: 200 })
        return { approvals: await showAll(found.filter(isHere(principal)), principal) }
      }),

    withdraw: define('approval.withdraw')
      .describe('Takes back what you have asked for.')
      .inputSchema(recordShape(byId))
      .authorize(ownPermission, { resource: ({ parsedInput, principal }) => load(parsedInput.approvalId, principal, isOwn(principal)), type: 'approval' })
      .loggable(['approvalId'])
      .outputSchema(recordShape({ withdrawn: trueShape() }))
      .action(async ({ resource, principal }) => {
        if (!(await approvals.withdraw(resource.id, requesterOf(principal), now()))) throw await whyNot(resource.id)
        tell('withdrawn', resource)
        return { withdrawn: true } as const
      }),

    breakGlass: define('approval.breakGlass')
      .describe('Does without approvers in an emergency. Somebody else looks at it afterwards.')
      .inputSchema(recordShape({ ...byId, justification: textShape(4_000, { min: 20 }) }))
      .authorize(ownPermission, {
        resource: ({ parsedInput, principal }) => load(parsedInput.approvalId, principal, isOwn(principal)),
        when: ({ principal, resource }) => principal.kind === 'user' && resource.breakGlassPermission !== undefined && holds(principal.roles, resource.breakGlassPermission),
        type: 'approval',
      })
      .freshness('5m')
      .loggable(['approvalId', 'justification'])
      .outputSchema(approvalViewShape)
      .action(async ({ parsedInput: { approvalId, justification }, principal }) => {
        const executeWithinMs = GLASS_MS
        const broken = await approvals.breakGlass(approvalId, { by: principal.id, requester: requesterOf(principal), justification, at: now(), executeWithinMs })
        if (broken === null) throw await whyNot(approvalId)
        tell('glass-broken', broken)
        return show(broken, principal)
      }),

    emergencies: define('approval.emergencies')
      .describe('Lists emergencies that nobody has looked at.')
      .readOnly()
      .noInput()
      .authorize(reviewPermission, { when: ({ principal }) => principal.kind === 'user' })
      .outputSchema(many)
      .action(async ({ principal }) => {
        const found = await approvals.unreviewed({ ...placeOf(principal), limit: 200 })
        return { approvals: await showAll(found.filter(isHere(principal)), principal) }
      }),

    review: define('approval.review')
      .describe('Records that you have looked at an emergency.')
      .inputSchema(recordShape(byId))
      .authorize(reviewPermission, {
        resource: ({ parsedInput, principal }) => load(parsedInput.approvalId, principal, (record) => record.breakGlass !== undefined),
        when: async ({ principal, resource }) => principal.kind === 'user' && !(await excluded(resource)).includes(principal.id),
        type: 'approval',
      })
      .freshness(freshness)
      .loggable(['approvalId'])
      .outputSchema(recordShape({ reviewed: trueShape() }))
      .action(async ({ resource, principal }) => {
        if (!(await approvals.review(resource.id, principal.id, now()))) throw new SallyportError('CONFLICT', { reason: 'somebody has looked at it already' })
        return { reviewed: true } as const
      }),

    async resume(name, approvalId) {
      const action = options.actions?.find((one) => one.name === name)
      if (action !== undefined) return action.resume(approvalId)
      return { serverError: { code: 'NOT_FOUND', message: ERRORS.NOT_FOUND.message, correlationId: runtime.newId() } }
    },
  }
}
