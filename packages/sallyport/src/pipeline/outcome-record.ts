import type { CallFacts, Outcome, OutcomeEvent } from '../audit/types.ts'
import type { Call } from './call.ts'

/** What an outcome says beside its kind. */
export interface OutcomeDetails {
  readonly code?: string
  readonly reason?: string
  readonly control?: string
  readonly findings?: ReadonlyMap<string, number> | null
  readonly disclosed?: readonly string[] | undefined
}

/** How a call ended. A class with every field, as its facts are. */
export class OutcomeRecord implements OutcomeEvent {
  readonly kind = 'outcome'
  readonly id: string
  readonly time: number
  readonly outcome: Outcome
  readonly code: string | undefined
  readonly control: string | undefined
  readonly reason: string | undefined
  readonly durationMs: number
  readonly facts: CallFacts | undefined
  readonly findings: OutcomeEvent['findings'] | undefined
  readonly usage: OutcomeEvent['usage'] | undefined
  readonly secrets: OutcomeEvent['secrets'] | undefined
  readonly disclosed: readonly string[] | undefined

  constructor(call: Call, time: number, outcome: Outcome, details: OutcomeDetails, facts: CallFacts | undefined) {
    const { findings } = details
    this.id = call.id
    this.time = time
    this.outcome = outcome
    this.code = details.code
    this.control = details.control
    this.reason = details.reason
    this.durationMs = Math.max(0, time - call.startedAt)
    this.facts = facts
    this.findings = findings === undefined || findings === null ? undefined : Object.fromEntries(findings)
    this.usage = call.budget === null ? undefined : { ...call.budget.usage }
    this.secrets = call.secrets ?? undefined
    this.disclosed = details.disclosed
  }
}
