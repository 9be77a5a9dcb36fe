'use client'

import { useCallback, useRef, useState } from 'react'
import { ndjson } from './ndjson.ts'

/** One turn of the talk as it is shown; a `tool` turn says that the assistant has looked something up. */
export interface ShownTurn {
  readonly role: 'user' | 'assistant' | 'tool'
  readonly text: string
  /** What the assistant asks the person to give: the id of its request for a grant. */
  readonly requestId?: string
}

/** Why there is no answer, or no end of it: a problem (RFC 9457), or the error of a stream. */
export interface Problem {
  readonly code?: string
  readonly title?: string
  readonly message?: string
  readonly correlationId?: string
}

/** The talk so far, and how to go on with it. */
export interface Assistant {
  readonly turns: readonly ShownTurn[]
  readonly problem: Problem | null
  readonly busy: boolean
  ask(message: string): Promise<void>
  stop(): void
  forget(): void
}

/** A line of the answer, as `toRouteHandler` streams them. */
interface Line {
  readonly data?: string | { readonly tool: string; readonly found: number | null; readonly code?: string; readonly requestId?: string }
  readonly error?: Problem
  readonly done?: true
}

/** Sends a question to the route and takes the answer as it streams in. */
export function useAssistant(conversationId: string, earlier: readonly ShownTurn[], onEnd: () => void): Assistant {
  const [turns, setTurns] = useState(earlier)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [busy, setBusy] = useState(false)
  const controller = useRef<AbortController | null>(null)

  const ask = useCallback(
    async (message: string) => {
      controller.current = new AbortController()
      let answered = false
      setBusy(true)
      setProblem(null)
      setTurns((before) => [...before, { role: 'user', text: message }])
      try {
        const response = await fetch('/api/assistant', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ conversationId, message }),
          signal: controller.current.signal,
        })
        answered = response.status !== 401
        if (!response.ok || !response.body) return setProblem(await readProblem(response))
        let over = false
        for await (const line of ndjson(response.body) as AsyncGenerator<Line>) {
          if (line.error) setProblem(line.error)
          else if (line.data !== undefined) setTurns((before) => withPart(before, line.data ?? ''))
          over ||= line.done === true || line.error !== undefined
        }
        if (!over) setProblem({ title: 'The answer was cut off.' })
      } catch (error) {
        if (!(error instanceof DOMException && error.name === 'AbortError')) setProblem({ title: 'The answer broke off.' })
      } finally {
        setBusy(false)
        // Who is signed out, or hears nothing, keeps the page: a fresh one would be another.
        if (answered) onEnd()
      }
    },
    [conversationId, onEnd],
  )
  return { turns, problem, busy, ask, stop: () => controller.current?.abort(), forget: () => setTurns([]) }
}

function withPart(turns: readonly ShownTurn[], part: NonNullable<Line['data']>): readonly ShownTurn[] {
  if (typeof part !== 'string') return [...turns, { role: 'tool', text: wordsFor(part), ...(part.requestId === undefined ? {} : { requestId: part.requestId }) }]
  const last = turns.at(-1)
  return last?.role === 'assistant' ? turns.with(-1, { role: 'assistant', text: last.text + part }) : [...turns, { role: 'assistant', text: part }]
}

const DOING: Readonly<Record<string, string>> = { order_lookUp: 'look into the order book', price_change: 'ask for another price', product_list: 'look at the range' }

function wordsFor({ tool, found, code, requestId }: Exclude<NonNullable<Line['data']>, string>): string {
  const doing = DOING[tool] ?? tool
  if (requestId !== undefined) return `Asks you for the right to ${doing}, once`
  if (code === 'APPROVAL_REQUIRED' || code === 'APPROVAL_PENDING') return 'Waits for the yes of another manager'
  if (code !== undefined) return `Was refused to ${doing}: ${code}`
  if (found !== null) return `Looked into the order book: ${found} found`
  return tool === 'price_change' ? 'Set the price' : 'Looked at the range'
}

async function readProblem(response: Response): Promise<Problem> {
  try {
    return (await response.json()) as Problem
  } catch {
    return { title: `The server answered ${response.status}.` }
  }
}
