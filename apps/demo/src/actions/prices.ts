import 'server-only'
import { z } from 'zod'
import { productById, savePrice } from '../data/products.ts'
import { port } from '../port.ts'
import { pence } from './fields.ts'

const POUNDS = new Intl.NumberFormat('en-GB', { style: 'currency', currency: 'GBP' })
const pounds = (amount: number): string => POUNDS.format(amount / 100)

/** Flow 3. A price is what customers pay: one manager asks, another one says yes, and what was asked is what runs. */
export const changePrice = port
  .define('price.change')
  .describe('Sets the price of a product.')
  .inputSchema(z.strictObject({ productId: z.uuid(), price: pence }))
  .authorize('price:update', { resource: ({ parsedInput }) => productById(parsedInput.productId) })
  .approval({
    approvers: 'price:approve',
    decideWithin: '24h',
    executeWithin: '15m',
    summary: ({ parsedInput, resource }) => `${resource.name}: from ${pounds(resource.pricePence)} to ${pounds(parsedInput.price)}`,
  })
  .errors({ CHANGED_MEANWHILE: z.strictObject({}) })
  .outputSchema(z.strictObject({ name: z.string().max(80), pricePence: z.int() }))
  .loggable(['productId', 'price'])
  .stateAction(({ parsedInput, resource, errors }) => {
    if (!savePrice(resource, parsedInput.price)) throw errors.CHANGED_MEANWHILE({})
    return { name: resource.name, pricePence: parsedInput.price }
  })
