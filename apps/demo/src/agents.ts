import type { Permission } from './policy.ts'

/** An agent of the shop, as it is registered. */
export interface AgentTerms {
  readonly id: string
  readonly name: string
  readonly purpose: string
  /** What it can have at most, whatever somebody grants it. */
  readonly ceiling: readonly Permission[]
}

/** The agents of the shop. Registered, none of them may do anything: a grant is given call by call. */
export const AGENTS = {
  assistant: { id: 'assistant', name: 'The assistant', purpose: 'Answers questions in the back office, for whoever is signed in.', ceiling: ['order:list', 'price:update'] },
  terminal: { id: 'terminal-agent', name: 'Terminal agent', purpose: 'Works from a terminal over MCP, without a screen.', ceiling: ['order:list', 'price:update'] },
} as const satisfies Readonly<Record<string, AgentTerms>>
