/** Where a secret's value comes from at the moment it is revealed. */
export interface SecretSource<T> {
  /** The current value. Throws when there is none. Called once for each reveal, which is where access is noted. */
  take(how: 'reveal' | 'use'): T
  /** The version that `take` would give. */
  version(): string
}

const INSPECT = Symbol.for('nodejs.util.inspect.custom')

/**
 * A value that has to be asked for by name. It can't be printed, inspected, serialised or cloned; put into a string it
 * says its name, and in development it throws there, since a header that reads `[secret STRIPE_KEY]` fails far from the mistake.
 *
 * @example
 * ```ts
 * const key = secrets.get('STRIPE_KEY')
 * await fetch(url, { headers: { authorization: `Bearer ${key.reveal()}` } })
 * ```
 */
export class Secret<T = string> {
  readonly name: string
  /**
   * The value, now: after a rotation the same `Secret` reveals the new one. Access is audited.
   *
   * An own property on purpose: `structuredClone`, `postMessage` and `v8.serialize` refuse objects that hold a function.
   */
  readonly reveal: () => T
  readonly #source: SecretSource<T>
  readonly #strict: boolean

  constructor(name: string, source: SecretSource<T>, strict: boolean) {
    this.name = name
    this.#source = source
    this.#strict = strict
    this.reveal = () => source.take('reveal')
    Object.freeze(this)
  }

  /** Which version `reveal` gives. */
  get version(): string {
    return this.#source.version()
  }

  /** Hands the value to a function and gives back what that returns. */
  use<R>(run: (value: T) => R): R {
    return run(this.#source.take('use'))
  }

  /** @throws TypeError in development: a secret was put where a string was wanted. */
  toString(): string {
    return this.#text()
  }

  /** What JSON has in its place. */
  toJSON(): string {
    return `[secret ${this.name}]`
  }

  /** @throws TypeError in development. */
  [Symbol.toPrimitive](): string {
    return this.#text()
  }

  get [Symbol.toStringTag](): string {
    return 'Secret'
  }

  static {
    // Not a method with a computed name: declarations are made file by file, and could not name it.
    Object.defineProperty(Secret.prototype, INSPECT, { value: Secret.prototype.toJSON })
  }

  #text(): string {
    if (this.#strict) throw new TypeError(`The secret ${this.name} was used as a string. Call reveal() where its value is meant.`)
    return `[secret ${this.name}]`
  }
}
