import { Trouble, type Outcome, type Refusal, type Shop } from './connection.ts'
import { waitFor, type Patience } from './patience.ts'

/** What the agent works with. */
export interface Desk extends Patience {
  readonly shop: Shop
}

interface Order {
  readonly number: string
  readonly status: string
  readonly placed: string
  readonly total: string
}

interface Product {
  readonly id: string
  readonly sku: string
  readonly name: string
  readonly price: string
}

/** Reads the orders that are being packed. */
export async function readOrders(desk: Desk): Promise<void> {
  const { orders } = (await callWithGrant(desk, 'order_lookUp', { status: 'packing', limit: 5 }, 'order.lookUp', 'I want to know which orders are still being packed.')) as { orders: readonly Order[] }
  const lines = orders.map(({ number, status, placed, total }) => `${number}  ${status}  placed ${placed}  ${total}`)
  desk.voice.say('orders', `✓ ${orders.length} ${orders.length === 1 ? 'order is' : 'orders are'} being packed, as whoever gave the grant may see them:`, { orders }, lines)
}

/** Asks for another price, and comes back to it until another person has decided. */
export async function changePrice(desk: Desk, { product: sku, price }: { readonly product: string; readonly price?: string }): Promise<void> {
  const { products } = take(await desk.shop.call('product_list')) as { products: readonly Product[] }
  const product = products.find((one) => one.sku === sku)
  if (product === undefined) throw new Trouble(`There is no product ${sku}. There are: ${products.map((one) => one.sku).join(', ')}`)
  const wanted = price ?? (Number(product.price.slice(1)) + 0.5).toFixed(2)
  desk.voice.say('price-wanted', `→ ${product.name} costs ${product.price}. Asking for £${wanted}.`, { product: product.sku, from: product.price, to: wanted })
  // Another task, for whom is not known yet: it acts for nobody again.
  desk.shop.actUnder(null)
  const args = { productId: product.id, price: wanted }
  await callWithGrant(desk, 'price_change', args, 'price.change', `I want to set ${product.name} to £${wanted}.`)
  desk.voice.say('price-changed', `✓ ${product.name} now costs £${wanted}. It ran once, as it was approved.`, { product: product.sku, price: wanted })
}

/** Calls a tool. Where a grant is missing it asks for one, where an approval is, it waits: then the same call again. */
async function callWithGrant(desk: Desk, tool: string, args: Readonly<Record<string, unknown>>, action: string, reason: string): Promise<unknown> {
  const { shop } = desk
  desk.voice.say('call', `→ ${tool} ${JSON.stringify(args)}`, { tool, arguments: args })
  let outcome = await shop.call(tool, args)
  if (!outcome.ok && outcome.error.code === 'GRANT_REQUIRED') {
    sayRefused(desk, tool, outcome.error)
    shop.actUnder(await askForGrant(desk, action, reason))
    desk.voice.say('call', `→ ${tool} again`, { tool, arguments: args })
    outcome = await shop.call(tool, args)
  }
  if (!outcome.ok && isWaiting(outcome.error)) {
    sayRefused(desk, tool, outcome.error, ['Approve it under Approvals, as a manager who did not give the grant.'])
    outcome = await waitFor('another manager approves it', async () => {
      const again = await shop.call(tool, args)
      return !again.ok && (isWaiting(again.error) || again.error.code === 'RATE_LIMITED') ? null : again
    }, desk)
  }
  return take(outcome)
}

/** Asks for one use, waits for an answer, and returns the id of the grant. */
async function askForGrant(desk: Desk, action: string, reason: string): Promise<string> {
  const { requestId } = take(await desk.shop.call('grant_request', { actions: [action], reason, uses: 1 })) as { requestId: string }
  desk.voice.say('grant-requested', `→ asked for one use of ${action}. Give it at ${new URL('/grants', desk.shop.url).href}`, { action, requestId })
  const answer = await waitFor(`somebody gives ${action}`, async () => {
    const asked = await desk.shop.call('grant_asked')
    if (!asked.ok && asked.error.code === 'RATE_LIMITED') return null
    const { requests } = take(asked) as { requests: readonly { id: string; status: string; grantId?: string }[] }
    const own = requests.find(({ id }) => id === requestId)
    return own === undefined || own.status === 'pending' ? null : own
  }, desk)
  if (answer.grantId === undefined) throw new Trouble(`The request was ${answer.status}.`)
  desk.voice.say('grant-given', '✓ it was given', { action, grantId: answer.grantId })
  return answer.grantId
}

function isWaiting({ code }: Refusal): boolean {
  return code === 'APPROVAL_REQUIRED' || code === 'APPROVAL_PENDING'
}

function sayRefused({ voice }: Desk, tool: string, { code, message, details, next }: Refusal, more: readonly string[] = []): void {
  voice.say('refused', `✗ ${code}: ${message}`, { tool, code, message, ...(details === undefined ? {} : { details }) }, [...(next === undefined ? [] : [next]), ...more])
}

function take(outcome: Outcome): unknown {
  if (outcome.ok) return outcome.data
  throw new Trouble(`${outcome.error.code}: ${outcome.error.message}`)
}
