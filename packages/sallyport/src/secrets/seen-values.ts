import { partsOf, type Registrations } from './holding.ts'

/** Values that a rotation, revocation or import has had, until it ended well: nothing that it says has them. */
export class SeenValues {
  readonly #name: string
  readonly #scrub: boolean
  readonly #registrations: Registrations
  readonly #values = new Set<string>()

  /** @param scrub whether they are kept out of what leaves, too */
  constructor(name: string, scrub: boolean, registrations: Registrations) {
    this.#name = name
    this.#scrub = scrub
    this.#registrations = registrations
  }

  add(value: string): void {
    if (this.#values.has(value)) return
    this.#values.add(value)
    if (!this.#scrub) return
    for (const [index, part] of [value, ...partsOf(value)].entries()) {
      try {
        this.#registrations.add(`${this.#name}@rotation#${this.#values.size}.${index}`, part)
      } catch {
        // Too plain to be looked for in every form: as it stands, it is left out still.
      }
    }
  }

  forget(): void {
    this.#values.clear()
    this.#registrations.retire(`${this.#name}@rotation`)
  }

  /** A text without them. */
  clean(text: string): string {
    return this.#registrations.clean([...this.#values].reduce((cleaner, value) => cleaner.replaceAll(value, `[secret ${this.#name}]`), text))
  }
}
