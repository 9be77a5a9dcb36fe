import 'server-only'
import { shop } from './database.ts'

/** A product with what it costs us, which customers don't see. */
export interface Product {
  readonly id: string
  readonly sku: string
  readonly name: string
  readonly pricePence: number
  readonly costPence: number
  readonly version: number
}

const SELECT = 'SELECT id, sku, name, price_pence AS pricePence, cost_pence AS costPence, version FROM product'

/** The product with this id. */
export function productById(id: string): Product | undefined {
  return shop().prepare(`${SELECT} WHERE id = ?`).get(id) as Product | undefined
}

/** The whole range, by name. */
export function listProducts(): Product[] {
  return shop().prepare(`${SELECT} ORDER BY name`).all() as unknown as Product[]
}

/** Sets a price. False when the product was changed since it was read. */
export function savePrice(product: Product, pricePence: number): boolean {
  const { changes } = shop()
    .prepare('UPDATE product SET price_pence = ?, version = version + 1 WHERE id = ? AND version = ?')
    .run(pricePence, product.id, product.version)
  return changes === 1
}
