import type { Scrubber } from '../scrub/types.ts'

/** Registers values with the scrubbers that are attached, so that a version is looked for as long as it is held. */
export class Registrations {
  readonly #scrubbers: Scrubber[] = []
  readonly #values = new Map<string, string>()

  attach(scrubber: Scrubber): void {
    if (this.#scrubbers.includes(scrubber)) return
    this.#scrubbers.push(scrubber)
    for (const [label, value] of this.#values) scrubber.addSecret(label, value)
  }

  /** @throws RangeError when the value is too short or too plain to be looked for */
  add(label: string, value: string): void {
    if (this.#values.get(label) === value) return
    for (const scrubber of this.#scrubbers) scrubber.addSecret(label, value)
    this.#values.set(label, value)
  }

  /** A text without what is registered, as far as a scrubber is attached. */
  clean(text: string): string {
    return this.#scrubbers.reduce((cleaner, scrubber) => scrubber.scrub(cleaner).text, text)
  }

  retire(prefix: string): void {
    for (const label of this.#values.keys()) {
      if (label !== prefix && !label.startsWith(`${prefix}#`)) continue
      this.#values.delete(label)
      for (const scrubber of this.#scrubbers) scrubber.retireSecret(label)
    }
  }
}

const MIN_PART = 8

/** Parts of a value that are secrets by themselves: the password of a URL, the strings of a JSON object. */
export function partsOf(value: string): readonly string[] {
  const parts = new Set<string>()
  const password = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]*?:([^@\s]+)@/i.exec(value)?.[1]
  if (password !== undefined) {
    parts.add(password)
    try {
      parts.add(decodeURIComponent(password))
    } catch {
      // A password with a bare percent sign: as it stands it is registered already.
    }
  }
  if (value.startsWith('{')) {
    try {
      collect(JSON.parse(value), parts)
    } catch {
      // Not JSON after all.
    }
  }
  return [...parts].filter((part) => part.length >= MIN_PART && part !== value)
}

function collect(value: unknown, parts: Set<string>): void {
  if (typeof value === 'string') parts.add(value)
  else if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) collect(part, parts)
}
