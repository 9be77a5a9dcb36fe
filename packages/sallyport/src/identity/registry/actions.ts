import type { AnyAction } from '../../action/action.ts'
import type { OwnAction } from '../../action/own-action.ts'
import { DefinitionError, SallyportError } from '../../errors/sallyport-error.ts'
import { parseDuration, type Duration } from '../../lib/duration.ts'
import { choiceShape, integerShape, listShape, nullableShape, optionalShape, recordShape, textShape, type Shape } from '../../lib/shape.ts'
import type { Port } from '../../port.ts'
import type { Principal } from '../principal.ts'
import { newCredential } from './credential.ts'
import { offboard, type Offboarded, type OffboardOptions } from './offboard.ts'
import { nhiReport, type NhiFinding } from './report.ts'
import { withSetup } from './setup.ts'
import type { IdentityRecord, IdentityState } from './types.ts'
import { findingShape, identityViewShape, viewOfIdentity, type IdentityView } from './view.ts'

/** Options of {@link identityActions}. */
export interface IdentityActionsOptions<Permission extends string> {
  /** The governance role's permission. */
  readonly permission: Permission
  /** Actions that identities call: the report tells from them which rights are used. */
  readonly actions?: readonly AnyAction[]
  /** How long ago who governs may have signed in. Default `15m`. */
  readonly freshness?: Duration
  /** The longest life of a credential. Default `90d`. */
  readonly longest?: Duration
  /**
   * Ends the sessions that the port's identity providers can't: those of one tenant, those of a provider that knows no way to. Gives how many, or
   * `null` where it has no way either. Default: none, and the answer says so.
   *
   * @example
   * ```ts
   * endSessions: ({ principal, tenant }) => (tenant === undefined ? null : sessions.endThoseIn(tenant, principal))
   * ```
   */
  readonly endSessions?: OffboardOptions['endSessions']
  /**
   * Ends what other systems keep when somebody leaves: accounts, tokens of one's own; with a tenant, what is of that tenant alone. The port's own
   * (grants, requests, credentials, API keys and sessions of its identity provider, secrets whose `principal` they are) ends by itself. Default: nothing.
   */
  readonly alsoEnd?: OffboardOptions['alsoEnd']
}

type ById = { readonly identityId: string }
/** A new identity. `ceiling`: permissions that it can have at most. */
export type RegisterInput = {
  readonly id: string
  readonly kind: 'agent' | 'service'
  readonly name: string
  readonly purpose: string
  readonly owner: string
  readonly ceiling: readonly string[]
}
type Issued = { readonly credentialId: string; readonly version: number; readonly secret: string; readonly expiresAt: number; readonly scopes: readonly string[] | null }

/** The actions with which people look after agents and services. */
export interface IdentityActions {
  /** `identity.register` */
  readonly register: OwnAction<RegisterInput, IdentityView>
  /** `identity.list` */
  readonly list: OwnAction<{ readonly owner?: string; readonly state?: IdentityState }, { readonly identities: readonly IdentityView[] }>
  /** `identity.show` */
  readonly show: OwnAction<ById, IdentityView>
  /**
   * Issues a credential, shown once; those before it stay valid for `overlapSeconds`, none by default. `scopes` narrows it; `null` does not; left
   * out, it has those of the one before it. `identity.rotate`
   */
  readonly rotate: OwnAction<{ readonly identityId: string; readonly days?: number; readonly overlapSeconds?: number; readonly scopes?: readonly string[] | null }, Issued>
  /** `identity.suspend` */
  readonly suspend: OwnAction<ById, IdentityView>
  /** `identity.activate` */
  readonly activate: OwnAction<ById, IdentityView>
  /** Ends it for good, with its credentials, grants, requests, API keys and secrets; says what it could not end. `identity.revoke` */
  readonly revoke: OwnAction<ById, Offboarded>
  /** Somebody else answers for it. `identity.handOver` */
  readonly handOver: OwnAction<{ readonly identityId: string; readonly owner: string }, IdentityView>
  /** Narrows or widens its ceiling. `identity.setCeiling` */
  readonly setCeiling: OwnAction<{ readonly identityId: string; readonly ceiling: readonly string[] }, IdentityView>
  /** A person has left. What is theirs ends, what they own too, or is handed over; says what it could not end. `identity.offboard` */
  readonly offboard: OwnAction<{ readonly personId: string; readonly handOverTo?: string }, Offboarded>
  /** What should be looked at. `identity.report` */
  readonly report: OwnAction<{ readonly unusedDays?: number; readonly maxAgeDays?: number }, { readonly findings: readonly NhiFinding[] }>
}

