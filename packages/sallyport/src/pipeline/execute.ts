import type { ActionDefinition } from '../action/definition.ts'
import type { Place } from '../action/posture.ts'
import type { ActionResult } from '../action/result.ts'
import type { Outcome } from '../audit/types.ts'
import { ERRORS, type ErrorCode } from '../errors/codes.ts'
import type { HandledCall } from '../lib/host.ts'
import { isPromiseLike, type MaybePromise } from '../lib/maybe-promise.ts'
import type { Awaited } from '../lib/waiter.ts'
import type { Call } from './call.ts'
import { Refusal } from './control.ts'
import { definitionHash } from './definition-hash.ts'
import { factsOf } from './facts.ts'
import { sanitize, type Failure } from './failure.ts'
import { keepFirstResult, Repeated } from './first-result.ts'
import { errorFactories, HandlerView } from './handler-view.ts'
import { compileInnerDoor, type LetOut } from './inner-door.ts'
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
  const errors = errorFactories(definition.errors)
  const deadline = port.deadlines.of(definition.deadlineMs)
  const disclosed = definition.discloses.length === 0 ? undefined : definition.discloses.map(({ field, reason }) => `${field}: ${reason}`)
  const audited = !definition.exceptions.has('audit')
  let knownHash: MaybePromise<string> | null = null

  const handling: Awaited<Call> = {
    late(call, ms) {
      const refusal = new Refusal('TIMEOUT', `the handler took longer than ${ms} ms`, { fix: 'Raise .deadline(), or pass `signal` on to what it waits for.' })
      call.abort(refusal)
      return refusal
    },
  }

  function hash(): MaybePromise<string> {
    return (knownHash ??= definitionHash(definition, port))
  }

  function runHandler(call: Call): MaybePromise<void> {
    call.started = true
    const value = port.context === null ? startHandler(call) : port.context.run(call, startHandler, call)
    if (isPromiseLike(value)) return waitForHandler(call, value)
    call.raw = value
  }

  async function waitForHandler(call: Call, value: Promise<unknown>): Promise<void> {
    call.waitFor(handling, deadline)
    try {
      const raw = await value
      call.goOn()
      call.raw = raw
    } finally {
      call.waitNoMore()
    }
  }

  function startHandler(call: Call): unknown {
    // The builder has checked that the handler takes these arguments.
    return definition.handler(new HandlerView(call, errors) as never, call.prevResult === undefined ? NO_PREVIOUS : { prevResult: call.prevResult })
  }

  async function execute(call: Call): Promise<ActionResult> {
    try {
      const hashed = hash()
      call.definitionHash = typeof hashed === 'string' ? hashed : await hashed
      const passed = outer.pass(call)
      if (passed !== undefined) await call.race(passed)
      if (inner.streams(call.raw)) {
        if (call.claim !== null) await keepFirstResult(call, null)
        return streaming(call, call.raw)
      }
      const out = inner.letOut(call, call.raw)
      const result = succeed(call, isPromiseLike(out) ? await out : out)
      if (call.claim !== null) await keepFirstResult(call, result)
      return result
    } catch (error) {
      return await failed(call, error)
    }
  }

  function succeed(call: Call, { data, findings }: LetOut): ActionResult {
    record(call, 'success', findings === null ? NOTHING_TO_SAY : { findings })
    call.end()
    return { data }
  }

  /** A stream: whether it succeeds is known at its end. */
  function streaming(call: Call, raw: AsyncIterable<unknown> | ReadableStream<unknown>): ActionResult {
    const data = inner.letOutStream(call, raw, (outcome, details) => {
      record(call, outcome, details)
      if (outcome === 'failed') logFailure(call, 'handler', { code: details.code ?? 'INTERNAL', reason: details.reason ?? '', cause: details.cause })
      call.end()
    })
    return { data }
  }

  async function failed(call: Call, error: unknown): Promise<ActionResult> {
    const { started } = call
    if (error instanceof Repeated) {
      record(call, 'success', { reason: `the result of ${error.first} was given again` })
      call.end()
      return error.result
    }
    const navigation = port.host?.navigation?.(error) ?? null
    if (navigation !== null) {
      call.releaseAll()
      record(call, 'navigated', { reason: navigation.kind })
      call.end()
      if (call.claim !== null) await keepFirstResult(call, null)
      throw error
    }
    const failure = await sanitize(error, call).catch((cause: unknown) => unspeakable(call, cause))
    const control = started ? 'handler' : call.refusedByMiddleware ? 'middleware' : outer.nameAt(call.passed)
    call.releaseAll()
    record(call, outcomeOf(call, failure, started), { code: failure.code, reason: failure.reason, ...(started ? {} : { control }) })
    call.end()
    logFailure(call, control, failure)
    if (call.claim !== null) await keepFirstResult(call, failure.result)
    return failure.result
  }

  function record(call: Call, outcome: Outcome, details: OutcomeDetails): void {
    // Without an audit, refusals alone are recorded.
    if (!audited && outcome === 'success') return
    const time = port.clock.now()
    try {
      port.store.ledger.record({
        kind: 'outcome',
        id: call.id,
        time,
        outcome,
        code: details.code,
        control: details.control,
        reason: details.reason,
        durationMs: Math.max(0, time - call.startedAt),
        facts: call.admitted ? undefined : factsOf(call, outer.names(call.passed)),
        findings: details.findings === undefined || details.findings === null ? undefined : Object.fromEntries(details.findings),
        usage: call.budget === null ? undefined : { ...call.budget.usage },
        secrets: call.secrets ?? undefined,
        disclosed: outcome === 'success' ? disclosed : undefined,
      })
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

/** What an outcome says beside its kind. */
interface OutcomeDetails {
  readonly code?: string
  readonly reason?: string
  readonly control?: string
  readonly findings?: ReadonlyMap<string, number> | null
}

const NOTHING_TO_SAY: OutcomeDetails = {}
const NO_PREVIOUS = Object.freeze({ prevResult: undefined })

/** What is told when even telling failed, for example because the scrubber threw. */
function unspeakable(call: Call, cause: unknown): Failure {
  const serverError = { code: 'INTERNAL', message: ERRORS.INTERNAL.message, correlationId: call.id } as const
  return { result: { serverError }, code: 'INTERNAL', reason: 'the error could not be sanitised', cause }
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
