/** Carries one value along an asynchronous call. */
export interface AsyncContext<T> {
  run<R, A>(value: T, callback: (argument: A) => R, argument: A): R
  get(): T | undefined
}
