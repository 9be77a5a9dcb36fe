import type { ActionDefinition } from '../action/definition.ts'
import type { ActionResult } from '../action/result.ts'
import type { Principal } from '../identity/principal.ts'
import type { CallRequest } from '../lib/call-request.ts'
import type { FieldTree } from '../lib/field-tree.ts'
import type { HandleOptions } from '../lib/host.ts'
import type { IdempotencyRecord } from '../lib/idempotency.ts'
import type { BudgetSession, LimitState } from '../limits/types.ts'
import { isPromiseLike, type MaybePromise } from '../lib/maybe-promise.ts'
import { NEVER, type DeadlineList, type Expiring } from '../lib/deadline.ts'
import type { PortRuntime } from './runtime.ts'

/** Something that a call waits for. */
export interface Awaited {
  /** It took longer than `ms` milliseconds. Returns what the call ends with. */
  late(call: Call, ms: number): unknown
}

/**
 * One call on its way through the two doors. Controls read it and write what they found.
 *
 * It waits for one thing after another, each within its own time, and is itself what expires: a promise and a timer for each
 * would cost more than most of what is waited for. Whoever goes on after waiting asks first whether the call is `givenUp`:
 * once the time was up, what comes then comes too late.
 */
export class Call implements Expiring {
  readonly port: PortRuntime
  readonly definition: ActionDefinition
  readonly request: CallRequest | null
  readonly clientInput: unknown
  readonly bindArgs: readonly unknown[]
  readonly startedAt: number
  readonly callerSignal: AbortSignal | undefined

  expiresAt: number = NEVER
  list: DeadlineList | null = null
  previous: Expiring | null = null
  next: Expiring | null = null
  /** The time was up once: what the waiting ended with. */
  givenUp: { readonly reason: unknown } | null = null
  #awaited: Awaited | null = null

  /** Gives the caller its result. */
  answer: (result: MaybePromise<ActionResult>) => void = ignore
  /** Something in the call took too long: what becomes of it. */
  onGivenUp: (call: Call, reason: unknown) => void = ignore
  /** For calls from outside a request: the application vouches for the principal. */
  vouched = false
  prevResult: unknown = undefined
  /** The adapter would not read the request. */
  refused: HandleOptions['refused'] = undefined
  /** The input is what the approval stored. */
  resume = false
  principal: Principal | null = null
  /** The caller's address, where the call came in over a network. */
  address: string | undefined = undefined
  parsedInput: unknown = undefined
  bindArgsParsed: readonly unknown[] = NOTHING
  resource: unknown = undefined
  resourceId: string | undefined = undefined
  scope: unknown = undefined
  ctx: object = EMPTY
  budget: BudgetSession | null = null
  grantId: string | null = null
  /** Ids of the grants above it. */
  grantAncestors: readonly string[] | null = null
  /** Who gave the grant, and the actors through whom it was passed on. */
  grantedBy: string | null = null
  grantChain: readonly string[] | null = null
  /** Fields that the policy, the grant and the kind of the caller narrow the result to. */
  fields: FieldTree | null = null
  /** Of the approval that has been given for this call. */
  approvalId: string | null = null
  /** The idempotency key that is claimed with the intent, and under which the first result is kept. */
  claim: IdempotencyRecord | null = null
  digest: string | null = null
  definitionHash = ''
  /** How many controls have passed, in the order of the action's list. */
  passed = 0
  observed: { readonly control: string; readonly reason: string }[] | null = null
  /** Secrets that the handler revealed. */
  secrets: { readonly name: string; readonly version: string }[] | null = null
  /** What the handler returned. */
  raw: unknown = undefined
  /** Middleware of the application refused the call, and no control. */
  refusedByMiddleware = false
  /** The handler has started. */
  started = false
  /** The intent is durable. */
  admitted = false
  #id: string | null = null
  #limits: readonly LimitState[] | null = null
  #furtherLimits: readonly LimitState[] | null = null
  /** When it began, or last went on after it had waited. `null` until somebody asks. */
  #now: number | null
  #releases: (() => unknown)[] | null = null
  #ends: (() => unknown)[] | null = null
  #abort: AbortController | null = null
  #aborted: unknown = undefined

  constructor(port: PortRuntime, definition: ActionDefinition, request: CallRequest | null, clientInput: unknown, bindArgs: readonly unknown[], signal: AbortSignal | undefined) {
    this.port = port
    this.definition = definition
    this.request = request
    this.clientInput = clientInput
    this.bindArgs = bindArgs
    this.callerSignal = signal
    this.#now = this.startedAt = port.clock.now()
  }

