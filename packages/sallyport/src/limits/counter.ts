/** A window is cut into this many buckets. One more is kept, so that the oldest leaves only when all of it is older than the window. */
export const BUCKETS = 12
/** Buckets that are kept: those of the window and the one that is leaving it. */
export const SLOTS: number = BUCKETS + 1

/**
 * What was charged to one key, in a ring of 13 buckets of a twelfth of the window each.
 *
 * The form never admits more than the limit in any span of `windowMs`. Its error is on the safe side: a unit comes back
 * between one window and 13/12 of a window after it was charged, where an exact log would give it back after one.
 */
export interface Counter {
  readonly key: string
  /** Length of a bucket. 0 before the first charge has said which window holds. */
  bucketMs: number
  /** Number of the newest bucket, counted from the epoch. */
  head: number
  /** When the newest bucket ends. */
  headEnd: number
  /** Where in `slots` the newest bucket is. */
  at: number
  /** Sum of `slots`. */
  total: number
  readonly slots: number[]
  /** Held by reservations: counts as charged, in no bucket. */
  held: number
  /** One-off extra amount, and until when. */
  credit: number
  creditUntil: number
  /** A ban: every check of this key refuses until then. */
  blockedUntil: number
  /** The part of a decision that is being checked, and which decision: two checks of one key add up. */
  pending: number
  decision: number
}

/** A key to which nothing was ever charged. */
export function emptyCounter(key: string): Counter {
  return {
    key, bucketMs: 0, head: 0, headEnd: 0, at: 0, total: 0, slots: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    held: 0, credit: 0, creditUntil: 0, blockedUntil: 0, pending: 0, decision: 0,
  }
}

/** Length of a bucket for a window. Rounded up: a window of 13 buckets is never shorter than it should be. */
export function bucketLength(windowMs: number): number {
  return Math.ceil(windowMs / BUCKETS)
}

/** Moves the ring to `now`: buckets that have left the window are forgotten. */
export function advance(counter: Counter, windowMs: number, now: number): void {
  const bucketMs = bucketLength(windowMs)
  if (counter.bucketMs === bucketMs) {
    if (now < counter.headEnd && now >= counter.headEnd - bucketMs) return
    const steps = Math.floor(now / bucketMs) - counter.head
    if (steps > 0) {
      forget(counter, steps)
      return
    }
    // A clock that was set back a little: go on charging the newest bucket, which is safe.
    if (steps >= -SLOTS) return
  }
  // Another window than before, or a clock that was far ahead: what was charged counts from now, so nobody gains by it.
  const { total } = counter
  counter.slots.fill(0)
  counter.bucketMs = bucketMs
  counter.head = Math.floor(now / bucketMs)
  counter.headEnd = (counter.head + 1) * bucketMs
  counter.slots[counter.at] = total
}

function forget(counter: Counter, steps: number): void {
  const { slots } = counter
  if (steps >= SLOTS || counter.total === 0) {
    if (counter.total !== 0) slots.fill(0)
    counter.total = 0
  } else {
    for (let step = 0; step < steps; step++) {
      counter.at = counter.at === SLOTS - 1 ? 0 : counter.at + 1
      counter.total -= slots[counter.at] ?? 0
      slots[counter.at] = 0
    }
  }
  counter.head += steps
  counter.headEnd += steps * counter.bucketMs
}

/** What can still be charged. `advance` comes first. */
export function room(counter: Counter, limit: number, now: number): number {
  const base = limit - counter.total - counter.held
  const extra = counter.credit > 0 && now < counter.creditUntil ? counter.credit : 0
  return (base > 0 ? base : 0) + extra
}

/** Charges `amount` now: the limit first, then the credit. Returns how much of it the credit paid. */
export function charge(counter: Counter, limit: number, amount: number): number {
  const fromCredit = takeCredit(counter, limit, amount)
  chargeNewest(counter, amount - fromCredit)
  return fromCredit
}

/** Charges `amount` now, whatever the limit says. */
export function chargeNewest(counter: Counter, amount: number): void {
  counter.total += amount
  counter.slots[counter.at] = (counter.slots[counter.at] ?? 0) + amount
}

/** Takes from the credit what `limit` has no room for. */
export function takeCredit(counter: Counter, limit: number, amount: number): number {
  const base = limit - counter.total - counter.held
  if (amount <= base) return 0
  const fromCredit = Math.min(amount - (base > 0 ? base : 0), counter.credit)
  counter.credit -= fromCredit
  return fromCredit
}

/** Charges what has been spent, whatever the limit says, into the bucket of `time`; into none when that has left the window. */
export function chargeSpent(counter: Counter, amount: number, time: number): void {
  const age = Math.max(0, counter.head - Math.floor(time / counter.bucketMs))
  if (age >= SLOTS || amount <= 0) return
  const slot = (counter.at - age + SLOTS) % SLOTS
  counter.slots[slot] = (counter.slots[slot] ?? 0) + amount
  counter.total += amount
}

/** Milliseconds until the full limit is there again, holds aside. */
export function resetAfter(counter: Counter, now: number): number {
  if (now < counter.blockedUntil) return counter.blockedUntil - now
  if (counter.total <= 0) return 0
  if (counter.slots[counter.at] !== 0) return counter.headEnd + BUCKETS * counter.bucketMs - now
  let age = 1
  while (age < BUCKETS && counter.slots[(counter.at - age + SLOTS) % SLOTS] === 0) age++
  return counter.headEnd + (BUCKETS - age) * counter.bucketMs - now
}

/** Milliseconds until `amount` fits, supposing that nobody else charges. */
export function retryAfter(counter: Counter, limit: number, amount: number, now: number): number {
  if (now < counter.blockedUntil) return counter.blockedUntil - now
  let missing = amount - room(counter, limit, now)
  for (let age = BUCKETS; age >= 0; age--) {
    missing -= counter.slots[(counter.at - age + SLOTS) % SLOTS] ?? 0
    if (missing <= 0) return Math.max(1, counter.headEnd + (BUCKETS - age) * counter.bucketMs - now)
  }
  // Held by others, or more than the whole limit: nobody can say when.
  return amount > limit ? BUCKETS * counter.bucketMs : counter.bucketMs
}

/** When nothing of this counter matters any more. */
export function idleAt(counter: Counter): number {
  const empty = counter.total > 0 ? counter.headEnd + BUCKETS * counter.bucketMs : 0
  if (counter.held > 0) return Infinity
  // A credit that is used up may come back with a hold that is released: its end matters until it has passed.
  return Math.max(empty, counter.creditUntil, counter.blockedUntil)
}
