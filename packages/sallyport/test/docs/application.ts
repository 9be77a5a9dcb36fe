// The application that the examples of README.md and docs/ are about: what they import from its files, and what they mention without
// saying where it comes from. It is compiled with them and never run. Nothing of the library is handed on: an example imports that.
import type { AuthConfig } from '@auth/core'
import type { LanguageModelV4 } from '@ai-sdk/provider'
import type { ModelMessage } from 'ai'
import { betterAuth } from 'better-auth'
import { admin } from 'better-auth/plugins'
import type { Redis } from 'ioredis'
import { definePolicy, grantActions, type ApiKeyStore, type ApprovalActions, type IdentityProvider, type Port, type PortOptions, type Principal, type Subject } from 'sallyport'
import type { Secrets } from 'sallyport/secrets'
import type { SqliteStore } from 'sallyport/sqlite'
import { z } from 'zod'

export { z }

// Its data.
interface OrderRow {
  readonly id: string
  readonly userId: string
  readonly city: string
  readonly status: string
}
interface ProductRow {
  readonly id: string
  readonly left: number
  readonly supplier: { readonly name: string }
}
export declare const db: { readonly orders: { update(id: string, change: { readonly city: string }): Promise<void> }; readonly shops: { all(): Promise<readonly string[]> } }
export declare const orders: { byId(id: string): Promise<OrderRow | null>; of(userId: string): Promise<OrderRow[]>; move(id: string, city: string): Promise<OrderRow> }
export declare const orderId: string
export declare function productById(id: string): Promise<ProductRow>
export declare function reservationOf(product: ProductRow): Promise<string>
export declare function savePrice(product: ProductRow, price: number): Promise<{ id: string; price: number }>
export const Order = z.object({ id: z.string(), status: z.string() })
export const Price = z.object({ id: z.string(), price: z.int() })
export const Supplier = z.object({ name: z.string() })

// Who is who.
const makeAuth = () => betterAuth({ plugins: [admin()] })
export declare const auth: ReturnType<typeof makeAuth>
export declare const identity: IdentityProvider
export declare const keys: ApiKeyStore
export declare const session: Principal
export declare function agentFor(id: string, person: Principal): Promise<Principal>
export declare function rolesOf(id: string): Promise<string[]>
export declare function subjectOf(personId: string): Promise<Subject | null>
export declare function toPrincipal(found: { readonly user: { readonly id: string } }): Principal
export declare function Auth(request: Request, config: AuthConfig): Promise<Response>
export declare const config: AuthConfig
export declare const sessions: { endThoseIn(tenant: string, personId: string): Promise<number> }
export declare const people: { close(id: string): Promise<void> }
export declare const memberships: { end(id: string, tenant: string): Promise<void> }

// Its port, and actions on it.
export const policy = definePolicy({ roles: { customer: ['order:read', 'order:update'], administrator: ['identity:govern'] } })
export declare const store: SqliteStore
export declare const ledger: SqliteStore['ledger']
export declare const port: Port<Principal, string>
/** The options of the port that an example is not about. */
export declare const rest: Pick<PortOptions<Principal, string>, 'name' | 'identity' | 'policy' | 'store' | 'adapter'>
export const changeAddress = port.define('order.changeAddress').inputSchema(z.strictObject({ orderId: z.uuid(), city: z.string() })).authorize('order:update')
  .outputSchema(z.object({ id: z.string(), city: z.string() })).stateAction(({ parsedInput }) => ({ id: parsedInput.orderId, city: parsedInput.city }))
export const cancelOrder = port.define('order.cancel').inputSchema(z.strictObject({ orderId: z.uuid() })).authorize('order:update').outputSchema(z.object({ number: z.int() })).action(() => ({ number: 1 }))
export const listOrders = port.define('order.list').noInput().authorize('order:read').outputSchema(z.array(Order)).action(() => [])
export const lookUpOrders = port.define('order.lookUp').noInput().authorize('order:read').outputSchema(z.array(Order)).action(() => [])
export const listProducts = port.define('product.list').noInput().authorize('product:read').outputSchema(z.array(Price)).action(() => [])
export const changePrice = port.define('price.change').inputSchema(z.strictObject({ productId: z.uuid(), price: z.int() })).authorize('price:update').outputSchema(Price).action(() => ({ id: '', price: 1 }))
const Note = z.strictObject({ text: z.string() })
export const addNote = port.define('note.add').inputSchema(Note).authorize('note:add').outputSchema(Note).action(({ parsedInput }) => parsedInput)
export declare const notes: z.infer<typeof Note>[]
export declare const approvals: ApprovalActions
export const grants = grantActions(port, { permission: 'grant:give', governPermission: 'grant:govern', actions: [changePrice] })

// What it is connected to.
export declare const redis: Redis
export declare const request: Request
export declare const model: LanguageModelV4
export declare const messages: ModelMessage[]
export declare function provider(model: string): LanguageModelV4
export declare function ask(prompt: string, options: { readonly maxOutputTokens: number }): Promise<{ readonly text: string; readonly usage: { readonly inputTokens: number; readonly outputTokens: number } }>
export declare function streamOf(prompt: string, options: { readonly signal: AbortSignal }): AsyncIterable<string>
export declare const modelText: ReadableStream<string>
export declare const mail: { readonly body: string }
export declare const url: string
export declare const secret: Uint8Array
export declare const WITNESS_KEY: string
export declare function toast(message: string): void

// Its secrets.
export declare const secrets: Secrets
export declare const stripeKey: string
export declare class Stripe {
  constructor(key: string)
}
export declare function verify(token: string, key: string): boolean
export declare const issuer: {
  newKey(options: { readonly idempotencyKey: string }): Promise<string>
  whoAmI(key: string): Promise<void>
  revoke(key: string): Promise<void>
}
