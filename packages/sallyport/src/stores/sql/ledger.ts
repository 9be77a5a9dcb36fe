import { eventText } from '../../audit/event-text.ts'
import { summaryOf } from '../../audit/query.ts'
import type { Admission, AdmissionResult, AuditReader, CallFacts, Ledger, OutcomeEvent } from '../../audit/types.ts'
import { SallyportError } from '../../errors/sallyport-error.ts'
import { SqlError, type LogDriver, type SqlStep } from './driver.ts'
import type { SealRound } from './sealer.ts'

/** One statement that takes a part of an admission, and what to say when it can't. */
export interface AdmissionStep extends SqlStep {
  /** For the log: why the part was refused when this step's expectation fails. */
  readonly refusal: string
}

/**
 * How parts of an admission are taken: the stores of grants, approvals and first results supply these, and the ledger runs them in the
 * transaction of the intent. A step with `expect: 'changed'` that changes nothing refuses the call and undoes all of it.
 *
 * @example
 * ```ts
 * const admission: AdmissionSteps = {
 *   approval: ({ id, digest, now }) => [{
 *     sql: "UPDATE approval SET state = 'used' WHERE id = $1 AND digest = $2 AND state = 'approved' AND expires > $3",
 *     params: [id, digest, now], expect: 'changed', refusal: 'the approval is not usable',
 *   }],
 * }
 * ```
 */
export interface AdmissionSteps {
  readonly grant?: (part: NonNullable<Admission['grant']>) => readonly AdmissionStep[]
  readonly approval?: (part: NonNullable<Admission['approval']>) => readonly AdmissionStep[]
  readonly claim?: (part: NonNullable<Admission['claim']>) => readonly AdmissionStep[]
}

/** A ledger in a SQL database. */
export interface SqlLedger extends Ledger {
  /** The database, for the stores that keep their rows beside the log and for tools that read it. */
  readonly driver: LogDriver
  /** Seals what is durable now. It happens by itself too. */
  seal(): Promise<SealRound>
}

/** Options of {@link sqlLedger}. */
export interface SqlLedgerOptions {
  readonly name: string
  readonly driver: LogDriver
  readonly admission?: AdmissionSteps
  /** Undefined once the schema is there. */
  readonly ready: () => Promise<void> | undefined
  readonly events: AuditReader
  readonly reconcile: Ledger['reconcile']
  readonly close: () => Promise<void>
}

const ADMITTED: AdmissionResult = { admitted: true }
const NO_STEPS: readonly AdmissionStep[] = []
/** Facts of calls under way, so that their outcomes can carry a summary. A bound, for calls whose outcome never comes. */
const MAX_OPEN = 100_000

/** The ledger over a SQL driver. What it writes is durable when `admit` resolves. */
export function sqlLedger(options: SqlLedgerOptions): SqlLedger {
  const { driver, admission = {} } = options
  const open = new Map<string, CallFacts>()
  const migrated = options.ready

  async function admit(request: Admission): Promise<AdmissionResult> {
    const { intent, grant, approval, claim } = request
    if (grant !== undefined && admission.grant === undefined) return refused('grant', 'no store of grants is attached to this ledger')
    if (approval !== undefined && admission.approval === undefined) return refused('approval', 'no store of approvals is attached to this ledger')
    if (claim !== undefined && admission.claim === undefined) return refused('claim', 'no store of first results is attached to this ledger')
    const grantSteps = grant === undefined ? NO_STEPS : (admission.grant?.(grant) ?? NO_STEPS)
    const approvalSteps = approval === undefined ? NO_STEPS : (admission.approval?.(approval) ?? NO_STEPS)
    const claimSteps = claim === undefined ? NO_STEPS : (admission.claim?.(claim) ?? NO_STEPS)
    const steps = approvalSteps.length + claimSteps.length === 0 ? grantSteps : [...grantSteps, ...approvalSteps, ...claimSteps]
    const entry = eventText(intent)
    try {
      const migrating = migrated()
      if (migrating !== undefined) await migrating
      const result = await driver.append([entry], steps)
      if (!result.ok) {
        const at = result.refusedAt - grantSteps.length
        return refused(at < 0 ? 'grant' : at < approvalSteps.length ? 'approval' : 'claim', steps[result.refusedAt]?.refusal ?? 'refused')
      }
    } catch (error) {
      throw unavailable(error)
    }
    if (open.size >= MAX_OPEN) open.delete(open.keys().next().value ?? '')
    open.set(intent.id, intent.facts)
    return ADMITTED
  }

  function record(outcome: OutcomeEvent): void {
    const facts = open.get(outcome.id)
    open.delete(outcome.id)
    const event = facts === undefined || outcome.facts !== undefined ? outcome : { ...outcome, call: summaryOf(facts) }
    // A failed migration is reported by the next admit; the queue keeps the outcome meanwhile.
    migrated()?.catch(() => {})
    try {
      driver.appendLater(eventText(event))
    } catch (error) {
      throw unavailable(error)
    }
  }

  return {
    name: options.name,
    driver,
    async seal() {
      await migrated()
      return driver.seal()
    },
    admit,
    record,
    async flush() {
      await migrated()
      await driver.flush()
    },
    events: {
      async search(query) {
        await migrated()
        return options.events.search(query)
      },
    },
    async reconcile(olderThanMs, now) {
      await migrated()
      return options.reconcile(olderThanMs, now)
    },
    close: options.close,
  }
}

function refused(by: 'grant' | 'approval' | 'claim', reason: string): AdmissionResult {
  return { admitted: false, by, reason }
}

function unavailable(error: unknown): Error {
  return error instanceof SqlError ? new SallyportError('UNAVAILABLE', { reason: `the ledger: ${error.message}`, cause: error }) : (error as Error)
}
