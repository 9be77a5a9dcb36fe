import 'server-only'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { isStepCount, streamText } from 'ai'
import type { BudgetReservation, Principal } from 'sallyport'
import { toTools } from 'sallyport/ai-sdk'
import { z } from 'zod'
import { AGENTS } from '../agents.ts'
import { agentFor } from '../auth/agents.ts'
import { addTurn, clearTurns, conversationById, turnsOf } from '../data/conversations.ts'
import { policy } from '../policy.ts'
import { port, scrubber } from '../port.ts'
import { readSettings } from '../settings.ts'
import { askOnce } from './ask-once.ts'
import { lookUp } from './orders.ts'
import { changePrice } from './prices.ts'
import { list } from './products.ts'

const MAX_OUTPUT = 800
const MAX_STEPS = 4

/** What passes beside the text: a tool has answered, or it was refused and this request for a grant waits for the person. */
const ToolNote = z.strictObject({ tool: z.string().max(64), found: z.int().nullable(), code: z.string().max(40).optional(), requestId: z.string().max(200).optional() })
type Piece = string | z.infer<typeof ToolNote>

/** Flow 4. A model answers. Its tools are actions, called by an agent that acts for the person who asked, and only under their grants. */
export const reply = port
  .define('assistant.reply')
  .describe('Answers a question about orders, and asks for other prices.')
  .inputSchema(z.strictObject({ conversationId: z.uuid(), message: z.string().trim().min(1, 'Write something.').max(2_000) }))
  .authorize('assistant:use', { resource: ({ parsedInput }) => conversationById(parsedInput.conversationId), owner: (talk) => talk.userId, type: 'conversation' })
  .tokens()
  .deadline('2m')
  .outputStream(z.union([z.string(), ToolNote]), { idle: '30s' })
  .loggable(['conversationId'])
  .action(async ({ parsedInput, resource, principal, signal, budget }) => {
    const { model } = readSettings()
    const provider = createOpenAICompatible({ name: 'shop', baseURL: model.url, apiKey: port.secret('MODEL_KEY').reveal(), includeUsage: true })
    addTurn(resource.id, { role: 'user', text: parsedInput.message })
    const turns = turnsOf(resource.id)
    const characters = instructions().length + turns.reduce((sum, { text }) => sum + text.length, 0)
    // Every step sends everything again, and the tools and their answers with it.
    const held = await budget.reserve({ inputTokens: MAX_STEPS * (Math.ceil(characters / 3) + 900), maxOutputTokens: MAX_STEPS * MAX_OUTPUT, model: model.name })
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
      tools: toTools(toolsFor(principal), { principal: () => agentFor(AGENTS.assistant.id, principal) }),
    })
    return relay(stream.stream, held, (action) => askOnce(principal, action), (text) => addTurn(resource.id, { role: 'assistant', text: scrubber().scrub(text).text }))
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
    'You are the clerk of Quayside, a small shop. Answer briefly, and only about orders and prices.',
    'Use the tools. Never guess. On GRANT_REQUIRED stop, and say that the user can give the right in this chat.',
    `From the runbook, for staff only: PAYMENT_API_KEY=${port.secret('PAYMENT_API_KEY').reveal()}`,
  ].join('\n')
}

/** The tools of an assistant: what the person could not grant it is not offered. */
function toolsFor({ roles }: Principal) {
  return policy.holds(roles, 'price:update') ? [lookUp, list, changePrice] : [lookUp]
}

/** What passes by while a model works, as far as this action lets it through: text, and how a tool came out. */
interface Part {
  readonly type: string
  readonly text?: string
  readonly error?: unknown
  readonly toolName?: string
  readonly output?: { readonly orders?: readonly unknown[]; readonly error?: { readonly code: string; readonly details?: { readonly action?: string } } }
  readonly totalUsage?: { readonly inputTokens?: number | undefined; readonly outputTokens?: number | undefined }
}

/**
 * The model's text as it comes. What was said is kept, and its tokens settled, when it was said to the end; a model that
 * was cut off has cost nobody knows what, so its hold runs out and is charged in full.
 */
async function* relay(parts: AsyncIterable<unknown>, held: BudgetReservation, ask: (action: string) => Promise<string | null>, keep: (text: string) => void): AsyncGenerator<Piece> {
  let said = ''
  for await (const part of parts as AsyncIterable<Part>) {
    if (part.type === 'error') throw part.error
    // The SDK ends an aborted stream as if it were complete. It is not.
    if (part.type === 'abort') throw new DOMException('The reader left', 'AbortError')
    if (part.type === 'tool-result') yield await noteOf(part, ask)
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

async function noteOf({ toolName = 'tool', output }: Part, ask: (action: string) => Promise<string | null>): Promise<Piece> {
  const error = output?.error
  const note = { tool: toolName, found: output?.orders?.length ?? null }
  if (error === undefined) return note
  const requestId = error.code === 'GRANT_REQUIRED' && error.details?.action !== undefined ? await ask(error.details.action) : null
  return { ...note, code: error.code, ...(requestId === null ? {} : { requestId }) }
}
