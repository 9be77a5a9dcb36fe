import 'server-only'
import { shop } from './database.ts'

/** A delivery address, as a customer gives it. */
export interface Address {
  readonly recipient: string
  readonly street: string
  readonly city: string
  readonly postcode: string
  readonly country: string
}

/** The whole row. It never leaves the server like this: an action's output schema says what does. */
export interface Order extends Address {
  readonly id: string
  readonly number: string
  readonly userId: string
  readonly status: string
  readonly placedAt: number
  readonly totalPence: number
  /** What the payment provider thinks of this order. Nobody's business but ours. */
  readonly fraudScore: number
  readonly version: number
}

/** One line of an order. */
export interface OrderLine {
  readonly name: string
  readonly quantity: number
  readonly unitPence: number
}

const SELECT = `
  SELECT id, number, user_id AS userId, status, placed_at AS placedAt, recipient, street, city, postcode, country,
    fraud_score AS fraudScore, version,
    (SELECT coalesce(sum(quantity * unit_pence), 0) FROM purchase_line WHERE purchase_id = purchase.id) AS totalPence
  FROM purchase`

/** The order with this id, whoever it belongs to. Ownership is the caller's question, and the port asks it. */
export function orderById(id: string): Order | undefined {
  return shop().prepare(`${SELECT} WHERE id = ?`).get(id) as Order | undefined
}

/** Orders of one customer, or of everybody for those who run the shop; newest first. */
export function listOrders(filter: { userId?: string; status?: string; limit?: number } = {}): Order[] {
  return shop()
    .prepare(`${SELECT} WHERE (:userId IS NULL OR user_id = :userId) AND (:status IS NULL OR status = :status)
      ORDER BY placed_at DESC LIMIT :limit`)
    .all({ userId: filter.userId ?? null, status: filter.status ?? null, limit: filter.limit ?? 50 }) as unknown as Order[]
}

/** What was ordered. */
export function linesOf(orderId: string): OrderLine[] {
  return shop()
    .prepare(`SELECT product.name, quantity, unit_pence AS unitPence FROM purchase_line
      JOIN product ON product.id = product_id WHERE purchase_id = ? ORDER BY product.name`)
    .all(orderId) as unknown as OrderLine[]
}

/** Sends an order elsewhere. False when it was changed or shipped meanwhile. */
export function saveAddress(order: Order, address: Address): boolean {
  const { changes } = shop()
    .prepare(`UPDATE purchase SET recipient = :recipient, street = :street, city = :city, postcode = :postcode, country = :country,
      version = version + 1 WHERE id = :id AND version = :version AND status = 'packing'`)
    .run({ ...address, id: order.id, version: order.version })
  return changes === 1
}

/** Some order that is not this customer's: the demo offers it for trying to get at. */
export function foreignOrder(userId: string): Order | undefined {
  return shop().prepare(`${SELECT} WHERE user_id <> ? AND status = 'packing' LIMIT 1`).get(userId) as Order | undefined
}
