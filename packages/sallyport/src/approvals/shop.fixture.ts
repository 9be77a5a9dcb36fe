import type { AnyAction, AnyResult } from '../action/action.ts'
import type { Principal } from '../identity/principal.ts'
import { integerShape, recordShape, textShape } from '../lib/shape.ts'
import { definePolicy } from '../policy/define-policy.ts'
import type { Store } from '../stores/types.ts'
import { createTestPort, testUser, type TestPort, type TestPortOptions } from '../testing/index.ts'
import { approvalActions, type ApprovalActions } from './actions.ts'
import type { ApprovalNotice, GrantNotice } from './notice.ts'

const policy = definePolicy({ roles: { clerk: ['price:update', 'approval:own'], manager: ['price:update', 'price:approve', 'approval:own'], chief: ['price:emergency', 'price:update', 'approval:own'] } })
type Permission = (typeof policy.permissions)[number]

/** A shop in which a price change waits for a manager. */
export interface Shop {
  readonly port: TestPort<Principal, Permission>
  readonly approvals: ApprovalActions
  readonly ran: { readonly price: number; readonly by: string }[]
  readonly product: { price: number; version: number; owners: readonly string[] }
  readonly notices: (ApprovalNotice | GrantNotice)[]
  readonly roles: Map<string, readonly string[]>
  /** A person, signed in just now. */
  person(id: string): Principal
  change(principal: Principal, price: number, approval?: string, productId?: string): Promise<AnyResult>
  resume(principal: Principal, approvalId: string): Promise<AnyResult>
  /** An action that waits for nobody: a grant alone lets an agent do it. */
  look(principal: Principal): Promise<AnyResult>
  /** Asks, and gives back the id of the approval. */
  ask(principal: Principal, price: number): Promise<string>
  define(more?: { readonly version?: number; readonly quorum?: number; readonly requestsPerHour?: number }): AnyAction
}

/** What a shop can be opened with. */
export interface ShopOptions {
  readonly quorum?: number
  readonly requestsPerHour?: number
  /** Default: one of its own. */
  readonly environment?: string
  /** Runs at the very start of the handler. */
  readonly onRun?: () => void
}

let shops = 0

/** Opens a shop on a store that others may share: each has a name and an environment of its own. */
export function openShop(store: Store, more: ShopOptions = {}): Shop {
  const environment = more.environment ?? `shop-${process.pid}-${++shops}`
  const ran: { price: number; by: string }[] = []
  const product: Shop['product'] = { price: 100, version: 1, owners: ['ann', 'bea', 'cid', 'dan', 'eve', 'mia', 'zoe'] }
  const notices: (ApprovalNotice | GrantNotice)[] = []
  const roles = new Map<string, readonly string[]>([['ann', ['clerk']], ['bea', ['manager']], ['cid', ['manager']], ['dan', ['clerk']], ['eve', ['chief']], ['mia', ['manager']]])
  const options: TestPortOptions<Principal, Permission> = { name: environment, environment, policy, store, rolesOf: (id, { tenant }) => roles.get(`${id} of ${tenant}`) ?? roles.get(id) ?? null, notify: (notice) => void notices.push(notice) }
  const port = createTestPort(options)
  // Another definition comes with another deploy: a port of its own on the same store.
  const deploy = (): typeof port.define => createTestPort({ ...options, clock: port.clock, identity: port.runtime.identity }).define
  const defineOn = (define: typeof port.define, { version = 1, quorum = 1, requestsPerHour = 30 }: NonNullable<Parameters<Shop['define']>[0]>): AnyAction =>
    define('price.change')
      .version(version)
      .inputSchema(recordShape({ productId: textShape(40_000), price: integerShape(1) }))
      .authorize('price:update', { resource: ({ parsedInput }) => ({ id: parsedInput.productId, version: product.version }), owner: () => product.owners })
      .approval({ approvers: 'price:approve', breakGlass: 'price:emergency', decideWithin: '1h', executeWithin: '10m', quorum, requestsPerHour })
      .outputSchema(recordShape({ price: integerShape(1) }))
      .action(({ parsedInput, principal }) => {
        more.onRun?.()
        ran.push({ price: parsedInput.price, by: principal.id })
        return { price: parsedInput.price }
      })
  const look = port.define('price.look').noInput().authorize('price:update').outputSchema(recordShape({ price: integerShape(1) })).action(({ principal }) => {
    more.onRun?.()
    ran.push({ price: product.price, by: principal.id })
    return { price: product.price }
  })
  let action = defineOn(port.define, more)
  const shop: Shop = {
    port, ran, product, notices, roles,
    approvals: approvalActions(port, { permission: 'price:approve', ownPermission: 'approval:own', actions: [{ ...action, name: 'price.change' }] }),
    person: (id) => testUser(id, roles.get(id) ?? [], { tier: 'enterprise', session: { credential: 'internal', authenticatedAt: port.clock.now() } }),
    change: (principal, price, approval, productId = 'tea') => action.call({ principal, input: { productId, price }, ...(approval === undefined ? {} : { approval }) }),
    resume: (principal, approval) => action.call({ principal, input: undefined, approval, resume: true }),
    look: (principal) => look.call({ principal, input: undefined }),
    async ask(principal, price) {
      const { serverError } = await shop.change(principal, price)
      if (serverError?.code !== 'APPROVAL_REQUIRED') throw new Error(`not asked: ${serverError?.code}`)
      return String(serverError?.details?.['approvalId'])
    },
    define: (next) => (action = defineOn(deploy(), { ...more, ...next })),
  }
  return shop
}

/** The code of a refusal, or nothing. */
export const code = (result: AnyResult): string | undefined => result.serverError?.code ?? (result.validationErrors === undefined ? undefined : 'INVALID_INPUT')

/** Somebody says yes. */
export const approve = (shop: Shop, by: string, approvalId: string): Promise<AnyResult> => shop.approvals.approve.call({ principal: shop.person(by), input: { approvalId } })
