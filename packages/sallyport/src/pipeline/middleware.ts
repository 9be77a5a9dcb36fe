import type { AnyMiddleware } from '../action/definition.ts'
import type { Call } from './call.ts'
import { CallView } from './call-view.ts'
import type { Deadline, DeadlineList } from '../lib/deadline.ts'
import { isPromiseLike, type MaybePromise } from '../lib/maybe-promise.ts'
import { Refusal } from './control.ts'

/**
 * Runs middleware around the rest of a call. Each can add context and must call `next` exactly once. What it returns is
 * not looked at, because the result stays with the pipeline; and a failure further in can't be swallowed: `next`
 * resolves with `success: false`, and the failure is thrown once the middleware is through.
 */
export function runMiddleware(list: readonly AnyMiddleware[], call: Call, rest: () => MaybePromise<void>, i = 0): Promise<void> {
  const middleware = list[i] as AnyMiddleware
  const deadlines = call.port.deadlines.of(call.port.controlDeadlineMs)
  const view = new MiddlewareView(call, i + 1 === list.length ? rest : () => runMiddleware(list, call, rest, i + 1), deadlines)
  return new Promise<void>((resolve, reject) => {
    const finish = (thrown: { readonly error: unknown } | null): void => {
      view.rest()
      // What `finishMiddleware` throws rejects, and what it waits for is waited for.
      try {
        resolve(finishMiddleware(view, call, i, thrown))
      } catch (error) {
        reject(error)
      }
    }
    // Its own time is bounded: before it calls `next`, and after what is further in has ended. In between others have deadlines.
    view.watch(() => {
      view.over = true
      call.refusedByMiddleware = !call.started
      reject(new Refusal(call.started ? 'TIMEOUT' : 'UNAVAILABLE', `middleware ${i + 1} of '${call.definition.name}' took longer than ${deadlines.ms} ms`))
    })
    try {
      // The builder has checked that it takes these arguments. One that is not async fails by throwing here.
      Promise.resolve(middleware(view as never)).then(
        () => finish(null),
        (error: unknown) => finish({ error }),
      )
    } catch (error) {
      finish({ error })
    }
  })
}

/** Who does not wait for `next` is waited for here. What failed further in wins over what middleware made of it. */
function finishMiddleware(view: MiddlewareView, call: Call, i: number, thrown: { readonly error: unknown } | null): MaybePromise<void> {
  view.over = true
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
  readonly #deadlines: DeadlineList
  #late: (() => void) | null = null
  #deadline: Deadline | null = null

  constructor(call: Call, proceed: () => MaybePromise<void>, deadlines: DeadlineList) {
    super(call)
    this.#deadlines = deadlines
    this.#call = call
    this.#proceed = proceed
    // A property, not a method: middleware takes it out of its arguments.
    this.next = (options) => this.#next(options?.ctx)
  }

  /** From now on the middleware's own time counts; `late` runs when it is over. */
  watch(late: () => void): void {
    this.#late = late
    this.#deadline = this.#deadlines.arm(late)
  }

  /** Its time does not count any more. */
  rest(): void {
    if (this.#deadline !== null) this.#deadlines.disarm(this.#deadline)
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
      if (!this.over && this.#late !== null) this.watch(this.#late)
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
