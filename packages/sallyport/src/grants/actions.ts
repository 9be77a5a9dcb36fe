import type { AnyAction } from '../action/action.ts'
import type { OwnAction } from '../action/own-action.ts'
import { SallyportError } from '../errors/sallyport-error.ts'
import type { Principal } from '../identity/principal.ts'
import type { ApprovalOptions } from '../approvals/types.ts'
import { parseDuration, type Duration } from '../lib/duration.ts'
import { choiceShape, flagShape, integerShape, listShape, optionalShape, recordShape, textShape } from '../lib/shape.ts'
import { notify } from '../pipeline/notify.ts'
import type { Port } from '../port.ts'
import { attenuate } from './attenuate.ts'
import { newGrantToken } from '../lib/grant-token.ts'
import type { GrantRecord, GrantRequest } from './types.ts'
import { grantViewShape, requestViewShape, scopeFields, viewOfGrant, viewOfRequest, type GrantRequestView, type GrantView } from './view.ts'

/** Options of {@link grantActions}. */
export interface GrantActionsOptions<Permission extends string> {
  /** Who may give away, see and take back what they hold themselves. */
  readonly permission: Permission
  /** Who may see and revoke everybody's. Default: nobody. */
  readonly governPermission?: Permission
  /** Actions that can be granted. Modules load lazily, so the list is explicit. */
  readonly actions: readonly AnyAction[]
  /** How long ago who gives may have signed in. Default `1h`. */
  readonly freshness?: Duration
  /** The longest life of a grant. Default `24h`. */
  readonly longest?: Duration
  /** How long a request can be answered. Default `1h`. */
  readonly answerWithin?: Duration
  /** Giving waits for another person, who holds `approvers`. Default: who gives decides alone. */
  readonly approval?: Pick<ApprovalOptions, 'quorum' | 'decideWithin' | 'executeWithin'> & { readonly approvers: Permission }
}

type Scope = Partial<Pick<GrantRecord, 'resources' | 'input' | 'fields'>>
/** What to ask for. Default: one use within 15 minutes. */
export type AskInput = Scope & { readonly actions: readonly string[]; readonly reason: string; readonly uses?: number; readonly seconds?: number; readonly taskId?: string }
/** What to give. `forMe`: the holder acts for the giver; else for itself, within what the giver holds. */
export type GiveInput = Scope & {
  readonly actor: string
  readonly actions: readonly string[]
  readonly forMe: boolean
  readonly uses?: number
  readonly seconds?: number
  readonly taskId?: string
  readonly token?: boolean
}
/**
 * How a request is answered. `uses` and `seconds` default to what was asked for; other numbers may be given, up to the port's longest life.
 *
 * `forMe` decides for whom the agent then acts. A request of an agent that acts for somebody can be answered by that person alone, and the
 * grant is theirs either way. One of an agent that acts for nobody yet can be answered by anybody who holds the permissions: with
 * `forMe: true` the agent acts for who answers, and sees and changes what they may, once it names the grant (`sallyport-grant: <grantId>`);
 * without it, it acts for itself, within the permissions that the giver holds at each use, and owns no rows.
 */
export type AnswerInput = {
  readonly requestId: string
  readonly decision: 'give' | 'refuse'
  /** Default false. */
  readonly forMe?: boolean
  readonly uses?: number
  readonly seconds?: number
}
/** What a holder passes on. Whatever is left out is as in the grant that it comes from. */
export type DelegateInput = Scope & { readonly grantId: string; readonly actor: string; readonly actions?: readonly string[]; readonly uses?: number; readonly seconds?: number }

