import type { Clock, TimerHandle } from './clock.ts'

/** What a deadline can end. It is armed in one list at a time, and can be armed again and again. */
export abstract class Expiring {
  /** When it expires, by the clock of its list. */
  expiresAt = 0
  /** Where it is armed. */
  list: DeadlineList | null = null
  previous: Expiring | null = null
  next: Expiring | null = null

  /** The time is up: `ms` milliseconds. */
  abstract expire(ms: number): void
}

/**
 * Deadlines of one length. They expire in the order in which they were armed, so one timer of the clock serves all
 * of them, and arming or disarming is a few assignments: it is done on every call.
 */
export class DeadlineList {
  readonly ms: number
  readonly #clock: Clock
  #head: Expiring | null = null
  #tail: Expiring | null = null
  #timer: TimerHandle | null = null

  constructor(clock: Clock, ms: number) {
    this.#clock = clock
    this.ms = ms
  }

  /** Has `deadline` expire after `ms`, unless disarmed. It must not be armed. */
  arm(deadline: Expiring): void {
    deadline.expiresAt = this.#clock.now() + this.ms
    deadline.list = this
    const tail = this.#tail
    deadline.previous = tail
    if (tail === null) this.#head = deadline
    else tail.next = deadline
    this.#tail = deadline
    this.#timer ??= this.#clock.setTimer(this.ms, this.#expire)
  }

  /** Disarms. Does nothing when it is not armed here, or has expired. */
  disarm(deadline: Expiring): void {
    if (deadline.list !== this) return
    const { previous, next } = deadline
    deadline.list = deadline.previous = deadline.next = null
    if (previous === null) this.#head = next
    else previous.next = next
    if (next === null) this.#tail = previous
    else next.previous = previous
    // The timer stays: it finds nothing, or re-arms itself for who is first then. Cancelling it would cost more.
  }

  readonly #expire = (): void => {
    this.#timer = null
    const now = this.#clock.now()
    while (this.#head !== null && this.#head.expiresAt <= now) {
      const deadline: Expiring = this.#head
      this.disarm(deadline)
      deadline.expire(this.ms)
    }
    if (this.#head !== null) this.#timer ??= this.#clock.setTimer(Math.max(1, this.#head.expiresAt - now), this.#expire)
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
export function withDeadline<T>(promise: Promise<T>, list: DeadlineList, onLate: () => unknown): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const deadline = new Rejection(reject, onLate)
    list.arm(deadline)
    promise.then(
      (value) => {
        list.disarm(deadline)
        resolve(value)
      },
      (error: unknown) => {
        list.disarm(deadline)
        reject(error)
      },
    )
  })
}

class Rejection extends Expiring {
  readonly #reject: (reason: unknown) => void
  readonly #onLate: () => unknown

  constructor(reject: (reason: unknown) => void, onLate: () => unknown) {
    super()
    this.#reject = reject
    this.#onLate = onLate
  }

  override expire(): void {
    this.#reject(this.#onLate())
  }
}
