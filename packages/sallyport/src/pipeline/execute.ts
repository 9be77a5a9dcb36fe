import type { ActionDefinition } from '../action/definition.ts'
import type { Place } from '../action/posture.ts'
import type { ActionResult } from '../action/result.ts'
import type { Outcome } from '../audit/types.ts'
import { ERRORS, type ErrorCode } from '../errors/codes.ts'
import type { HandledCall, Navigation } from '../lib/host.ts'
import { isPromiseLike, whenSettled, type MaybePromise } from '../lib/maybe-promise.ts'
import type { Awaited, Call } from './call.ts'
import { Refusal } from './control.ts'
import { definitionHash } from './definition-hash.ts'
import { factsOf } from './facts.ts'
import { sanitize, type Failure } from './failure.ts'
import { keepFirstResult, Repeated } from './first-result.ts'
import { HandlerView } from './handler-view.ts'
import { compileInnerDoor, type LetOut } from './inner-door.ts'
import type { Onward } from './onward.ts'
import { OutcomeRecord, type OutcomeDetails } from './outcome-record.ts'
import { compileOuterDoor } from './pipeline.ts'
import type { PortRuntime } from './runtime.ts'

/** An action between its two doors, compiled once. */
export interface Sallyport {
  /** Takes one call through both doors. Throws navigation signals of the framework; everything else is a result. */
  execute(call: Call): Promise<ActionResult>
  hash(): MaybePromise<string>
}

/** Compiles both doors around the handler. */
export function compile(definition: ActionDefinition, port: PortRuntime): Sallyport {
  const outer = compileOuterDoor(definition, port, runHandler)
  const inner = compileInnerDoor(definition, port)
  const deadline = port.deadlines.of(definition.deadlineMs)
  const { discloses } = definition
  const audited = !definition.exceptions.has('audit')
  let knownHash: MaybePromise<string> | null = null

  const handling: Awaited = {
    late(call, ms) {
      const refusal = new Refusal('TIMEOUT', `the handler took longer than ${ms} ms`, { fix: 'Raise .deadline(), or pass `signal` on to what it waits for.' })
      call.abort(refusal)
      return refusal
    },
  }

  function hash(): MaybePromise<string> {
    return (knownHash ??= definitionHash(definition, port))
  }

  function runHandler<T>(call: Call, onward: Onward<T>): MaybePromise<T> {
    call.started = true
    let value: unknown
    let waits: boolean
    try {
      value = port.context === null ? startHandler(call) : port.context.run(call, startHandler, call)
      waits = isPromiseLike(value)
    } catch (error) {
      return onward.failed(call, error)
    }
    if (!waits) {
      call.raw = value
      return onward.passed(call)
    }
    call.waitFor(handling, deadline)
    const returned = (raw: unknown): MaybePromise<T> => {
      if (call.givenUp !== null) return onward.failed(call, call.givenUp.reason)
      call.waitNoMore()
      call.raw = raw
      return onward.passed(call)
    }
    const threw = (error: unknown): MaybePromise<T> => {
      call.waitNoMore()
      return onward.failed(call, error)
    }
    return whenSettled(value as Promise<unknown>, returned, threw)
  }

  function startHandler(call: Call): unknown {
    // The builder has checked that the handler takes these arguments.
    return definition.handler(new HandlerView(call) as never, call.prevResult === undefined ? NO_PREVIOUS : { prevResult: call.prevResult })
  }

  /** What comes of the outer door. Once the call was given up, its answer has been given. */
  const end: Onward<void> = {
    passed(call) {
      call.leave()
      if (call.givenUp === null) call.answer(letOut(call))
    },
    failed(call, error) {
      call.leave()
      if (call.givenUp === null) call.answer(failed(call, error))
    },
  }
  const givenUp = (call: Call, reason: unknown): void => call.answer(failed(call, reason))

  function execute(call: Call): Promise<ActionResult> {
    return new Promise((answer) => {
      call.answer = answer
      call.onGivenUp = givenUp
      enter(call)
    })
  }

  function enter(call: Call): void {
    let hashed: MaybePromise<string>
    try {
      hashed = hash()
    } catch (error) {
      return end.failed(call, error) as void
    }
    if (typeof hashed !== 'string') {
      hashed.then((text) => pass(call, text), (error: unknown) => end.failed(call, error))
      return
    }
    pass(call, hashed)
  }

  function pass(call: Call, definitionHash: string): void {
    call.definitionHash = definitionHash
    void outer.pass(call, end)
  }

  function letOut(call: Call): MaybePromise<ActionResult> {
    try {
      const { raw } = call
      const out = inner.streams(raw) ? null : inner.letOut(call, raw)
      if (call.claim !== null || isPromiseLike(out)) return letOutLater(call, out)
      return out === null ? streaming(call) : succeed(call, out)
    } catch (error) {
      return failed(call, error)
    }
  }

  /** Where something has to be waited for: promises in the result, or the store that keeps it for whoever repeats the call. */
  async function letOutLater(call: Call, out: MaybePromise<LetOut> | null): Promise<ActionResult> {
    try {
      if (out === null) {
        await keepFirstResult(call, null)
        return streaming(call)
      }
      const result = succeed(call, await out)
      if (call.claim !== null) await keepFirstResult(call, result)
      return result
    } catch (error) {
      return failed(call, error)
    }
  }

  function succeed(call: Call, { data, findings }: LetOut): ActionResult {
    const disclosed = discloses.length === 0 ? undefined : disclosedIn(data, discloses)
    record(call, 'success', findings === null && disclosed === undefined ? NOTHING_TO_SAY : { findings, disclosed })
    call.end()
    return { data }
  }

  /** A stream: whether it succeeds is known at its end. */
  function streaming(call: Call): ActionResult {
    // `letOut` has seen that it is one.
    const raw = call.raw as AsyncIterable<unknown> | ReadableStream<unknown>
    const data = inner.letOutStream(call, raw, (outcome, details) => {
      record(call, outcome, details)
      if (outcome === 'failed') logFailure(call, 'handler', { code: details.code ?? 'INTERNAL', reason: details.reason ?? '', cause: details.cause })
      call.end()
    })
    return { data }
  }

  async function failed(call: Call, error: unknown): Promise<ActionResult> {
    const { started } = call
    const repeated = repeatedIn(error)
    if (repeated !== null) {
      record(call, 'success', { reason: `the result of ${repeated.first} was given again`, disclosed: disclosedIn(repeated.result.data, discloses) })
      call.end()
      return repeated.result
    }
    const navigation = navigationIn(error)
    if (navigation !== null) {
      call.releaseAll()
      record(call, 'navigated', { reason: navigation.kind })
      call.end()
      if (call.claim !== null) await keepFirstResult(call, null)
      throw error
    }
    const failure = await sanitize(error, call)
    const control = started ? 'handler' : call.refusedByMiddleware ? 'middleware' : outer.nameAt(call.passed)
    call.releaseAll()
    record(call, outcomeOf(call, failure, started), { code: failure.code, reason: failure.reason, ...(started ? {} : { control }) })
    call.end()
    logFailure(call, control, failure)
    if (call.claim !== null) await keepFirstResult(call, failure.result)
    return failure.result
  }

  /** Where the framework sends the caller. Not with one of the application's secrets: that is a failure. */
  function navigationIn(error: unknown): Navigation | null {
    try {
      const navigation = port.host?.navigation?.(error) ?? null
      const leaks = navigation !== null && port.scrubber.scrubValue(error, { closed: true }).findings.some(({ rule }) => rule.startsWith('secret:'))
      return leaks ? null : navigation
    } catch {
      // What was thrown throws when it is looked at.
      return null
    }
  }

  function record(call: Call, outcome: Outcome, details: OutcomeDetails): void {
    // Without an audit, refusals alone are recorded.
    if (!audited && outcome === 'success') return
    const time = port.clock.now()
    try {
      const facts = call.admitted ? undefined : factsOf(call, outer.names(call.passed))
      port.store.ledger.record(new OutcomeRecord(call, time, outcome, details, facts))
    } catch (cause) {
      // The intent stands: the reconciler closes it as unknown. A refusal that can't be written is still a refusal.
      logFailure(call, 'audit', { code: 'UNAVAILABLE', reason: 'the outcome could not be recorded', cause })
    }
  }

  function logFailure(call: Call, control: Place, { code, reason, fix, cause }: Pick<Failure, 'code' | 'reason' | 'fix' | 'cause'>): void {
    const level = code === 'INTERNAL' || code === 'UNAVAILABLE' ? 'error' : 'warn'
    port.log({ level, action: definition.name, correlationId: call.id, control, code, reason, ...(fix === undefined ? {} : { fix }), ...(cause === undefined ? {} : { cause }) })
  }

  return { execute, hash }
}

