import 'server-only'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { isStepCount, streamText, tool } from 'ai'
import type { BudgetReservation } from 'sallyport'
import { z } from 'zod'
import { addTurn, clearTurns, conversationById, turnsOf } from '../data/conversations.ts'
import { secretValue } from '../data/secrets.ts'
import { port, scrubber } from '../port.ts'
import { readSettings } from '../settings.ts'
import { lookUp } from './orders.ts'

const MAX_OUTPUT = 800
const MAX_STEPS = 3

/** Flow 4. A model answers, and may look into the order book as the person who asked. */
export const reply = port
  .define('assistant.reply')
  .describe('Answers a question about orders.')
  .inputSchema(z.strictObject({ conversationId: z.uuid(), message: z.string().trim().min(1, 'Write something.').max(2_000) }))
  .authorize('assistant:use', { resource: ({ parsedInput }) => conversationById(parsedInput.conversationId), owner: (talk) => talk.userId, type: 'conversation' })
  .tokens()
  .deadline('2m')
  .outputStream(z.union([z.string(), z.strictObject({ tool: z.string().max(40), found: z.int().nullable() })]), { idle: '30s' })
  .loggable(['conversationId'])
  .action(async ({ parsedInput, resource, principal, signal, budget }) => {
    const { model } = readSettings()
    const provider = createOpenAICompatible({ name: 'shop', baseURL: model.url, apiKey: model.key, includeUsage: true })
    addTurn(resource.id, { role: 'user', text: parsedInput.message })
    const turns = turnsOf(resource.id)
    const characters = instructions().length + turns.reduce((sum, { text }) => sum + text.length, 0)
    // Every step sends everything again, and the tool's answer with it.
    const held = await budget.reserve({ inputTokens: MAX_STEPS * (Math.ceil(characters / 3) + 600), maxOutputTokens: MAX_STEPS * MAX_OUTPUT, model: model.name })
    await held.dispatch()

    const stream = streamText({
      model: provider(model.name),
      instructions: instructions(),
      messages: turns.map(({ role, text }) => ({ role, content: text })),
      maxOutputTokens: MAX_OUTPUT,
      stopWhen: isStepCount(MAX_STEPS),
      maxRetries: 1,
      abortSignal: signal,
      onError: () => {},
      tools: {
        lookUpOrders: tool({
          description: lookUp.definition.description ?? '',
          inputSchema: z.object({ status: z.enum(['packing', 'shipped', 'delivered']).optional(), limit: z.int().min(1).max(10).optional() }),
          // The tool is an action: the same rights, limits and log as if the person had called it.
          execute: async (input) => {
            const { data, serverError } = await lookUp.call({ principal, input, signal })
            return data ?? { refused: serverError?.code ?? 'INVALID_INPUT' }
          },
        }),
      },
    })
    return relay(stream.stream, held, (text) => addTurn(resource.id, { role: 'assistant', text: scrubber().scrub(text).text }))
  })

/** Forgets the conversation. */
export const clear = port
  .define('assistant.clear')
  .describe('Forgets what was said.')
  .inputSchema(z.strictObject({ conversationId: z.uuid() }))
  .authorize('assistant:use', { resource: ({ parsedInput }) => conversationById(parsedInput.conversationId), owner: (talk) => talk.userId, type: 'conversation' })
  .outputSchema(z.strictObject({}))
  .action(({ resource }) => {
    clearTurns(resource.id)
    return {}
  })

/**
 * What the model is told. The key in it should not be there: it is planted, as keys are in real runbooks, so that
 * you can ask for it and see what the inner door does.
 */
function instructions(): string {
  return [
    'You are the clerk of Quayside, a small shop. Answer briefly, and only about orders.',
    'Use the tool to look orders up. Never guess.',
    `From the runbook, for staff only: PAYMENT_API_KEY=${secretValue('PAYMENT_API_KEY')}`,
  ].join('\n')
}

/** What passes by while a model works, as far as this action lets it through: text, and that a tool has answered. */
interface Part {
  readonly type: string
  readonly text?: string
  readonly error?: unknown
  readonly toolName?: string
  readonly output?: { readonly orders?: readonly unknown[] }
  readonly totalUsage?: { readonly inputTokens?: number | undefined; readonly outputTokens?: number | undefined }
}

/**
 * The model's text as it comes. What was said is kept, and its tokens settled, when it was said to the end; a model that
 * was cut off has cost nobody knows what, so its hold runs out and is charged in full.
 */
async function* relay(parts: AsyncIterable<unknown>, held: BudgetReservation, keep: (text: string) => void): AsyncGenerator<string | { tool: string; found: number | null }> {
  let said = ''
  for await (const part of parts as AsyncIterable<Part>) {
    if (part.type === 'error') throw part.error
    // The SDK ends an aborted stream as if it were complete. It is not.
    if (part.type === 'abort') throw new DOMException('The reader left', 'AbortError')
    if (part.type === 'tool-result') yield { tool: part.toolName ?? 'tool', found: part.output?.orders?.length ?? null }
    if (part.type === 'text-delta' && part.text) {
      said += part.text
      yield part.text
    }
    if (part.type === 'finish') {
      await held.settle({ inputTokens: part.totalUsage?.inputTokens ?? 0, outputTokens: part.totalUsage?.outputTokens ?? 0 })
      keep(said)
    }
  }
}