/** The actions with which grants are asked for, given and taken back. */
export interface GrantActions {
  /** An agent asks a person. `grant.request` */
  readonly request: OwnAction<AskInput, { readonly requestId: string }>
  /** What an agent has asked for, and what became of it. `grant.asked` */
  readonly asked: OwnAction<undefined, { readonly requests: readonly GrantRequestView[] }>
  /** Requests that who asks may answer. `grant.requests` */
  readonly requests: OwnAction<undefined, { readonly requests: readonly GrantRequestView[] }>
  /** Gives what was asked for, or less, or refuses. `grant.answer` */
  readonly answer: OwnAction<AnswerInput, { readonly status: 'given' | 'refused'; readonly grantId?: string }>
  /** Gives a grant without being asked. The token, where one is wanted, is shown once. `grant.give` */
  readonly give: OwnAction<GiveInput, { readonly grant: GrantView; readonly token?: string }>
  /** A holder passes a part of its grant on to another agent. `grant.delegate` */
  readonly delegate: OwnAction<DelegateInput, { readonly grant: GrantView }>
  /** Takes a grant back, and all that descend from it. `grant.revoke` */
  readonly revoke: OwnAction<{ readonly grantId: string }, { readonly revoked: number }>
  /** Grants that who asks has given, or is the subject of; with `actor`, all of that agent, for who governs. `grant.list` */
  readonly list: OwnAction<{ readonly actor?: string }, { readonly grants: readonly GrantView[] }>
}

/** What giving is run with. */
interface Giving<Input> {
  readonly parsedInput: Input
  readonly principal: Principal
  readonly approvalId: string | undefined
}

const names = listShape(textShape(200), 100)
const scope = { resources: optionalShape(scopeFields.resources), input: optionalShape(scopeFields.input), fields: optionalShape(scopeFields.fields) }
const amount = { uses: optionalShape(integerShape(1, 10_000)), seconds: optionalShape(integerShape(1, 31 * 86_400)) }
const QUARTER_MS = 15 * 60_000

/**
 * Grants as actions of the port. Nobody gives more than they hold: the permission of every action that is named is looked for in
 * the giver's roles, now and, through the subject, at each use.
 *
 * @example
 * ```ts
 * export const grants = grantActions(port, { permission: 'grant:give', actions: [listOrders, changePrice] })
 * ```
 */