const NOTHING_TO_SAY: OutcomeDetails = {}
const NO_PREVIOUS = Object.freeze({ prevResult: undefined })

/** Which secrets are in what leaves: fields may have been hidden from who called. */
function disclosedIn(data: unknown, discloses: ActionDefinition['discloses']): readonly string[] | undefined {
  if (typeof data !== 'object' || data === null) return undefined
  const left = discloses.filter(({ field }) => Object.hasOwn(data, field) && typeof (data as Record<string, unknown>)[field] === 'string')
  return left.length === 0 ? undefined : left.map(({ field, reason }) => `${field}: ${reason}`)
}

function repeatedIn(error: unknown): Repeated | null {
  try {
    return error instanceof Repeated ? error : null
  } catch {
    // A proxy that throws when it is asked what it is.
    return null
  }
}

function outcomeOf(call: Call, failure: Failure, started: boolean): Outcome {
  if (!started) return call.callerSignal?.aborted === true ? 'aborted' : 'refused'
  // What a handler did after its deadline, nobody knows.
  if (failure.code === 'TIMEOUT') return 'unknown'
  return call.callerSignal?.aborted === true ? 'aborted' : 'failed'
}

/** What adapters see of a call that has ended. */
export function handled(call: Call, result: ActionResult): HandledCall {
  const { serverError } = result
  const status = serverError === undefined ? (result.validationErrors === undefined ? 200 : 400) : (ERRORS[serverError.code as ErrorCode]?.status ?? 422)
  return { correlationId: call.id, result, status, ...(call.limitStates === null ? {} : { limits: call.limitStates }) }
}
