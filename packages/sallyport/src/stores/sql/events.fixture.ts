import type { IntentEvent, OutcomeEvent } from '../../audit/types.ts'

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
