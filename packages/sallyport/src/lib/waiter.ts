import { Expiring, type DeadlineList } from './deadline.ts'

/** Something that a waiter waits for. */
export interface Awaited<W extends Waiter> {
  /** It took longer than `ms` milliseconds. Returns what the waiting ends with. */
  late(waiter: W, ms: number): unknown
}

/**
 * Waits for one thing after another, each within its own time, and is raced against all of them once: a promise and a timer
 * for each would cost more than most of what is waited for.
 *
 * Whoever goes on after an `await` calls `goOn()` first: once the time was up, what comes then comes too late.
 */
export class Waiter extends Expiring {
  #awaited: Awaited<this> | null = null
  #giveUp: ((reason: unknown) => void) | null = null
  #end: { readonly reason: unknown } | null = null

  /** `awaited` has the time of `list` from now on. One thing is waited for at a time. */
  waitFor(awaited: Awaited<this>, list: DeadlineList): void {
    this.waitNoMore()
    this.#awaited = awaited
    list.arm(this)
  }

  /** It has come. */
  waitNoMore(): void {
    if (this.list !== null) this.list.disarm(this)
  }

  /** The time was up once. */
  get over(): boolean {
    return this.#end !== null
  }

  /** Throws what the waiting ended with, when the time was up. */
  goOn(): void {
    if (this.#end !== null) throw this.#end.reason
  }

  /** Settles as `whole` does, or rejects as soon as something in it takes too long. */
  race(whole: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#giveUp = reject
      whole.then(resolve, reject)
    })
  }

  override expire(ms: number): void {
    const reason = this.#awaited?.late(this, ms)
    this.#end = { reason }
    this.#giveUp?.(reason)
  }
}
