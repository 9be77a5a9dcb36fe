/** Carries one value along an asynchronous call. */
export interface AsyncContext<T> {
  run<R>(value: T, callback: () => R): R
  get(): T | undefined
}