const idShape = textShape(200)
const nameShape = textShape(100, { pattern: /^[\w.@:-]+$/ })
const ceilingShape = listShape(idShape, 500)
/** Scope tokens (RFC 6749, section 3.3). */
const scopesShape = listShape(textShape(200, { pattern: /^[\x21\x23-\x5B\x5D-\x7E]+$/ }), 100)
const byId = recordShape({ identityId: idShape })
const offboardedShape: Shape<Offboarded> = recordShape({
  tenant: nullableShape(idShape),
  handedOver: listShape(idShape, 10_000),
  ended: listShape(idShape, 10_000),
  grants: integerShape(0),
  approvals: integerShape(0),
  keys: integerShape(0),
  keysHandedOver: integerShape(0),
  sessions: integerShape(0),
  secrets: listShape(textShape(128), 10_000),
  notEnded: listShape(
    recordShape({
      what: choiceShape(['keys', 'sessions', 'sign-ins', 'secrets', 'elsewhere']),
      by: optionalShape(textShape(500)),
      name: optionalShape(textShape(128)),
      why: choiceShape(['no-tenant', 'no-way', 'shared', 'this-process', 'not-configured']),
    }),
    10_000,
  ),
})
const DAY_MS = 86_400_000

/**
 * Looking after non-human identities as actions of the port: people with the governance permission and a fresh sign-in, audited
 * like any other.
 *
 * @throws DefinitionError when the port's store has no registry, or the port no `rolesOf`.
 * @example
 * ```ts
 * export const identities = identityActions(port, { permission: 'identity:govern', actions: [listOrders, changePrice] })
 * ```
 */
