/** A value, or a promise of it. The hot path stays synchronous where nothing has to be waited for. */
export type MaybePromise<T> = T | Promise<T>

/** True for anything with a `then` method, the test that `await` itself makes. */
export function isPromiseLike<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

const { then } = Promise.prototype

/**
 * Goes on when `promise` has settled, as `await` does: through the engine's own `then`, so that a thenable of somebody else can
 * neither call back at once nor twice. Made for the hot path, where an async function of its own costs more than what it waits for.
 */
export function whenSettled<T, R>(promise: Promise<T>, onValue: (value: T) => MaybePromise<R>, onError: (error: unknown) => MaybePromise<R>): Promise<R> {
  // A borrowed method has lost the types of its promise.
  return then.call(Promise.resolve(promise), onValue as (value: unknown) => MaybePromise<R>, onError) as Promise<R>
}
