import type { AnyMiddleware } from '../action/definition.ts'
import { isPromiseLike, whenSettled, type MaybePromise } from '../lib/maybe-promise.ts'
import type { DeadlineList } from '../lib/deadline.ts'
import type { Awaited, Call } from './call.ts'
import { CallView } from './call-view.ts'
import { Refusal } from './control.ts'
import type { Onward, Part } from './onward.ts'

/** Middleware of one action at one of the two places, and what comes after it. */
export interface MiddlewareStage {
  readonly list: readonly AnyMiddleware[]
  /** The time that each of them has for itself. */
  readonly deadline: DeadlineList
  readonly rest: Part
}

/**
 * Runs middleware around the rest of a call. Each can add context and must call `next` exactly once. What it returns is
 * not looked at, because the result stays with the pipeline; and a failure further in can't be swallowed: `next`
 * resolves with `success: false`, and the call fails with it once the middleware is through.
 */
export function runMiddleware<T>(stage: MiddlewareStage, call: Call, onward: Onward<T>, i = 0): MaybePromise<T> {
  return new Middleware(stage, call, onward, i).run()
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

/** One middleware in one call. What is further in goes on to it, and it goes on to what is further out. */
class Middleware<T> implements Onward<Next>, Awaited {
  readonly #stage: MiddlewareStage
  readonly #call: Call
  readonly #onward: Onward<T>
  readonly #index: number
  /** What went wrong further in. It wins over what middleware makes of it. */
  #failure: { readonly error: unknown } | null = null
  #nextCalls = 0
  #ctx: object | null = null
  /** What `next` gave: settles when the rest of the call has, and never rejects. */
  #inner: Promise<Next> | null = null
  /** The rest of the call has ended. */
  #settled = false
  /** The middleware is through. */
  #through = false

  constructor(stage: MiddlewareStage, call: Call, onward: Onward<T>, index: number) {
    this.#stage = stage
    this.#call = call
    this.#onward = onward
    this.#index = index
  }

  run(): MaybePromise<T> {
    const call = this.#call
    let answer: unknown
    let waits: boolean
    try {
      // The builder has checked that it takes these arguments. One that is not async fails by throwing here.
      answer = (this.#stage.list[this.#index] as AnyMiddleware)(new CallView(call, this) as never)
      waits = isPromiseLike(answer)
    } catch (error) {
      return this.#end({ error })
    }
    if (!waits) return this.#end(null)
    // Its own time counts: before it calls `next`, and after what is further in has ended. In between others have deadlines.
    if (this.#inner === null || this.#settled) call.waitFor(this, this.#stage.deadline)
    return whenSettled(answer as Promise<unknown>, () => this.#end(null), (error) => this.#end({ error }))
  }

  next(ctx: object | undefined): Promise<Next> {
    const call = this.#call
    this.#nextCalls++
    // A second time, or after the middleware is through: the call has been decided without it.
    if (this.#nextCalls > 1 || this.#through || call.givenUp !== null) return Promise.resolve(new Next(false, call.ctx))
    if (ctx !== undefined) call.ctx = ctx
    this.#ctx = call.ctx
    call.waitNoMore()
    const stage = this.#stage
    const index = this.#index + 1
    const rest = index === stage.list.length ? stage.rest(call, this) : runMiddleware(stage, call, this, index)
    return (this.#inner = isPromiseLike(rest) ? rest : Promise.resolve(rest))
  }

  passed(): Next {
    return this.#settle(true)
  }

  failed(_call: Call, error: unknown): Next {
    this.#failure = { error }
    return this.#settle(false)
  }

  late(call: Call, ms: number): Refusal {
    call.refusedByMiddleware = !call.started
    return new Refusal(call.started ? 'TIMEOUT' : 'UNAVAILABLE', `middleware ${this.#index + 1} of '${call.definition.name}' took longer than ${ms} ms`)
  }

  #settle(success: boolean): Next {
    this.#settled = true
    if (!this.#through && this.#call.givenUp === null) this.#call.waitBrieflyFor(this, this.#stage.deadline)
    return new Next(success, this.#ctx as object)
  }

  /** The middleware is through. Who does not wait for `next` is waited for here. */
  #end(thrown: { readonly error: unknown } | null): MaybePromise<T> {
    this.#through = true
    if (this.#inner !== null && !this.#settled) return this.#inner.then(() => this.#judge(thrown))
    this.#call.waitNoMore()
    return this.#judge(thrown)
  }

  #judge(thrown: { readonly error: unknown } | null): MaybePromise<T> {
    const call = this.#call
    if (this.#failure !== null) return this.#onward.failed(call, this.#failure.error)
    if (thrown === null && this.#nextCalls === 1) return this.#onward.passed(call)
    call.refusedByMiddleware = !call.started
    if (thrown !== null) return this.#onward.failed(call, thrown.error)
    const refusal = new Refusal('INTERNAL', `middleware ${this.#index + 1} of '${call.definition.name}' called next() ${this.#nextCalls} times`, {
      fix: 'Call and await next() exactly once, or throw to refuse.',
    })
    return this.#onward.failed(call, refusal)
  }
}
