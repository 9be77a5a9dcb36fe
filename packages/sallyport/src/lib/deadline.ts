import type { Clock, TimerHandle } from './clock.ts'

/**
 * What a deadline can end. It stands in one list at a time, and can be armed again and again. The fields are the list's, and
 * begin as `NEVER` and `null`. An interface: one is made for every call, and a base class would cost as much as the rest of it.
 */
export interface Expiring {
  /** When it expires, by the clock of its list. */
  expiresAt: number
  /** Where it stands. */
  list: DeadlineList | null
  previous: Expiring | null
  next: Expiring | null

  /** The time is up: `ms` milliseconds. */
  expire(ms: number): void
}

/** It expires at no time: what will be armed again soon need not leave its list for that. */
export const NEVER: number = Infinity
/** Not known yet: the list's next look says when. */
const SOON = -1

/**
 * Deadlines of one length. One timer of the clock serves all of them, and arming or disarming is a few assignments: it is
 * done on every call.
 */
export class DeadlineList {
  readonly ms: number
  readonly #clock: Clock
  /** How often the list is looked through while something is in it. */
  readonly #grainMs: number
  #head: Expiring | null = null
  #tail: Expiring | null = null
  #timer: TimerHandle | null = null

  constructor(clock: Clock, ms: number) {
    this.#clock = clock
    this.ms = ms
    this.#grainMs = Math.max(1, Math.ceil(ms / 8))
  }

  /** Has `deadline` expire `ms` after `now`, unless disarmed. Where it was armed before, that is over. */
  arm(deadline: Expiring, now: number = this.#clock.now()): void {
    deadline.expiresAt = now + this.ms
    if (deadline.list !== this) this.#add(deadline)
  }

  /**
   * Like `arm`, without reading the clock: for what nearly always ends at once, where reading it would cost most. It expires
   * up to an eighth of `ms` later than it would with `arm`, never earlier.
   */
  armLoosely(deadline: Expiring): void {
    if (this.#timer === null) return this.arm(deadline)
    deadline.expiresAt = SOON
    if (deadline.list !== this) this.#add(deadline)
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
    // The timer stays: it finds nothing, or re-arms itself for who is left then. Cancelling it would cost more.
  }

  #add(deadline: Expiring): void {
    deadline.list?.disarm(deadline)
    deadline.list = this
    const tail = this.#tail
    deadline.previous = tail
    if (tail === null) this.#head = deadline
    else tail.next = deadline
    this.#tail = deadline
    this.#timer ??= this.#clock.setTimer(this.#grainMs, this.#look)
  }

  readonly #look = (): void => {
    this.#timer = null
    const now = this.#clock.now()
    const due: Expiring[] = []
    let soonest = this.#grainMs
    for (let deadline = this.#head; deadline !== null; deadline = deadline.next) {
      if (deadline.expiresAt === SOON) deadline.expiresAt = now + this.ms
      if (deadline.expiresAt <= now) due.push(deadline)
      else soonest = Math.min(soonest, deadline.expiresAt - now)
    }
    for (const deadline of due) this.disarm(deadline)
    if (this.#head !== null) this.#timer = this.#clock.setTimer(Math.max(1, soonest), this.#look)
    // Last, for whoever is told may arm again.
    for (const deadline of due) deadline.expire(this.ms)
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

class Rejection implements Expiring {
  expiresAt = NEVER
  list: DeadlineList | null = null
  previous: Expiring | null = null
  next: Expiring | null = null
  readonly #reject: (reason: unknown) => void
  readonly #onLate: () => unknown

  constructor(reject: (reason: unknown) => void, onLate: () => unknown) {
    this.#reject = reject
    this.#onLate = onLate
  }

  expire(): void {
    this.#reject(this.#onLate())
  }
}
