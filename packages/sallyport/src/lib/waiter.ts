import { Expiring, type DeadlineList } from './deadline.ts'

/** Something that a waiter waits for. */
export interface Awaited<W extends Waiter> {
  /** It took longer than `ms` milliseconds. Returns what the waiting ends with. */
  late(waiter: W, ms: number): unknown
}

/**
 * Waits for one thing after another, each within its own time. One object serves them all: a promise and a timer for each
 * would cost more than most of what is waited for.
 *
 * Whoever goes on after waiting asks first whether it is `givenUp`: once the time was up, what comes then comes too late.
 */
export class Waiter extends Expiring {
  /** The time was up once: what the waiting ended with. */
  givenUp: { readonly reason: unknown } | null = null
  #awaited: Awaited<this> | null = null

  /** `awaited` has the time of `list` from now on. One thing is waited for at a time. */
  waitFor(awaited: Awaited<this>, list: DeadlineList): void {
    this.waitNoMore()
    this.#awaited = awaited
    list.arm(this, this.knownTime())
  }

  /** As `waitFor`, for what nearly always comes at once: the time is kept less exactly. */
  waitBrieflyFor(awaited: Awaited<this>, list: DeadlineList): void {
    this.waitNoMore()
    this.#awaited = awaited
    list.armLoosely(this)
  }

  /** It has come. */
  waitNoMore(): void {
    if (this.list === null) return
    this.list.disarm(this)
    this.hasWaited()
  }

  /** The time now, where it is known without asking the clock. */
  protected knownTime(): number | undefined {
    return undefined
  }

  /** Time has passed since it began to wait. */
  protected hasWaited(): void {}

  override expire(ms: number): void {
    const reason = this.#awaited?.late(this, ms)
    this.givenUp = { reason }
    this.gaveUp(reason)
  }

  /** The time was up, just now. */
  gaveUp(_reason: unknown): void {}
}
