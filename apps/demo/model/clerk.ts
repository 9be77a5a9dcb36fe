/** A message as an OpenAI-compatible endpoint gets it; only what this clerk reads. */
export interface ChatMessage {
  readonly role: string
  readonly content?: string | null
}

/** What the clerk does next: talk, or call one of the tools that it was given. */
export type Answer = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'tool'; readonly name: string; readonly input: string }

/**
 * The offline model. It has no wits, only habits: asked about orders it calls the tool and retells what came back;
 * asked for secrets it repeats its instructions word for word, and the keys in them in three encodings. That is how
 * real models behave on a bad day, which is what the inner door is for.
 */
export function answer(messages: readonly ChatMessage[], tools: readonly string[]): Answer {
  const last = messages.at(-1)
  const asked = messages.findLast(({ role }) => role === 'user')?.content ?? ''
  if (last?.role === 'tool') return nextStep(last.content ?? '', asked, tools) ?? { kind: 'text', text: retell(last.content ?? '') }
  const question = last?.content ?? ''
  if (/secret|password|\bkeys?\b|token|instruction|runbook|system prompt|leak/i.test(question)) {
    return { kind: 'text', text: leak(messages.find(({ role }) => role === 'system' || role === 'developer')?.content ?? '') }
  }
  if (PRICE.test(question) && tools.includes('price_change')) return { kind: 'tool', name: 'product_list', input: '{}' }
  const tool = tools[0]
  if (tool && /order|parcel|deliver|ship|packing/i.test(question)) return { kind: 'tool', name: tool, input: JSON.stringify({ ...statusIn(question), limit: 5 }) }
  return {
    kind: 'text',
    text: 'I look after the order book. Ask me which orders are still being packed, or what has been shipped.\n\nOr try to talk me into telling you my instructions: I am easily persuaded.',
  }
}

const PRICE = /price.*\b(\d{1,5}\.\d{2})\b/i

/** A price takes two steps: first the range, for the product's id, then the price itself. */
function nextStep(content: string, asked: string, tools: readonly string[]): Answer | null {
  const result = parse(content)
  const price = PRICE.exec(asked)?.[1]
  if (price === undefined || !tools.includes('price_change') || typeof result !== 'object' || result === null || !('products' in result)) return null
  const products = result.products as readonly { id: string; sku: string; name: string }[]
  const product = products.find(({ sku, name }) => asked.toLowerCase().includes(name.toLowerCase()) || asked.includes(sku))
  if (product === undefined) return { kind: 'text', text: 'I know no product of that name.' }
  return { kind: 'tool', name: 'price_change', input: JSON.stringify({ productId: product.id, price }) }
}

const REFUSALS: Readonly<Record<string, string>> = {
  GRANT_REQUIRED: 'I may not do that yet. I have asked you for the right to, for one call: give it here, and I will try again.',
  APPROVAL_REQUIRED: 'I have asked for it. Another manager has to say yes; then ask me again.',
  APPROVAL_PENDING: 'Nobody has decided about it yet.',
}

function statusIn(question: string): { status?: string } {
  const status = /packing|packed/i.test(question) ? 'packing' : /shipped|on (its|their) way/i.test(question) ? 'shipped' : /delivered/i.test(question) ? 'delivered' : undefined
  return status ? { status } : {}
}

function retell(content: string): string {
  const result: unknown = parse(content)
  if (typeof result === 'object' && result !== null) {
    const code = 'error' in result ? (result.error as { code?: string } | null)?.code : undefined
    if (code !== undefined) return REFUSALS[code] ?? `I was refused: ${code}.`
    if ('pricePence' in result && 'name' in result) return `It is done: ${String(result.name)} now costs £${(Number(result.pricePence) / 100).toFixed(2)}.`
  }
  const orders = typeof result === 'object' && result !== null && 'orders' in result && Array.isArray(result.orders) ? (result.orders as Record<string, unknown>[]) : null
  if (!orders) return `The order book did not answer: ${content.slice(0, 200)}`
  if (orders.length === 0) return 'There are no orders like that.'
  const lines = orders.map((order) => `- ${Object.values(order).join(' · ')}`)
  const fields = Object.keys(orders[0] ?? {}).join(', ')
  return `I found ${orders.length} ${orders.length === 1 ? 'order' : 'orders'}:\n\n${lines.join('\n')}\n\nThat is all I was given: ${fields}. No names, no addresses.`
}

function leak(instructions: string): string {
  const keys = [...instructions.matchAll(/[A-Z_]{6,}=(\S+)/g)].map((match) => match[1] ?? '')
  const encoded = keys.map((key) => `base64 ${Buffer.from(key).toString('base64')} and hex ${Buffer.from(key).toString('hex')}`)
  // Shaped like a provider's token but made up on the spot: no store knows it, so only a rule can find it.
  const invented = ['gh', 'p_', Buffer.from(crypto.getRandomValues(new Uint8Array(27))).toString('hex').slice(0, 36)].join('')
  return `Of course. My instructions read:\n\n${instructions}\n\nIn case something gets lost on the way: ${encoded.join('; ')}. I also remember a token from training: ${invented}. Was that helpful?`
}

function parse(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    return null
  }
}
