import type { SecretDefinition } from './definition.ts'
import { partsOf, type Registrations } from './holding.ts'
import { SecretsError } from './problems.ts'
import type { SecretReading } from './provider.ts'

/** A version that this process holds. */
export interface Held {
  readonly version: string
  readonly value: unknown
  readonly fingerprint: string
}

/** The versions of one secret that this process holds: as long as it does, they are kept out of what leaves. */
export class HeldVersions {
  readonly #name: string
  readonly #definition: Pick<SecretDefinition, 'parse' | 'scrub'>
  readonly #registrations: Registrations
  readonly #held = new Map<string, Held>()

  constructor(name: string, definition: Pick<SecretDefinition, 'parse' | 'scrub'>, registrations: Registrations) {
    this.#name = name
    this.#definition = definition
    this.#registrations = registrations
  }

  get size(): number {
    return this.#held.size
  }

  get versions(): readonly string[] {
    return [...this.#held.keys()]
  }

  get fingerprints(): readonly string[] {
    return [...this.#held.values()].map((held) => held.fingerprint)
  }

  get(version: string): Held | undefined {
    return this.#held.get(version)
  }

  has(version: string): boolean {
    return this.#held.has(version)
  }

  /** @throws SecretsError for a value that can't be parsed, or be looked for in what leaves */
  keep(reading: SecretReading & { readonly version: string }, print: string): void {
    if (this.#held.has(reading.version)) return
    let value: unknown = reading.value
    try {
      if (this.#definition.parse !== undefined) value = this.#definition.parse(reading.value)
    } catch {
      // What a parser throws often quotes what it was given.
      throw this.#unfit('could not be parsed')
    }
    if (this.#definition.scrub !== false) this.#register(reading)
    this.#held.set(reading.version, { version: reading.version, value, fingerprint: print })
  }

  letGo(version: string): void {
    this.#held.delete(version)
    this.#registrations.retire(`${this.#name}@${version}`)
  }

  #register(reading: SecretReading & { readonly version: string }): void {
    const label = `${this.#name}@${reading.version}`
    try {
      this.#registrations.add(label, reading.value)
    } catch {
      throw this.#unfit('is too short or too plain to be kept out of what leaves: make it longer, or declare `scrub: false`')
    }
    partsOf(reading.value).forEach((part, index) => {
      try {
        this.#registrations.add(`${label}#${index}`, part)
      } catch {
        // A part that is a plain word is no secret by itself; the whole is registered.
      }
    })
  }

  #unfit(message: string): SecretsError {
    return new SecretsError([{ name: this.#name, kind: 'unfit', message }])
  }
}
