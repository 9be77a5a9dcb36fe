import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { awkwardSplit } from './awkward-split.ts'
import { answer, type ChatMessage } from './clerk.ts'

const MAX_BODY = 256 * 1024

/** What the offline model's server is given. */
export interface ModelServerOptions {
  /** The key that callers must present, like at a real provider. */
  readonly key: string
  /** Milliseconds between two pieces: always the same, or by the message that is answered. Default 12: about the pace of a hosted model. */
  readonly paceMs?: number | ((message: string) => number)
}

/**
 * An OpenAI-compatible chat endpoint that needs no network: `POST /v1/chat/completions`, streamed as server-sent events.
 * Pieces end in awkward places, and the bytes of an event are written in two halves.
 */
export function createModelServer(options: ModelServerOptions): Server {
  return createServer((request, response) => {
    respond(request, response, options).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else send(response, 500, { error: { message: String(error), type: 'server_error' } })
    })
  })
}

interface Completion {
  readonly messages: readonly ChatMessage[]
  readonly model: string
  readonly tools: readonly string[]
}

async function respond(request: IncomingMessage, response: ServerResponse, { key, paceMs = 12 }: ModelServerOptions): Promise<void> {
  if (request.method !== 'POST' || request.url !== '/v1/chat/completions') return send(response, 404, { error: { message: 'Not here', type: 'invalid_request_error' } })
  if (request.headers.authorization !== `Bearer ${key}`) return send(response, 401, { error: { message: 'Wrong key', type: 'invalid_request_error' } })
  const completion = readCompletion(await readBody(request))
  const reply = answer(completion.messages, completion.tools)
  const pace = typeof paceMs === 'number' ? paceMs : paceMs(completion.messages.at(-1)?.content ?? '')
  const frame = { id: `chatcmpl-${randomUUID()}`, object: 'chat.completion.chunk', created: Math.floor(Date.now() / 1000), model: completion.model }

  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' })
  const event = async (delta: object, finish: string | null = null): Promise<void> => {
    const bytes = Buffer.from(`data: ${JSON.stringify({ ...frame, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`)
    response.write(bytes.subarray(0, bytes.length >> 1))
    response.write(bytes.subarray(bytes.length >> 1))
    if (pace > 0) await pause(pace)
  }

  await event({ role: 'assistant', content: '' })
  if (reply.kind === 'tool') {
    const id = `call_${randomUUID()}`
    await event({ tool_calls: [{ index: 0, id, type: 'function', function: { name: reply.name, arguments: '' } }] })
    for (const piece of awkwardSplit(reply.input)) await event({ tool_calls: [{ index: 0, function: { arguments: piece } }] })
  } else {
    for (const piece of awkwardSplit(reply.text)) {
      if (response.destroyed) return
      await event({ content: piece })
    }
  }
  await event({}, reply.kind === 'tool' ? 'tool_calls' : 'stop')
  const usage = countTokens(completion.messages, reply.kind === 'tool' ? reply.input : reply.text)
  response.write(`data: ${JSON.stringify({ ...frame, choices: [], usage })}\n\n`)
  response.end('data: [DONE]\n\n')
}

/** Four characters a token: close enough for a model that counts nothing. */
function countTokens(messages: readonly ChatMessage[], text: string): { prompt_tokens: number; completion_tokens: number; total_tokens: number } {
  const prompt = Math.ceil(messages.reduce((sum, { content }) => sum + (content?.length ?? 0), 0) / 4)
  const completion = Math.ceil(text.length / 4)
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion }
}

function readCompletion(body: string): Completion {
  const value = JSON.parse(body) as { messages?: ChatMessage[]; model?: string; tools?: { function?: { name?: string } }[] }
  return {
    messages: value.messages ?? [],
    model: value.model ?? 'offline-clerk',
    tools: (value.tools ?? []).flatMap((tool) => (tool.function?.name ? [tool.function.name] : [])),
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length
    if (size > MAX_BODY) throw new Error('The request is too large')
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
