import 'server-only'
import { z } from 'zod'
import { listProducts } from '../data/products.ts'
import { port } from '../port.ts'

/** What is for sale, for agents: they need the ids. What things cost us stays here. */
export const list = port
  .define('product.list')
  .describe('Lists the products that are for sale, with their ids and prices.')
  .readOnly()
  .noInput()
  .public('What is for sale, and for how much, hangs in the window.')
  .limit({ perAction: 120 })
  .outputSchema(z.object({ products: z.array(z.object({ id: z.uuid(), sku: z.string().max(20), name: z.string().max(80), price: z.string().max(20) })).max(100) }))
  .action(() => ({ products: listProducts().map((product) => ({ ...product, price: `£${(product.pricePence / 100).toFixed(2)}` })) }))
