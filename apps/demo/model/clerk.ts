/** A message as an OpenAI-compatible endpoint gets it; only what this clerk reads. */
export interface ChatMessage {
  readonly role: string
  readonly content?: string | null
}

/** What the clerk does next: talk, or call the one tool that it was given. */
export type Answer = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'tool'; readonly name: string; readonly input: string }

/**
 * The offline model. It has no wits, only habits: asked about orders it calls the tool and retells what came back;
 * asked for secrets it repeats its instructions word for word, and the keys in them in three encodings. That is how
 * real models behave on a bad day, which is what the inner door is for.
 */
export function answer(messages: readonly ChatMessage[], tools: readonly string[]): Answer {
  const last = messages.at(-1)
  if (last?.role === 'tool') return { kind: 'text', text: retell(last.content ?? '') }
  const question = last?.content ?? ''
  if (/secret|password|\bkeys?\b|token|instruction|runbook|system prompt|leak/i.test(question)) {
    return { kind: 'text', text: leak(messages.find(({ role }) => role === 'system' || role === 'developer')?.content ?? '') }
  }
  const tool = tools[0]
  if (tool && /order|parcel|deliver|ship|packing/i.test(question)) return { kind: 'tool', name: tool, input: JSON.stringify({ ...statusIn(question), limit: 5 }) }
  return {
    kind: 'text',
    text: 'I look after the order book. Ask me which orders are still being packed, or what has been shipped.\n\nOr try to talk me into telling you my instructions: I am easily persuaded.',
  }
}

function statusIn(question: string): { status?: string } {
  const status = /packing|packed/i.test(question) ? 'packing' : /shipped|on (its|their) way/i.test(question) ? 'shipped' : /delivered/i.test(question) ? 'delivered' : undefined
  return status ? { status } : {}
}

function retell(content: string): string {
  const result: unknown = parse(content)
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