  /**
   * The time of what happens at once: when the call began, or went on after it had to wait. Reading the clock costs more than
   * most controls do, and between two waits nothing but code has run.
   */
  get now(): number {
    return (this.#now ??= this.port.clock.now())
  }

  /** `awaited` has the time of `list` from now on. One thing is waited for at a time. */
  waitFor(awaited: Awaited, list: DeadlineList): void {
    this.#awaited = awaited
    list.arm(this, this.now)
  }

  /** As `waitFor`, for what nearly always comes at once: the time is kept less exactly. */
  waitBrieflyFor(awaited: Awaited, list: DeadlineList): void {
    this.#awaited = awaited
    list.armLoosely(this)
  }

  /** It has come. The call stays in its list: it will soon wait again, or `leave`. */
  waitNoMore(): void {
    if (this.expiresAt === NEVER) return
    this.expiresAt = NEVER
    this.#now = null
  }

  /** Nothing will be waited for any more. */
  leave(): void {
    this.list?.disarm(this)
  }

  expire(ms: number): void {
    const reason = this.#awaited?.late(this, ms)
    this.givenUp = { reason }
    this.onGivenUp(this, reason)
  }

  /** Its correlation id. */
  get id(): string {
    return (this.#id ??= this.port.newId())
  }

  /** What the limits said: all that were charged, or those of the decision that refused. */
  get limitStates(): readonly LimitState[] | null {
    return this.#limits === null || this.#furtherLimits === null ? this.#limits : [...this.#limits, ...this.#furtherLimits]
  }

  /** A decision of the limit store. Most calls have two, and few callers look at them: they are joined for who does. */
  charged(states: readonly LimitState[]): void {
    if (this.#limits === null) this.#limits = states
    else this.#furtherLimits = this.#furtherLimits === null ? states : [...this.#furtherLimits, ...states]
  }

  refusedByLimit(states: readonly LimitState[]): void {
    this.#limits = states
    this.#furtherLimits = null
  }

  /** Made when somebody first asks for it: most handlers never do. */
  get signal(): AbortSignal {
    if (this.#abort === null) {
      this.#abort = new AbortController()
      if (this.#aborted !== undefined) this.#abort.abort(this.#aborted)
      const caller = this.callerSignal
      if (caller?.aborted === true) this.#abort.abort(caller.reason)
      else if (caller !== undefined) {
        const pass = (): void => this.#abort?.abort(caller.reason)
        caller.addEventListener('abort', pass, { once: true })
        // A caller's signal may live as long as its loop does, and be that of thousands of calls.
        this.onEnd(() => caller.removeEventListener('abort', pass))
      }
    }
    return this.#abort.signal
  }

  /** Tells the handler that nobody waits any more. */
  abort(reason: unknown): void {
    this.#aborted = reason
    this.#abort?.abort(reason)
  }

  /** What a control took is given back by a later refusal, in reverse order. */
  onRelease(release: () => unknown): void {
    ;(this.#releases ??= []).push(release)
  }

  /** Gives back. A release that throws does not keep the others from running. */
  releaseAll(): void {
    const releases = this.#releases
    if (releases === null) return
    this.#releases = null
    this.#runAll(releases)
  }

  #runAll(callbacks: readonly (() => unknown)[]): void {
    const failed = (error: unknown): void =>
      this.port.log({ level: 'error', action: this.definition.name, correlationId: this.id, control: 'release', code: 'INTERNAL', reason: 'giving back failed', cause: error })
    for (let i = callbacks.length - 1; i >= 0; i--) {
      try {
        const done = callbacks[i]?.()
        if (isPromiseLike(done)) done.then(undefined, failed)
      } catch (error) {
        failed(error)
      }
    }
  }

  /** Runs when the call has ended, however it ended: a slot is free again. */
  onEnd(end: () => unknown): void {
    ;(this.#ends ??= []).push(end)
  }

  /** The call has ended. What was taken for its duration goes back. */
  end(): void {
    const ends = this.#ends
    if (ends === null) return
    this.#ends = null
    this.#runAll(ends)
  }

  /** A control reports without refusing. */
  observe(control: string, reason: string): void {
    ;(this.observed ??= []).push({ control, reason })
  }
}

const ignore = (): void => undefined
const NOTHING: readonly unknown[] = []
const EMPTY: object = Object.freeze({})
