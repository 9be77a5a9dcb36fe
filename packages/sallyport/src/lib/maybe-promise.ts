/** A value, or a promise of it. The hot path stays synchronous where nothing has to be waited for. */
export type MaybePromise<T> = T | Promise<T>

/** True for anything with a `then` method, the test that `await` itself makes. */
export function isPromiseLike<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}
