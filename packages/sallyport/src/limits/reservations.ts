import { chargeSpent, emptyCounter, takeCredit, type Counter } from './counter.ts'
import { isNew, openCounter, stateOf, whyNot } from './decide.ts'
import type { Hold, HoldPart, LimitTables } from './tables.ts'
import type { BudgetCheck, LimitState, ReservationDecision, ReservationRequest, WindowCheck } from './types.ts'

let reservations = 0

/** Holds all the amounts, or none. */
export function reserve(tables: LimitTables, request: ReservationRequest, now: number): ReservationDecision {
  closeExpired(tables, now)
  const counters: Counter[] = []
  for (const { key, windowMs } of request.budgets) {
    counters.push(counters.find((counter) => counter.key === key) ?? openCounter(tables, key, windowMs, now))
  }
  const states = (): LimitState[] => request.budgets.map((budget, i) => stateOf(budget, counters[i] as Counter, now))
  if (tables.hold(request.id) !== undefined) return { reserved: true, states: states() }

  const decision = --reservations
  let refusedBy: string | undefined
  let wait = 0
  request.budgets.forEach((budget, i) => {
    const counter = counters[i] as Counter
    let refusedFor = budget.amount >= 0 && budget.windowMs > 0 ? whyNot(counter, budget.limit, budget.amount, decision, now) : 1000
    if (refusedFor === 0 && isNew(counter) && !tables.addCounter(counter, now)) refusedFor = counter.bucketMs
    if (refusedFor > 0) {
      refusedBy ??= budget.name
      wait = Math.max(wait, refusedFor)
    }
  })
  if (refusedBy === undefined) {
    const parts = request.budgets.map((budget, i) => holdPart(counters[i] as Counter, budget))
    if (tables.saveHold({ id: request.id, expires: now + request.ttlMs, dispatched: false, parts })) {
      for (const counter of counters) tables.saveCounter(counter)
      return { reserved: true, states: states() }
    }
    parts.forEach((part, i) => giveBack(counters[i] as Counter, part, part.fromCredit))
    refusedBy = request.budgets[0]?.name ?? ''
    wait = request.ttlMs
  }
  for (const counter of counters) if (isNew(counter)) tables.dropCounter(counter.key)
  return { reserved: false, refusedBy, retryAfterMs: wait, states: states() }
}

/** Marks a reservation as in use. False when it is gone. */
export function dispatch(tables: LimitTables, id: string, now: number): boolean {
  closeExpired(tables, now)
  const hold = tables.hold(id)
  if (hold === undefined) return false
  hold.dispatched = true
  tables.saveHold(hold)
  return true
}

/** Replaces the hold by what was spent. An amount that is missing or no number is charged as it was estimated. */
export function settle(tables: LimitTables, id: string, amounts: readonly number[], now: number): void {
  closeExpired(tables, now)
  const hold = tables.hold(id)
  if (hold !== undefined) close(tables, hold, (part, i) => spentOf(amounts[i], part), now, now)
}

/** Gives the hold back. */
export function release(tables: LimitTables, id: string, now: number): void {
  closeExpired(tables, now)
  const hold = tables.hold(id)
  if (hold !== undefined) close(tables, hold, () => 0, now, now)
}

/** Charges what had been dispatched when its time passed, and gives the rest back. */
export function closeExpired(tables: LimitTables, now: number): void {
  for (const hold of tables.expiredHolds(now)) close(tables, hold, (part) => (hold.dispatched ? part.amount : 0), hold.expires, now)
}

function close(tables: LimitTables, hold: Hold, spent: (part: HoldPart, index: number) => number, time: number, now: number): void {
  tables.dropHold(hold.id)
  hold.parts.forEach((part, i) => {
    const counter = openCounter(tables, part.key, part.windowMs, now)
    const amount = spent(part, i)
    const own = part.amount - part.fromCredit
    const charged = amount <= part.amount ? Math.min(amount, own) : amount - part.fromCredit
    giveBack(counter, part, part.fromCredit - (amount - charged))
    chargeSpent(counter, charged, time)
    if (isNew(counter)) {
      tables.dropCounter(part.key)
    } else {
      tables.addCounter(counter, now, true)
      tables.saveCounter(counter)
    }
  })
}

function holdPart(counter: Counter, budget: BudgetCheck): HoldPart {
  const fromCredit = takeCredit(counter, budget.limit, budget.amount)
  counter.held += budget.amount - fromCredit
  return { key: budget.key, windowMs: budget.windowMs, amount: budget.amount, fromCredit }
}

function giveBack(counter: Counter, part: HoldPart, credit: number): void {
  counter.held = Math.max(0, counter.held - (part.amount - part.fromCredit))
  if (credit > 0) counter.credit += credit
}

function spentOf(amount: number | undefined, part: HoldPart): number {
  return amount !== undefined && amount >= 0 && Number.isFinite(amount) ? amount : part.amount
}

/** What is left, charging nothing. */
export function peek(tables: LimitTables, checks: readonly (WindowCheck | BudgetCheck)[], now: number): LimitState[] {
  closeExpired(tables, now)
  return checks.map((check) => stateOf(check, openCounter(tables, check.key, check.windowMs, now), now))
}

/** Forgets what was charged to a key, who holds its slots, and its ban. What is reserved stays held. */
export function reset(tables: LimitTables, key: string): void {
  tables.dropHolders(key)
  const counter = tables.counter(key)
  if (counter === undefined) return
  counter.slots.fill(0)
  counter.total = 0
  counter.blockedUntil = 0
  if (isNew(counter)) tables.dropCounter(key)
  else tables.saveCounter(counter)
}

function changeCounter(tables: LimitTables, key: string, now: number, change: (counter: Counter) => void): void {
  const counter = tables.counter(key) ?? emptyCounter(key)
  change(counter)
  tables.addCounter(counter, now, true)
  tables.saveCounter(counter)
}

/** A row of a database has no form for what is not finite: a ban for ever would be none. */
function requireSpan(ms: number): number {
  if (!Number.isFinite(ms)) throw new RangeError('A time is a finite number of milliseconds')
  return ms
}

/** Adds to the credit of a key. Where some is left, the later end holds for all of it. */
export function credit(tables: LimitTables, key: string, amount: number, ttlMs: number, now: number): void {
  if (!Number.isFinite(amount)) throw new RangeError('A credit is a finite number')
  requireSpan(ttlMs)
  changeCounter(tables, key, now, (counter) => {
    const left = now < counter.creditUntil ? counter.credit : 0
    counter.credit = left + amount
    // The end of a credit that has been used up is no end of the new one: stores forget it at different times.
    counter.creditUntil = left > 0 ? Math.max(counter.creditUntil, now + ttlMs) : now + ttlMs
  })
}

/** Bans a key. */
export function block(tables: LimitTables, key: string, durationMs: number, now: number): void {
  changeCounter(tables, key, now, (counter) => {
    counter.blockedUntil = Math.max(counter.blockedUntil, now + requireSpan(durationMs))
  })
}
