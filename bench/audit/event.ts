import type { IntentEvent, OutcomeEvent } from 'sallyport/audit'

const PRINCIPALS = 1_000
const ACTIONS = 20

/** An intent of 300 bytes as it is stored. */
export function intentOf(index: number, time = 1_700_000_000_000 + index): IntentEvent {
  const facts = {
    action: `order.action${index % ACTIONS}`, definitionHash: 'f3b1c2', environment: 'production', transport: 'fetch',
    actor: { kind: 'user', id: `user-${(index * 7) % PRINCIPALS}` }, passed: ['validation', 'authorization'], inputDigest: '', version: '0.1.0',
  } as const
  const bare: IntentEvent = { kind: 'intent', id: idOf(index), time, facts }
  return { ...bare, facts: { ...facts, inputDigest: 'd'.repeat(Math.max(0, 300 - JSON.stringify(bare).length)) } }
}

/** Its outcome, of 300 bytes with the summary that the ledger adds. */
export function outcomeOf(index: number, time = 1_700_000_000_000 + index): OutcomeEvent {
  return { kind: 'outcome', id: idOf(index), time, outcome: 'success', durationMs: 3, disclosed: ['r'.repeat(40)] }
}

function idOf(index: number): string {
  return `00000000-0000-4000-8000-${index.toString().padStart(12, '0')}`
}
