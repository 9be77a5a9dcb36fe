import type { ActionDefinition } from '../action/definition.ts'
import type { ActionResult } from '../action/result.ts'
import type { Outcome } from '../audit/types.ts'
import { ERRORS, type ErrorCode } from '../errors/codes.ts'
import { withDeadline } from '../lib/deadline.ts'
import type { HandledCall } from '../lib/host.ts'
import { isPromiseLike, type MaybePromise } from '../lib/maybe-promise.ts'
import type { Call } from './call.ts'
import { Refusal } from './control.ts'
import { definitionHash } from './definition-hash.ts'
import { factsOf } from './facts.ts'
import { sanitize, type Failure } from './failure.ts'
import { errorFactories, HandlerView } from './handler-view.ts'
import { compileInnerDoor } from './inner-door.ts'
import { compileOuterDoor } from './pipeline.ts'
import type { PortRuntime } from './runtime.ts'

/** An action between its two doors, compiled once. */
export interface Sallyport {
  /** Takes one call through both doors. Throws navigation signals of the framework; everything else is a result. */
  execute(call: Call): Promise<HandledCall>
  hash(): MaybePromise<string>
}

/** Compiles both doors around the handler. */
export function compile(definition: ActionDefinition, port: PortRuntime): Sallyport {
  const outer = compileOuterDoor(definition, port)
  const inner = compileInnerDoor(definition, port)
  const errors = errorFactories(definition.errors)
  const deadline = port.deadlines.of(definition.deadlineMs)
  const disclosed = definition.discloses.length === 0 ? undefined : definition.discloses.map(({ field, reason }) => `${field}: ${reason}`)
  const audited = !definition.exceptions.has('audit')
  let knownHash: MaybePromise<string> | null = null

  function hash(): MaybePromise<string> {
    return (knownHash ??= definitionHash(definition, port))
  }

  function runHandler(call: Call): MaybePromise<unknown> {
    const view = new HandlerView(call, errors)
    // The builder has checked that the handler takes these arguments.
    const value = port.context.run(call, () => definition.handler(view as never, { prevResult: call.prevResult }))
    if (!isPromiseLike(value)) return value
    return withDeadline(value, deadline, () => {
      const late = new Refusal('TIMEOUT', `the handler took longer than ${definition.deadlineMs} ms`, { fix: 'Raise .deadline(), or pass `signal` on to what it waits for.' })
      call.abort(late)
      return late
    })
  }

  async function execute(call: Call): Promise<HandledCall> {
    let raw: unknown
    let started = false
    try {
      const hashed = hash()
      call.definitionHash = isPromiseLike(hashed) ? await hashed : hashed
      const passed = outer.pass(call, () => {
        started = true
        const value = runHandler(call)
        if (!isPromiseLike(value)) {
          raw = value
          return undefined
        }
        return value.then((settled) => {
          raw = settled
        })
      })
      if (isPromiseLike(passed)) await passed
      if (inner.streams(raw)) return streaming(call, raw)
      const out = inner.letOut(call, raw)
      const { data, findings } = isPromiseLike(out) ? await out : out
      record(call, 'success', { findings })
      call.end()
      return handled(call, { data })
    } catch (error) {
      return failed(call, error, started)
    }
  }

  function streaming(call: Call, raw: AsyncIterable<unknown> | ReadableStream<unknown>): HandledCall {
    const data = inner.letOutStream(call, raw, (outcome, details) => {
      record(call, outcome, details)
      if (outcome === 'failed') logFailure(call, 'handler', { code: details.code ?? 'INTERNAL', reason: details.reason ?? '', cause: details.cause })
      call.end()
    })
    return handled(call, { data })
  }

  async function failed(call: Call, error: unknown, started: boolean): Promise<HandledCall> {
    const navigation = port.host?.navigation?.(error) ?? null
    if (navigation !== null) {
      call.releaseAll()
      record(call, 'navigated', { reason: navigation.kind })
      call.end()
      throw error
    }
    const failure = await sanitize(error, call).catch((cause: unknown) => unspeakable(call, cause))
    const control = started ? 'handler' : nextControl(call)
    call.releaseAll()
    record(call, outcomeOf(call, failure, started), { code: failure.code, reason: failure.reason, ...(started ? {} : { control }) })
    call.end()
    logFailure(call, control, failure)
    return handled(call, failure.result)
  }

  /** The control that refused: the one after those that passed. */
  function nextControl(call: Call): string {
    const passed = outer.names(call.passed)
    const through = outer.names(call.passed + 1)
    return through.length > passed.length ? (through[through.length - 1] as string) : (passed[passed.length - 1] ?? 'size')
  }

  function record(
    call: Call,
    outcome: Outcome,
    details: { readonly code?: string; readonly reason?: string; readonly control?: string; readonly findings?: ReadonlyMap<string, number> | null },
  ): void {
    // Without an audit, refusals alone are recorded.
    if (!audited && outcome === 'success') return
    const time = port.clock.now()
    const { findings } = details
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
        findings: findings === null || findings === undefined ? undefined : Object.fromEntries(findings),
        usage: call.budget === null ? undefined : { ...call.budget.usage },
        secrets: call.secrets ?? undefined,
        disclosed: outcome === 'success' ? disclosed : undefined,
      })
    } catch (cause) {
      // The intent stands: the reconciler closes it as unknown. A refusal that can't be written is still a refusal.
      logFailure(call, 'audit', { code: 'UNAVAILABLE', reason: 'the outcome could not be recorded', cause })
    }
  }

  function logFailure(call: Call, control: string, { code, reason, fix, cause }: Pick<Failure, 'code' | 'reason' | 'fix' | 'cause'>): void {
    const level = code === 'INTERNAL' || code === 'UNAVAILABLE' ? 'error' : 'warn'
    port.log({ level, action: definition.name, correlationId: call.id, control, code, reason, ...(fix === undefined ? {} : { fix }), ...(cause === undefined ? {} : { cause }) })
  }

  return { execute, hash }
}

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

function handled(call: Call, result: ActionResult): HandledCall {
  const { serverError } = result
  const status = serverError === undefined ? (result.validationErrors === undefined ? 200 : 400) : (ERRORS[serverError.code as ErrorCode]?.status ?? 422)
  return { correlationId: call.id, result, status, ...(call.limitStates === null ? {} : { limits: call.limitStates }) }
}
