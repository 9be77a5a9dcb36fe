/** What of an error is not listed among its properties, and printed or read all the same. */
export const HIDDEN_IN_ERRORS: readonly string[] = ['name', 'message', 'stack', 'code', 'cause', 'errors']

const INSPECT = Symbol.for('nodejs.util.inspect.custom')

export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** A date that is no more than one. */
export function isPlainDate(value: object): boolean {
  return value instanceof Date && value.toJSON === Date.prototype.toJSON && Object.keys(value).length === 0
}

/** An error of another realm, such as a sandbox's, is one too. */
export function isError(value: object): boolean {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]'
}

/** Can be gone through as often as one likes: an iterator gives itself, and only once. */
export function isIterable(value: object): value is Iterable<unknown> {
  if (isPlain(value)) return false
  const iterate: unknown = (value as { readonly [Symbol.iterator]?: unknown })[Symbol.iterator]
  return typeof iterate === 'function' && iterate.call(value) !== value
}

/** Shows nothing of itself, or prints itself as it likes. */
export function isOpaque(value: object): boolean {
  return !isPlain(value) && (Reflect.ownKeys(value).length === 0 || INSPECT in value)
}

/** Whether a class says by a getter what a property is. */
export function isComputed(value: object, key: string): boolean {
  for (let at: object | null = Object.getPrototypeOf(value) as object | null; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const property = Object.getOwnPropertyDescriptor(at, key)
    if (property) return property.get !== undefined
  }
  return false
}

/** An empty object of the same class. */
export function likeOf(value: object): object {
  return Object.create(Object.getPrototypeOf(value) as object | null) as object
}

/** Not by assignment: a key `__proto__` must stay a key, and a setter must not run. */
export function define(target: object, key: string | symbol, value: unknown, enumerable: boolean): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable, configurable: true })
}
