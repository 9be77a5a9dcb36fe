/** Leaves a store that keeps failing alone for a while, so that callers don't wait for a deadline each. */
export class Breaker {
  readonly #options: { readonly failures: number; readonly retryMs: number; readonly probeMs: number }
  #failures = 0
  #closedUntil = 0

  constructor(options: { readonly failures: number; readonly retryMs: number; readonly probeMs: number }) {
    this.#options = options
  }

  /** Nothing has failed lately: no need to ask the time. */
  get calm(): boolean {
    return this.#failures === 0
  }

  /** True when the store may be asked. After a pause one caller may; the others wait for how that goes. */
  mayAsk(now: number): boolean {
    if (this.#failures < this.#options.failures) return true
    // A pause that is further away than any is long: the clock was set back.
    const left = this.#closedUntil - now
    if (left > 0 && left <= Math.max(this.#options.retryMs, this.#options.probeMs)) return false
    this.#closedUntil = now + this.#options.probeMs
    return true
  }

  answered(): void {
    this.#failures = 0
  }

  failed(now: number): void {
    this.#failures++
    if (this.#failures >= this.#options.failures) this.#closedUntil = now + this.#options.retryMs
  }
}
