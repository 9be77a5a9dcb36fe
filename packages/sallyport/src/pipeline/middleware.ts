import type { AnyMiddleware } from '../action/definition.ts'
import { isPromiseLike, type MaybePromise } from '../lib/maybe-promise.ts'
import type { Awaited } from '../lib/waiter.ts'
import type { DeadlineList } from '../lib/deadline.ts'
import type { Call } from './call.ts'
import { CallView } from './call-view.ts'
import { Refusal } from './control.ts'

/** Middleware of one action at one of the two places, and what comes after it. */
export interface MiddlewareStage {
  readonly list: readonly AnyMiddleware[]
  /** The time that each of them has for itself. */
  readonly deadline: DeadlineList
  readonly rest: (call: Call) => MaybePromise<void>
}

/**
 * Runs middleware around the rest of a call. Each can add context and must call `next` exactly once. What it returns is
 * not looked at, because the result stays with the pipeline; and a failure further in can't be swallowed: `next`
 * resolves with `success: false`, and the failure is thrown once the middleware is through.
 */
export async function runMiddleware(stage: MiddlewareStage, call: Call, i = 0): Promise<void> {
  const view = new MiddlewareView(stage, call, i)
  let thrown: { readonly error: unknown } | null = null
  try {
    // The builder has checked that it takes these arguments. One that is not async fails by throwing here.
    const answer: unknown = (stage.list[i] as AnyMiddleware)(view as never)
    if (isPromiseLike(answer)) {
      view.watch()
      await answer
    }
  } catch (error) {
    thrown = { error }
  }
  const inner = view.end()
  if (inner !== null) await inner
  if (view.failure !== null) throw view.failure.error
  if (thrown === null && view.nextCalls === 1) return
  call.refusedByMiddleware = !call.started
  if (thrown !== null) throw thrown.error
  throw new Refusal('INTERNAL', `middleware ${i + 1} of '${call.definition.name}' called next() ${view.nextCalls} times`, {
    fix: 'Call and await next() exactly once, or throw to refuse.',
  })
}

/** What `next` resolves with. A class, because the engine takes object literals of a busy place for long-lived ones. */
class Next {
  readonly success: boolean
  readonly ctx: object

  constructor(success: boolean, ctx: object) {
    this.success = success
    this.ctx = ctx
  }
}

/** What middleware is called with. */
class MiddlewareView extends CallView implements Awaited<Call> {
  readonly next: (options?: { readonly ctx?: object }) => Promise<object>
  /** What went wrong further in. It wins over what middleware makes of it. */
  failure: { readonly error: unknown } | null = null
  nextCalls = 0
  readonly #stage: MiddlewareStage
  readonly #call: Call
  readonly #index: number
  /** What `next` gave: settles when the rest of the call has, and never rejects. */
  #inner: Promise<object> | null = null
  #settled = false
  /** The middleware is through. */
  #through = false

  constructor(stage: MiddlewareStage, call: Call, index: number) {
    super(call)
    this.#stage = stage
    this.#call = call
    this.#index = index
    // A property, not a method: middleware takes it out of its arguments.
    this.next = (options) => this.#next(options?.ctx)
  }

  /** Its own time counts: before it calls `next`, and after what is further in has ended. In between others have deadlines. */
  watch(): void {
    if (this.#inner === null || this.#settled) this.#call.waitFor(this, this.#stage.deadline)
  }

  /** The middleware is through. Who does not wait for `next` is waited for here. */
  end(): Promise<object> | null {
    this.#through = true
    if (this.#inner !== null && !this.#settled) return this.#inner
    this.#call.waitNoMore()
    return null
  }

  late(call: Call, ms: number): Refusal {
    call.refusedByMiddleware = !call.started
    return new Refusal(call.started ? 'TIMEOUT' : 'UNAVAILABLE', `middleware ${this.#index + 1} of '${call.definition.name}' took longer than ${ms} ms`)
  }

  #next(ctx: object | undefined): Promise<object> {
    this.nextCalls++
    // A second time, or after the middleware is through: the call has been decided without it.
    if (this.nextCalls > 1 || this.#through || this.#call.over) return Promise.resolve(new Next(false, this.#call.ctx))
    if (ctx !== undefined) this.#call.ctx = ctx
    this.#call.waitNoMore()
    return (this.#inner = this.#proceed(this.#call.ctx))
  }

  async #proceed(ctx: object): Promise<object> {
    const stage = this.#stage
    const call = this.#call
    let success = true
    try {
      const rest = this.#index + 1 === stage.list.length ? stage.rest(call) : runMiddleware(stage, call, this.#index + 1)
      if (isPromiseLike(rest)) await rest
    } catch (error) {
      this.failure = { error }
      success = false
    }
    this.#settled = true
    if (!this.#through && !call.over) this.watch()
    return new Next(success, ctx)
  }
}
