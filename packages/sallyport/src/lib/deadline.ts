import type { Clock, TimerHandle } from './clock.ts'

/** One armed deadline. */
export interface Deadline {
  at: number
  run: (() => void) | null
  previous: Deadline | null
  next: Deadline | null
}

/**
 * Deadlines of one length. They expire in the order in which they were armed, so one timer of the clock serves all
 * of them, and arming or disarming is a few assignments: it is done on every call.
 */
export class DeadlineList {
  readonly ms: number
  readonly #clock: Clock
  #head: Deadline | null = null
  #tail: Deadline | null = null
  #timer: TimerHandle | null = null

  constructor(clock: Clock, ms: number) {
    this.#clock = clock
    this.ms = ms
  }

  /** Calls `run` once after `ms`, unless disarmed. */
  arm(run: () => void): Deadline {
    const deadline: Deadline = { at: this.#clock.now() + this.ms, run, previous: this.#tail, next: null }
    if (this.#tail === null) this.#head = deadline
    else this.#tail.next = deadline
    this.#tail = deadline
    this.#timer ??= this.#clock.setTimer(this.ms, this.#expire)
    return deadline
  }

  /** Disarms. Does nothing when it has run already. */
  disarm(deadline: Deadline): void {
    if (deadline.run === null) return
    deadline.run = null
    if (deadline.previous === null) this.#head = deadline.next
    else deadline.previous.next = deadline.next
    if (deadline.next === null) this.#tail = deadline.previous
    else deadline.next.previous = deadline.previous
    // The timer stays: it finds nothing, or re-arms itself for who is first then. Cancelling it would cost more.
  }

  readonly #expire = (): void => {
    this.#timer = null
    const now = this.#clock.now()
    while (this.#head !== null && this.#head.at <= now) {
      const { run } = this.#head
      this.disarm(this.#head)
      run?.()
    }
    if (this.#head !== null) this.#timer ??= this.#clock.setTimer(Math.max(1, this.#head.at - now), this.#expire)
  }
}

/** One list for each length that a port uses. */
export class Deadlines {
  readonly #clock: Clock
  readonly #lists = new Map<number, DeadlineList>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  of(ms: number): DeadlineList {
    let list = this.#lists.get(ms)
    if (list === undefined) this.#lists.set(ms, (list = new DeadlineList(this.#clock, ms)))
    return list
  }
}

/** Settles as `promise` does, or rejects with what `onLate` returns when the list's time has passed first. */
export function withDeadline<T>(promise: Promise<T>, list: DeadlineList, onLate: () => unknown): Promise<T>
/** The same, with what `keep` makes of the value: one promise less than a `then` after it. */
export function withDeadline<T, R>(promise: Promise<T>, list: DeadlineList, onLate: () => unknown, keep: (value: T) => R): Promise<R>
export function withDeadline<T>(promise: Promise<T>, list: DeadlineList, onLate: () => unknown, keep?: (value: T) => unknown): Promise<unknown> {
  return new Promise<unknown>((resolve, reject) => {
    const deadline = list.arm(() => reject(onLate()))
    promise.then(
      (value) => {
        list.disarm(deadline)
        resolve(keep === undefined ? value : keep(value))
      },
      (error: unknown) => {
        list.disarm(deadline)
        reject(error)
      },
    )
  })
}
