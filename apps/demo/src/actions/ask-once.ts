import 'server-only'
import type { Principal } from 'sallyport'
import { AGENTS } from '../agents.ts'
import { agentFor } from '../auth/agents.ts'
import { asked, request } from './grants.ts'

/** The assistant asks the person for whom it acts for one use of an action. What it has asked already it does not ask again. */
export async function askOnce(person: Principal, action: string): Promise<string | null> {
  const principal = await agentFor(AGENTS.assistant.id, person)
  const before = await asked.call({ principal, input: undefined })
  const waiting = before.data?.requests.find(({ status, actions }) => status === 'pending' && actions.length === 1 && actions[0] === action)
  if (waiting !== undefined) return waiting.id
  const { data } = await request.call({ principal, input: { actions: [action], uses: 1, reason: 'You asked me something that I can’t answer without it.' } })
  return data?.requestId ?? null
}
