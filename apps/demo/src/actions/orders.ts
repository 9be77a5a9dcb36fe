import 'server-only'
import { z } from 'zod'
import { linesOf, listOrders, orderById, saveAddress } from '../data/orders.ts'
import { port } from '../port.ts'
import { line } from './fields.ts'

/** Who runs the shop sees every order; everybody else, and every agent that acts for nobody, their own. */
const ordersOf = ({ id, roles }: { readonly id: string; readonly roles: readonly string[] }): { userId?: string } =>
  roles.includes('manager') || roles.includes('administrator') ? {} : { userId: id }

const STATUSES = ['packing', 'shipped', 'delivered'] as const

/** Flow 1. Somebody else's order answers like one that does not exist; managers may help anybody. */
export const changeAddress = port
  .define('order.changeAddress')
  .describe('Sends an order that is still being packed to another address.')
  .inputSchema(z.strictObject({ orderId: z.uuid(), recipient: line(60), street: line(100), city: line(60), postcode: line(12), country: line(60) }))
  .authorize('order:update', {
    resource: ({ parsedInput }) => orderById(parsedInput.orderId),
    owner: (order) => order.userId,
    elevated: 'order:update-any',
  })
  .errors({ ALREADY_SENT: z.strictObject({ status: z.enum(STATUSES) }) })
  .outputSchema(z.strictObject({ number: z.string().max(20), city: z.string().max(60) }))
  .loggable(['orderId'])
  .stateAction(({ parsedInput: { orderId: _, ...address }, resource, errors }) => {
    if (!saveAddress(resource, address)) throw errors.ALREADY_SENT({ status: z.enum(STATUSES).parse(orderById(resource.id)?.status) })
    return { number: resource.number, city: address.city }
  })

/** Flow 4, the tool. The assistant learns what it needs to answer: no names, no addresses, no fraud scores. */
export const lookUp = port
  .define('order.lookUp')
  .describe('Looks up orders in the order book, newest first, by their status.')
  .readOnly()
  .inputSchema(z.strictObject({ status: z.enum(STATUSES).optional(), limit: z.int().min(1).max(10).default(5) }))
  .authorize('order:list', { scope: ({ principal }) => ordersOf(principal.subject ?? principal) })
  .outputSchema(
    z.object({
      orders: z.array(z.object({ number: z.string().max(20), status: z.enum(STATUSES), placed: z.iso.date(), items: z.int(), total: z.string().max(20) })).max(10),
    }),
  )
  .action(({ parsedInput, scope }) => ({
    orders: listOrders({ ...parsedInput, ...scope }).map((order) => ({
      ...order,
      status: z.enum(STATUSES).parse(order.status),
      placed: new Date(order.placedAt).toISOString().slice(0, 10),
      items: linesOf(order.id).reduce((sum, { quantity }) => sum + quantity, 0),
      total: `£${(order.totalPence / 100).toFixed(2)}`,
    })),
  }))
