import { SallyportError } from '../errors/sallyport-error.ts'
import { systemClock, type Clock } from '../lib/clock.ts'
import { DeadlineList, withDeadline } from '../lib/deadline.ts'
import { isPromiseLike, type MaybePromise } from '../lib/maybe-promise.ts'
import { Breaker } from './breaker.ts'
import type { LimitCheck, LimitDecision, LimitState, LimitStore, StoreFailurePolicy } from './types.ts'

/** Options of `withFailurePolicy`. */
export interface FailurePolicyOptions {
  /** Where `local` limits are counted while the store is away: `memoryLimits()`. Without it they are `closed`. */
  readonly local?: LimitStore
  /** The share of a limit that this process admits by itself, above 0 and at most 1: one over the number of processes. Default 0.5. */
  readonly localShare?: number
  /** Milliseconds after which the store is given up for this call. Default 250. */
  readonly deadlineMs?: number
  /** Failures in a row after which the store is left alone for a while. Default 5. */
  readonly failures?: number
  /** How long it is left alone, milliseconds. Then one call tries it again. Default 1,000. */
  readonly retryMs?: number
  readonly clock?: Clock
  /** Gets what the store threw. For a log: nothing of it goes to a caller. */
  readonly report?: (error: unknown) => void
}

/**
 * Gives a store that other machines keep a deadline and, for each limit, what holds while it fails (`onStoreFailure`).
 *
 * `closed` limits and all budgets throw `UNAVAILABLE`, `open` limits pass, `local` ones are counted here with a share of
 * the limit. When the store answers again, it decides again; nothing has to be restarted.
 *
 * @throws RangeError for a `localShare` that is none; `SallyportError` `UNAVAILABLE` from every method that can't be answered safely.
 * @example
 * ```ts
 * const limits = withFailurePolicy(redisLimits(redis), { local: memoryLimits(), localShare: 0.25 })
 * ```
 */
export function withFailurePolicy(store: LimitStore, options: FailurePolicyOptions): LimitStore {
  const { local, localShare = 0.5, deadlineMs = 250, retryMs = 1000, clock = systemClock, report } = options
  if (!(localShare > 0 && localShare <= 1)) throw new RangeError('localShare is above 0 and at most 1')
  const deadlines = new DeadlineList(clock, deadlineMs)
  const breaker = new Breaker({ failures: options.failures ?? 5, retryMs, probeMs: deadlineMs * 2 })

  function failed<F>(cause: unknown, otherwise: (cause: unknown) => MaybePromise<F>): MaybePromise<F> {
    // The store's own answer that it is closed is an answer.
    if (cause instanceof SallyportError) throw cause
    breaker.failed(clock.now())
    report?.(cause)
    return otherwise(cause)
  }

  /** Asks the store. Late answers go to `undo`, for whoever asked has been told something else by then. */
  function ask<T, F>(question: () => MaybePromise<T>, otherwise: (cause: unknown) => MaybePromise<F>, undo?: (late: T) => unknown): MaybePromise<T | F> {
    if (!breaker.calm && !breaker.mayAsk(clock.now())) return otherwise(new Error(`store '${store.name}' is left alone after failures`))
    let answer: MaybePromise<T>
    try {
      answer = question()
    } catch (cause) {
      return failed(cause, otherwise)
    }
    if (isPromiseLike(answer)) return waitFor(answer, otherwise, undo)
    breaker.answered()
    return answer
  }

  function waitFor<T, F>(answer: Promise<T>, otherwise: (cause: unknown) => MaybePromise<F>, undo?: (late: T) => unknown): Promise<T | F> {
    let late = false
    if (undo !== undefined) answer.then((value) => (late ? undo(value) : undefined), () => undefined).catch((error: unknown) => report?.(error))
    return withDeadline(answer, deadlines, () => {
      late = true
      return new Error(`store '${store.name}' did not answer within ${deadlineMs} ms`)
    }).then((value) => {
      breaker.answered()
      return value
    }, (cause: unknown) => failed(cause, otherwise))
  }

  const isClosed = (check: LimitCheck): boolean => policyOf(check) === 'closed' || (policyOf(check) === 'local' && local === undefined)

  const unavailable = (cause: unknown): never => {
    throw new SallyportError('UNAVAILABLE', { reason: `the limit store '${store.name}' can't be asked`, retryAfterMs: retryMs, cause })
  }

  const otherwise = (checks: readonly LimitCheck[], now: number) => (cause: unknown): MaybePromise<LimitDecision> =>
    checks.some(isClosed) ? unavailable(cause) : decideLocally(local, localShare, checks, now)

  const undo = (checks: readonly LimitCheck[]) => (late: LimitDecision): unknown => late.allowed && giveSlotsBack(store, checks, clock.now())

  return {
    name: store.name,

    decide(checks, now) {
      // Two of these stand in nearly every call, and most stores answer at once: nothing is made for that.
      if (!breaker.calm) return ask(() => store.decide(checks, now), otherwise(checks, now), undo(checks))
      let answer: MaybePromise<LimitDecision>
      try {
        answer = store.decide(checks, now)
      } catch (cause) {
        return failed(cause, otherwise(checks, now))
      }
      if (isPromiseLike(answer)) return waitFor(answer, otherwise(checks, now), undo(checks))
      breaker.answered()
      return answer
    },
    async leave(key, holder, now) {
      await local?.leave(key, holder, now)
      // A slot that can't be given back is free again when its lease ends.
      await ask(() => store.leave(key, holder, now), () => undefined)
    },
    reserve(request, now) {
      return ask(() => store.reserve(request, now), unavailable, (late) => late.reserved && store.release(request.id, clock.now()))
    },
    dispatch: (id, now) => ask(() => store.dispatch(id, now), unavailable),
    settle: (id, amounts, now) => ask(() => store.settle(id, amounts, now), unavailable),
    release: (id, now) => ask(() => store.release(id, now), unavailable),
    peek: (checks, now) => ask(() => store.peek(checks, now), unavailable),
    reset: (key, now) => ask(() => store.reset(key, now), unavailable),
    credit: (key, amount, ttlMs, now) => ask(() => store.credit(key, amount, ttlMs, now), unavailable),
    block: (key, durationMs, now) => ask(() => store.block(key, durationMs, now), unavailable),
    async close() {
      await store.close?.()
      await local?.close?.()
    },
  }
}

/** A word that there is not lets nobody through. */
const policyOf = ({ onStoreFailure }: LimitCheck): StoreFailurePolicy => (onStoreFailure === 'open' || onStoreFailure === 'local' ? onStoreFailure : 'closed')

function decideLocally(local: LimitStore | undefined, share: number, checks: readonly LimitCheck[], now: number): MaybePromise<LimitDecision> {
  const counted = checks.filter((check) => policyOf(check) === 'local')
  const decision: MaybePromise<LimitDecision> = local === undefined ? { allowed: true, states: [] } : local.decide(counted.map((check) => ({ ...check, limit: Math.max(1, Math.floor(check.limit * share)) })), now)
  const whole = (decided: LimitDecision): LimitDecision => ({
    ...decided,
    states: checks.map((check): LimitState => {
      const state = decided.states[counted.indexOf(check)]
      return state ?? { name: check.name, limit: check.limit, remaining: check.limit, resetMs: 0 }
    }),
  })
  return isPromiseLike(decision) ? decision.then(whole) : whole(decision)
}

async function giveSlotsBack(store: LimitStore, checks: readonly LimitCheck[], now: number): Promise<void> {
  for (const check of checks) if (check.kind === 'concurrency') await store.leave(check.key, check.holder, now)
}