export function identityActions<P extends Principal, Permission extends string>(port: Port<P, Permission>, options: IdentityActionsOptions<Permission>): IdentityActions {
  const { permission, freshness = '15m', actions = [] } = options
  const longestMs = parseDuration(options.longest ?? '90d')
  const leaving = ({ tenant }: Principal, more: Pick<OffboardOptions, 'handOverTo'>): OffboardOptions => ({
    now: runtime.clock.now(),
    environment: runtime.environment,
    identity: runtime.identity,
    ...(runtime.secrets === null ? {} : { secrets: runtime.secrets }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(options.endSessions === undefined ? {} : { endSessions: options.endSessions }),
    ...(options.alsoEnd === undefined ? {} : { alsoEnd: options.alsoEnd }),
    ...more,
  })
  const { runtime } = port
  const { store, rolesOf } = runtime
  const found = store.identities
  if (found === undefined) throw new DefinitionError('identityActions needs a store with a registry: `identities`.')
  if (rolesOf === null) throw new DefinitionError('identityActions needs `rolesOf` of createPort: an owner is a person who is here.')
  const identities = found
  // Only principals of the port come in, and only its permissions go out: what they are called does not matter here.
  const { define } = port as unknown as Port
  const now = (): number => runtime.clock.now()
  const isPerson = ({ principal }: { readonly principal: Principal }): boolean => principal.kind === 'user'

  async function load(id: string, principal: Principal): Promise<IdentityRecord | null> {
    const identity = await identities.get(id)
    return identity?.environment === runtime.environment && identity.tenant === principal.tenant ? identity : null
  }
  const view = async (identity: IdentityRecord): Promise<IdentityView> => viewOfIdentity(identity, await identities.credentialsOf(identity.id))
  async function viewById(id: string): Promise<IdentityView> {
    const identity = await identities.get(id)
    if (identity === null) throw new SallyportError('NOT_FOUND')
    return view(identity)
  }
  async function requireOwner(person: string, { tenant }: Pick<IdentityRecord, 'tenant'>): Promise<void> {
    if ((await rolesOf?.(person, tenant === undefined ? {} : { tenant })) === null) throw new SallyportError('FORBIDDEN', { reason: `an owner is a person who is here: '${person}' is not`, details: { owner: 'unknown' } })
  }
  function requireCeiling(ceiling: readonly string[]): void {
    const unknown = ceiling.find((name) => !runtime.policy.permissions.includes(name))
    if (unknown !== undefined) throw new SallyportError('FORBIDDEN', { reason: `'${unknown}' is no permission of the policy`, details: { ceiling: 'unknown' } })
  }
  const conflict = (state: IdentityState): SallyportError => new SallyportError('CONFLICT', { reason: `the identity is ${state}`, details: { state } })

  /** An action on one identity. */
  const onOne = (name: string, description: string, run: (identity: IdentityRecord) => Promise<void>): OwnAction<ById, IdentityView> =>
    define(name)
      .describe(description)
      .inputSchema(byId)
      .authorize(permission, { resource: ({ parsedInput, principal }) => load(parsedInput.identityId, principal), when: isPerson, type: 'identity' })
      .freshness(freshness)
      .loggable(['identityId'])
      .outputSchema(identityViewShape)
      .action(async ({ resource }) => {
        await run(resource)
        return viewById(resource.id)
      })

  const made: IdentityActions = {
    register: define('identity.register')
      .describe('Registers an agent or a service.')
      .inputSchema(recordShape({ id: nameShape, kind: choiceShape(['agent', 'service']), name: textShape(200), purpose: textShape(1_000, { min: 8 }), owner: idShape, ceiling: ceilingShape }))
      .authorize(permission, { when: isPerson })
      .freshness(freshness)
      .loggable(['id', 'kind', 'owner', 'ceiling'])
      .outputSchema(identityViewShape)
      .action(async ({ parsedInput, principal }) => {
        await requireOwner(parsedInput.owner, principal)
        requireCeiling(parsedInput.ceiling)
        const identity: IdentityRecord = {
          ...parsedInput,
          environment: runtime.environment,
          ...(principal.tenant === undefined ? {} : { tenant: principal.tenant }),
          state: 'active',
          createdAt: now(),
          createdBy: principal.id,
          lastUsedAt: null,
        }
        if (!(await identities.create(identity))) throw new SallyportError('CONFLICT', { reason: 'the id is taken' })
        return view(identity)
      }),

    list: define('identity.list')
      .describe('Lists agents and services.')
      .readOnly()
      .inputSchema(recordShape({ owner: optionalShape(idShape), state: optionalShape(choiceShape(['active', 'suspended', 'ended'])) }))
      .authorize(permission, { when: isPerson })
      .outputSchema(recordShape({ identities: listShape(identityViewShape, 1_000) }))
      .action(async ({ parsedInput, principal }) => {
        const all = await identities.list({ ...parsedInput, environment: runtime.environment, tenant: principal.tenant ?? null, limit: 1_000 })
        return { identities: await Promise.all(all.filter(({ tenant }) => tenant === principal.tenant).map(view)) }
      }),

    show: define('identity.show')
      .describe('Shows an agent or a service.')
      .readOnly()
      .inputSchema(byId)
      .authorize(permission, { resource: ({ parsedInput, principal }) => load(parsedInput.identityId, principal), when: isPerson, type: 'identity' })
      .outputSchema(identityViewShape)
      .action(({ resource }) => view(resource)),

    rotate: define('identity.rotate')
      .describe('Issues the next credential. It is shown once.')
      .inputSchema(recordShape({ identityId: idShape, days: optionalShape(integerShape(1, 3_650)), overlapSeconds: optionalShape(integerShape(0, 7 * 86_400)), scopes: optionalShape(nullableShape(scopesShape)) }))
      .authorize(permission, { resource: ({ parsedInput, principal }) => load(parsedInput.identityId, principal), when: isPerson, type: 'identity' })
      .freshness(freshness)
      .loggable(['identityId', 'days', 'overlapSeconds', 'scopes'])
      .discloses('secret', 'A new credential is shown once, to who issued it.')
      .outputSchema(recordShape({ credentialId: idShape, version: integerShape(1), secret: textShape(100), expiresAt: integerShape(0), scopes: nullableShape(scopesShape) }))
      .action(async ({ parsedInput: { days, overlapSeconds = 0, scopes: asked }, resource }) => {
        const lifeMs = days === undefined ? Math.min(30 * DAY_MS, longestMs) : days * DAY_MS
        if (lifeMs > longestMs) throw new SallyportError('FORBIDDEN', { reason: `a credential lives ${longestMs / DAY_MS} days at most`, details: { days: 'too many' } })
        const { secret, hash } = await newCredential()
        const credentialId = runtime.newId()
        const createdAt = now()
        const expiresAt = createdAt + lifeMs
        // A rotation that says nothing of scopes must not widen what it replaces.
        const scopes = asked === undefined ? ((await identities.credentialsOf(resource.id))[0]?.scopes ?? null) : asked
        const version = await identities.addCredential({ id: credentialId, identityId: resource.id, hash, scopes, createdAt, expiresAt, revokedAt: null, lastUsedAt: null }, createdAt + overlapSeconds * 1_000)
        if (version === null) throw conflict(resource.state)
        return { credentialId, version, secret, expiresAt, scopes }
      }),

    suspend: onOne('identity.suspend', 'Suspends it: from the next call on it is nobody.', async ({ id, state }) => {
      if (!(await identities.change(id, ['active'], { state: 'suspended' }))) throw conflict(state)
    }),

    activate: onOne('identity.activate', 'Lets a suspended one work again.', async ({ id, state, owner, ...identity }) => {
      await requireOwner(owner, identity)
      if (!(await identities.change(id, ['suspended'], { state: 'active' }))) throw conflict(state)
    }),

    revoke: define('identity.revoke')
      .describe('Ends it for good, with its credentials, grants, requests, API keys and secrets.')
      .inputSchema(byId)
      .authorize(permission, { resource: ({ parsedInput, principal }) => load(parsedInput.identityId, principal), when: isPerson, type: 'identity' })
      .freshness(freshness)
      .loggable(['identityId'])
      .outputSchema(offboardedShape)
      .action(({ resource, principal }) => offboard(store, resource.id, leaving(principal, {}))),

    handOver: define('identity.handOver')
      .describe('Makes somebody else answer for it.')
      .inputSchema(recordShape({ identityId: idShape, owner: idShape }))
      .authorize(permission, { resource: ({ parsedInput, principal }) => load(parsedInput.identityId, principal), when: isPerson, type: 'identity' })
      .freshness(freshness)
      .loggable(['identityId', 'owner'])
      .outputSchema(identityViewShape)
      .action(async ({ parsedInput: { owner }, resource }) => {
        await requireOwner(owner, resource)
        if (!(await identities.change(resource.id, ['active', 'suspended'], { owner }))) throw conflict(resource.state)
        return viewById(resource.id)
      }),

    setCeiling: define('identity.setCeiling')
      .describe('Narrows or widens what it can have at most.')
      .inputSchema(recordShape({ identityId: idShape, ceiling: ceilingShape }))
      .authorize(permission, { resource: ({ parsedInput, principal }) => load(parsedInput.identityId, principal), when: isPerson, type: 'identity' })
      .freshness(freshness)
      .loggable(['identityId', 'ceiling'])
      .outputSchema(identityViewShape)
      .action(async ({ parsedInput: { ceiling }, resource }) => {
        requireCeiling(ceiling)
        if (!(await identities.change(resource.id, ['active', 'suspended'], { ceiling }))) throw conflict(resource.state)
        return viewById(resource.id)
      }),

    offboard: define('identity.offboard')
      .describe('A person has left: ends their grants, requests, keys, secrets and identities, or hands the identities over.')
      .inputSchema(recordShape({ personId: idShape, handOverTo: optionalShape(idShape) }))
      .authorize(permission, { when: isPerson })
      .freshness(freshness)
      .loggable(['personId', 'handOverTo'])
      .outputSchema(offboardedShape)
      .action(async ({ parsedInput: { personId, handOverTo }, principal }) => {
        if (handOverTo !== undefined) await requireOwner(handOverTo, principal)
        return offboard(store, personId, leaving(principal, handOverTo === undefined ? {} : { handOverTo }))
      }),

    report: define('identity.report')
      .describe('Lists what should be looked at: owners who left, unused rights, old credentials, shared ones, ones that people use.')
      .readOnly()
      .inputSchema(recordShape({ unusedDays: optionalShape(integerShape(1, 3_650)), maxAgeDays: optionalShape(integerShape(1, 3_650)) }))
      .authorize(permission, { when: isPerson })
      .outputSchema(recordShape({ findings: listShape(findingShape, 10_000) }))
      .action(async ({ parsedInput, principal }) => ({ findings: await nhiReport({ ...parsedInput, tenant: principal.tenant ?? null, identities, ledger: store.ledger, environment: runtime.environment, now: now(), rolesOf, actions }) })),
  }
  const { permission: _permission, ...rest } = options
  return withSetup(made, { port: port as unknown as Port, options: rest })
}
