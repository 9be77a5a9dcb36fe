import type { IntentEvent, OutcomeEvent } from '../../audit/types.ts'
import type { SqlLedger } from './ledger.ts'

/** Facts of a call for tests. */
export const facts: IntentEvent['facts'] = { action: 'order.cancel', definitionHash: 'h', environment: 'test', transport: 'direct', passed: ['validation'], version: '0' }

/** An intent for tests. */
export function intent(id: string, overrides: Partial<IntentEvent['facts']> = {}, time = 1): IntentEvent {
  return { kind: 'intent', id, time, facts: { ...facts, actor: { kind: 'user', id: `user-${id}` }, ...overrides } }
}

/** An outcome for tests. */
export function outcome(id: string, kind: OutcomeEvent['outcome'] = 'success', time = 2): OutcomeEvent {
  return { kind: 'outcome', id, time, outcome: kind, durationMs: 1 }
}

/** Writes calls that succeeded, all at once, each at the time that its number says. They are durable then. */
export async function writeCalls(ledger: SqlLedger, from: number, to: number): Promise<void> {
  await Promise.all(Array.from({ length: to - from }, async (_, index) => {
    await ledger.admit({ intent: intent(`call-${from + index}`, {}, from + index) })
    ledger.record(outcome(`call-${from + index}`, 'success', from + index))
  }))
  await ledger.flush()
}
