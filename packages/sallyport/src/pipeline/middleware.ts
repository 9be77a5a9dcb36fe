import type { AnyMiddleware } from '../action/definition.ts'
import type { Call } from './call.ts'
import { CallView } from './call-view.ts'
import type { Deadline } from '../lib/deadline.ts'
import { isPromiseLike, type MaybePromise } from '../lib/maybe-promise.ts'
import { Refusal } from './control.ts'

/**
 * Runs middleware around the rest of a call. Each can add context and must call `next` exactly once. What it returns is
 * not looked at, because the result stays with the pipeline; and a failure further in can't be swallowed: `next`
 * resolves with `success: false`, and the failure is thrown once the middleware is through.
 */
export function runMiddleware(list: readonly AnyMiddleware[], call: Call, rest: () => MaybePromise<void>): Promise<void> {
  // One race for all of them: whichever takes too long ends the call, whatever the others still wait for.
  return new Promise<void>((resolve, reject) => {
    runFrom(list, call, rest, reject, 0).then(resolve, reject)
  })
}

function runFrom(list: readonly AnyMiddleware[], call: Call, rest: () => MaybePromise<void>, giveUp: (refusal: Refusal) => void, i: number): Promise<void> {
  const middleware = list[i] as AnyMiddleware
  const view = new MiddlewareView(call, i, i + 1 === list.length ? rest : () => runFrom(list, call, rest, giveUp, i + 1), giveUp)
  let pending: Promise<unknown>
  try {
    // The builder has checked that it takes these arguments. One that is not async fails by throwing here.
    pending = Promise.resolve(middleware(view as never))
  } catch (error) {
    pending = Promise.reject(error)
  }
  return pending.then(
    () => finishMiddleware(view, call, i, null),
    (error: unknown) => finishMiddleware(view, call, i, { error }),
  )
}

/** Who does not wait for `next` is waited for here. What failed further in wins over what middleware made of it. */
function finishMiddleware(view: MiddlewareView, call: Call, i: number, thrown: { readonly error: unknown } | null): MaybePromise<void> {
  view.over = true
  view.rest()
  if (view.inner !== null && !view.settled) return view.inner.then(() => finishMiddleware(view, call, i, thrown))
  if (view.failure !== null) throw view.failure.error
  if (thrown === null && view.nextCalls === 1) return
  call.refusedByMiddleware = !call.started
  if (thrown !== null) throw thrown.error
  if (view.nextCalls !== 1) {
    throw new Refusal('INTERNAL', `middleware ${i + 1} of '${call.definition.name}' called next() ${view.nextCalls} times`, {
      fix: 'Call and await next() exactly once, or throw to refuse.',
    })
  }
}

/** What middleware is called with. */
class MiddlewareView extends CallView {
  readonly #call: Call
  readonly #proceed: () => MaybePromise<void>
  readonly next: (options?: { readonly ctx?: object }) => Promise<object>
  /** What `next` gave: settles when the rest of the call has, and never rejects. */
  inner: Promise<object> | null = null
  /** The middleware is through. */
  over = false
  settled = false
  failure: { readonly error: unknown } | null = null
  nextCalls = 0
  readonly #index: number
  readonly #giveUp: (refusal: Refusal) => void
  #deadline: Deadline | null = null

  constructor(call: Call, index: number, proceed: () => MaybePromise<void>, giveUp: (refusal: Refusal) => void) {
    super(call)
    this.#index = index
    this.#giveUp = giveUp
    this.#call = call
    this.#proceed = proceed
    // A property, not a method: middleware takes it out of its arguments.
    this.next = (options) => this.#next(options?.ctx)
    this.#watch()
  }

  /** Its own time counts from now on: before it calls `next`, and after what is further in has ended. In between others have deadlines. */
  #watch(): void {
    const { port } = this.#call
    this.#deadline = port.deadlines.of(port.controlDeadlineMs).arm(() => this.#late())
  }

  #late(): void {
    const call = this.#call
    this.over = true
    call.refusedByMiddleware = !call.started
    const code = call.started ? 'TIMEOUT' : 'UNAVAILABLE'
    this.#giveUp(new Refusal(code, `middleware ${this.#index + 1} of '${call.definition.name}' took longer than ${call.port.controlDeadlineMs} ms`))
  }

  /** Its time does not count any more. */
  rest(): void {
    const { port } = this.#call
    if (this.#deadline !== null) port.deadlines.of(port.controlDeadlineMs).disarm(this.#deadline)
    this.#deadline = null
  }

  #next(ctx: object | undefined): Promise<object> {
    this.nextCalls++
    // A second time, or after the middleware is through: the call has been decided without it.
    if (this.nextCalls > 1 || this.over) return Promise.resolve({ success: false, ctx: this.#call.ctx })
    if (ctx !== undefined) this.#call.ctx = ctx
    const given = this.#call.ctx
    this.rest()
    const settle = (): void => {
      this.settled = true
      if (!this.over) this.#watch()
    }
    const failed = (error: unknown): object => {
      this.failure = { error }
      settle()
      return { success: false, ctx: given }
    }
    const succeeded = (): object => {
      settle()
      return { success: true, ctx: given }
    }
    try {
      const rest = this.#proceed()
      this.inner = isPromiseLike(rest) ? rest.then(succeeded, failed) : Promise.resolve(succeeded())
    } catch (error) {
      this.inner = Promise.resolve(failed(error))
    }
    return this.inner
  }
}