export function grantActions<P extends Principal, Permission extends string>(port: Port<P, Permission>, options: GrantActionsOptions<Permission>): GrantActions {
  const { permission, governPermission, approval, freshness = '1h' } = options
  const longestMs = parseDuration(options.longest ?? '24h')
  const defaultMs = Math.min(QUARTER_MS, longestMs)
  const answerWithinMs = parseDuration(options.answerWithin ?? '1h')
  const { runtime } = port
  const { grants } = runtime.store
  // Only principals of the port come in, and only its permissions go out: what they are called does not matter here.
  const { define } = port as unknown as Port
  const now = (): number => runtime.clock.now()
  const byName = new Map(options.actions.map((action) => [action.name, action.definition.access]))

  /** Whether somebody holds the permission of each of these actions now. An action that nobody listed can't be granted. */
  function holdsAll(principal: Principal, actions: readonly string[]): boolean {
    return actions.length > 0 && actions.every((name) => {
      const access = byName.get(name)
      return access?.kind === 'authorize' && runtime.policy.holds(principal.roles, access.permission) === true
    })
  }
  const governs = (principal: Principal): boolean => principal.kind === 'user' && governPermission !== undefined && runtime.policy.holds(principal.roles, governPermission) === true
  const mayAnswer = (principal: Principal, request: GrantRequest): boolean =>
    principal.kind === 'user' && (request.subject === null || request.subject === principal.id) && holdsAll(principal, request.actions)

  function fresh(giver: Principal, terms: Pick<GrantRecord, 'subject' | 'actor' | 'actions'> & Scope & { readonly chain?: readonly string[]; readonly uses?: number; readonly durationMs?: number; readonly taskId?: string; readonly tokenHash?: string; readonly approvalId?: string | undefined }): GrantRecord {
    const durationMs = terms.durationMs ?? defaultMs
    if (durationMs > longestMs) throw new SallyportError('FORBIDDEN', { reason: `a grant lives ${longestMs} ms at most` })
    const time = now()
    return {
      id: runtime.newId(),
      environment: runtime.environment,
      ...(giver.tenant === undefined ? {} : { tenant: giver.tenant }),
      subject: terms.subject,
      actor: terms.actor,
      chain: terms.chain ?? [],
      ...(terms.taskId === undefined ? {} : { taskId: terms.taskId }),
      actions: terms.actions,
      resources: terms.resources ?? null,
      input: terms.input ?? null,
      fields: terms.fields ?? null,
      maxUses: terms.uses ?? 1,
      uses: 0,
      notBefore: time,
      expiresAt: time + durationMs,
      parentId: null,
      ...(terms.tokenHash === undefined ? {} : { tokenHash: terms.tokenHash }),
      grantedBy: giver.id,
      ...(terms.approvalId === undefined ? {} : { approvalId: terms.approvalId }),
      revokedAt: null,
      createdAt: time,
    }
  }

  async function loadRequest(id: string, principal: Principal): Promise<GrantRequest | null> {
    const request = await grants.requests.get(id)
    return request?.environment === runtime.environment && request.tenant === principal.tenant && mayAnswer(principal, request) ? request : null
  }

  /** A grant that somebody gave, is the subject of, or governs. */
  async function loadGrant(id: string, principal: Principal): Promise<GrantRecord | null> {
    const grant = await grants.get(id)
    const here = grant?.environment === runtime.environment && grant.tenant === principal.tenant
    return here && (grant.grantedBy === principal.id || grant.subject === principal.id || governs(principal)) ? grant : null
  }

  const answering = define('grant.answer')
    .describe('Gives an agent what it asked for, or less, or refuses.')
    .inputSchema(recordShape({ requestId: textShape(200), decision: choiceShape(['give', 'refuse']), forMe: optionalShape(flagShape()), ...amount }))
    .authorize(permission, { resource: ({ parsedInput, principal }) => loadRequest(parsedInput.requestId, principal), type: 'grant-request' })
    .freshness(freshness)
    .loggable(['requestId', 'decision', 'forMe', 'uses', 'seconds'])
    .outputSchema(recordShape({ status: choiceShape(['given', 'refused']), grantId: optionalShape(textShape(200)) }))

  async function answer({ parsedInput: { decision, forMe, uses, seconds }, resource, principal, approvalId }: Giving<AnswerInput> & { readonly resource: GrantRequest }) {
    const durationMs = seconds === undefined ? resource.durationMs : seconds * 1_000
    const subject = forMe === true ? principal.id : resource.subject
    const grant = decision === 'refuse' ? null : fresh(principal, { ...resource, subject, uses: uses ?? resource.uses, durationMs, approvalId })
    if (!(await grants.requests.answer(resource.id, { by: principal.id, now: now(), grant }))) throw new SallyportError('CONFLICT', { reason: 'the request was answered, or has expired' })
    return grant === null ? ({ status: 'refused' } as const) : ({ status: 'given', grantId: grant.id } as const)
  }

  const giving = define('grant.give')
    .describe('Gives an agent or a service the right to call named actions.')
    .inputSchema(recordShape({ actor: textShape(200), actions: names, forMe: flagShape(), taskId: optionalShape(textShape(200)), token: optionalShape(flagShape()), ...scope, ...amount }))
    .authorize(permission, { when: ({ principal, parsedInput }) => principal.kind === 'user' && holdsAll(principal, parsedInput.actions) })
    .freshness(freshness)
    .loggable(['actor', 'actions', 'forMe', 'resources', 'uses', 'seconds'])
    .discloses('token', 'A new grant’s token is shown once, to who gave the grant.')
    .outputSchema(recordShape({ grant: grantViewShape, token: optionalShape(textShape(100)) }))

  async function give({ parsedInput: { forMe, seconds, token: wanted, ...terms }, principal, approvalId }: Giving<GiveInput>) {
    const made = wanted === true ? await newGrantToken() : undefined
    const durationMs = seconds === undefined ? defaultMs : seconds * 1_000
    const grant = fresh(principal, { ...terms, subject: forMe ? principal.id : null, durationMs, approvalId, ...(made === undefined ? {} : { tokenHash: made.tokenHash }) })
    await grants.create(grant)
    return { grant: viewOfGrant(grant, now()), ...(made === undefined ? {} : { token: made.token }) }
  }

  return {
    request: define('grant.request')
      .describe('Asks a person for the right to call named actions. Gives nothing by itself.')
      .public('An agent without any right may ask for one; a person answers, and nothing is given here.')
      .inputSchema(recordShape({ actions: names, reason: textShape(2_000), taskId: optionalShape(textShape(200)), ...scope, ...amount }))
      .limit({ perPrincipal: 10 })
      .loggable(['actions', 'reason'])
      .outputSchema(recordShape({ requestId: textShape(200) }))
      .action(async ({ parsedInput: ask, principal }) => {
        const asker = requireHolder(principal)
        if (ask.actions.length === 0 || !ask.actions.every((name) => byName.has(name))) throw new SallyportError('NOT_FOUND', { reason: 'an action that is asked for can not be granted' })
        if (ask.taskId !== undefined && ask.taskId !== asker.task) throw new SallyportError('INVALID_INPUT', { reason: 'a right is asked for a task that the credential does not name' })
        const taskId = ask.taskId ?? asker.task
        const time = now()
        const request: GrantRequest = {
          id: runtime.newId(),
          environment: runtime.environment,
          ...(asker.tenant === undefined ? {} : { tenant: asker.tenant }),
          subject: asker.subject?.id ?? null,
          actor: asker.id,
          chain: asker.chain ?? [],
          ...(taskId === undefined ? {} : { taskId }),
          actions: ask.actions,
          resources: ask.resources ?? null,
          input: ask.input ?? null,
          fields: ask.fields ?? null,
          uses: ask.uses ?? 1,
          durationMs: Math.min(ask.seconds === undefined ? QUARTER_MS : ask.seconds * 1_000, longestMs),
          reason: ask.reason,
          createdAt: time,
          answerBy: time + answerWithinMs,
          state: 'pending',
        }
        await grants.requests.create(request)
        notify(runtime, { kind: 'grant-requested', requestId: request.id, environment: request.environment })
        return { requestId: request.id }
      }),

    asked: define('grant.asked')
      .describe('Lists what you have asked for, and what became of it.')
      .readOnly()
      .public('An agent may see its own requests; it sees nobody else’s.')
      .noInput()
      .limit({ perPrincipal: 60 })
      .outputSchema(recordShape({ requests: listShape(requestViewShape, 100) }))
      .action(async ({ principal }) => {
        const asker = requireHolder(principal)
        const own = (await grants.requests.ofActor(asker.id, { environment: runtime.environment, tenant: asker.tenant ?? null, subject: asker.subject?.id ?? null })).filter((one) => one.environment === runtime.environment && one.tenant === asker.tenant && one.subject === (asker.subject?.id ?? null))
        return { requests: own.map((one) => viewOfRequest(one, now())) }
      }),

    requests: define('grant.requests')
      .describe('Lists requests that you may answer.')
      .readOnly()
      .noInput()
      .authorize(permission, { when: ({ principal }) => principal.kind === 'user' })
      .outputSchema(recordShape({ requests: listShape(requestViewShape, 200) }))
      .action(async ({ principal }) => {
        const found = await grants.requests.pending({ now: now(), environment: runtime.environment, ...(principal.tenant === undefined ? {} : { tenant: principal.tenant }), subject: principal.id, limit: 200 })
        return { requests: found.filter((one) => mayAnswer(principal, one)).map((one) => viewOfRequest(one, now())) }
      }),

    answer: approval === undefined ? answering.action(answer) : answering.approval({ ...approval, when: ({ parsedInput }) => parsedInput.decision !== 'refuse' }).action(answer),

    give: approval === undefined ? giving.action(give) : giving.approval(approval).action(give),

    delegate: define('grant.delegate')
      .describe('Passes a part of a grant that you hold on to another agent.')
      .public('Bounded on every axis by a live grant that the caller holds; without one it gives nothing.')
      .inputSchema(recordShape({ grantId: textShape(200), actor: textShape(200), actions: optionalShape(names), ...scope, ...amount }))
      .limit({ perPrincipal: 30 })
      .loggable(['grantId', 'actor', 'actions', 'uses', 'seconds'])
      .outputSchema(recordShape({ grant: grantViewShape }))
      .action(async ({ parsedInput: { grantId, seconds, uses, ...ask }, principal }) => {
        const holder = requireHolder(principal)
        const parent = await grants.get(grantId)
        const own = parent?.actor === holder.id && parent.subject === (holder.subject?.id ?? null) && parent.environment === runtime.environment && parent.tenant === holder.tenant
        const forTask = parent?.taskId === undefined || parent.taskId === holder.task
        if (parent === null || !own || !forTask) throw new SallyportError('NOT_FOUND', { reason: 'the caller holds no such grant' })
        const time = now()
        const child = attenuate(parent, { ...ask, id: runtime.newId(), ...(uses === undefined ? {} : { maxUses: uses }), ...(seconds === undefined ? {} : { expiresAt: time + seconds * 1_000 }) }, time)
        if (typeof child === 'string') throw new SallyportError('FORBIDDEN', { reason: `a child grant would exceed its parent: ${child}`, details: { exceeds: child } })
        if (!(await grants.create(child))) throw new SallyportError('CONFLICT', { reason: 'a grant above it is not live any more' })
        return { grant: viewOfGrant(child, now()) }
      }),

    revoke: define('grant.revoke')
      .describe('Takes a grant back, and all that descend from it.')
      .inputSchema(recordShape({ grantId: textShape(200) }))
      .authorize(permission, { resource: ({ parsedInput, principal }) => loadGrant(parsedInput.grantId, principal), when: ({ principal }) => principal.kind === 'user', type: 'grant' })
      .loggable(['grantId'])
      .outputSchema(recordShape({ revoked: integerShape(0) }))
      .action(async ({ resource }) => ({ revoked: await grants.revoke(resource.id, now()) })),

    list: define('grant.list')
      .describe('Lists grants that you gave, or that let somebody act for you.')
      .readOnly()
      .inputSchema(recordShape({ actor: optionalShape(textShape(200)) }))
      .authorize(permission, { when: ({ principal, parsedInput }) => principal.kind === 'user' && (parsedInput.actor === undefined || governs(principal)) })
      .outputSchema(recordShape({ grants: listShape(grantViewShape, 200) }))
      .action(async ({ parsedInput: { actor }, principal }) => {
        const lists = actor === undefined ? [{ grantedBy: principal.id }, { subject: principal.id }] : [{ actor }]
        const found = (await Promise.all(lists.map((filter) => grants.list({ ...filter, environment: runtime.environment, tenant: principal.tenant ?? null, limit: 100 })))).flat()
        const here = found.filter((grant) => grant.environment === runtime.environment && grant.tenant === principal.tenant)
        const unique = [...new Map(here.map((grant) => [grant.id, grant])).values()].sort((a, b) => b.createdAt - a.createdAt)
        return { grants: unique.map((grant) => viewOfGrant(grant, now())) }
      }),
  }
}

/** Only who can hold a grant asks for one: people have rights of their own. */
function requireHolder(principal: Principal | null): Principal {
  if (principal === null) throw new SallyportError('UNAUTHENTICATED', { reason: 'nobody is signed in' })
  if (principal.kind === 'user') throw new SallyportError('FORBIDDEN', { reason: 'people need no grants' })
  return principal
}
