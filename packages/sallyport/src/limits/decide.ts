import { advance, BUCKETS, charge, chargeNewest, emptyCounter, resetAfter, retryAfter, room, type Counter } from './counter.ts'
import type { Holders, LimitTables } from './tables.ts'
import type { BudgetCheck, ConcurrencyCheck, LimitCheck, LimitDecision, LimitState, WindowCheck } from './types.ts'

let decisions = 0

/** A class, because the engine falls into an endless loop of optimising and giving up on an object literal here: measured, 1 µs a decision. */
class WindowState implements LimitState {
  readonly name: string
  readonly limit: number
  readonly remaining: number
  readonly resetMs: number

  constructor(name: string, limit: number, remaining: number, resetMs: number) {
    this.name = name
    this.limit = limit
    this.remaining = remaining
    this.resetMs = resetMs
  }
}

/** Checks all, then charges all; leaves the tables as they were when one refuses. */
export function decide(tables: LimitTables, checks: readonly LimitCheck[], now: number): LimitDecision {
  return decideAtOnce(tables, checks, now) ?? decideInSteps(tables, checks, now)
}

/**
 * The decision that most calls get: windows of known keys, each standing once, with room everywhere and no credit or ban in
 * sight. Everything else is `undefined`, with nothing charged.
 */
function decideAtOnce(tables: LimitTables, checks: readonly LimitCheck[], now: number): LimitDecision | undefined {
  if (checks.length === 1) return decideOneAtOnce(tables, checks[0] as LimitCheck, now)
  const counters = new Array<Counter>(checks.length)
  const decision = ++decisions
  for (let i = 0; i < checks.length; i++) {
    const check = checks[i] as LimitCheck
    if (check.kind !== 'window') return undefined
    const counter = counterWithRoom(tables, check, now)
    if (counter === undefined || counter.decision === decision) return undefined
    counter.decision = decision
    counter.pending = check.cost
    counters[i] = counter
  }
  const states = new Array<LimitState>(checks.length)
  for (let i = 0; i < checks.length; i++) {
    states[i] = take(tables, checks[i] as WindowCheck, counters[i] as Counter, now)
  }
  return { allowed: true, states }
}

/** The same for one check: what the limit of an address, and most principals, come down to. */
function decideOneAtOnce(tables: LimitTables, check: LimitCheck, now: number): LimitDecision | undefined {
  const counter = check.kind === 'window' ? counterWithRoom(tables, check, now) : undefined
  return counter && { allowed: true, states: [take(tables, check as WindowCheck, counter, now)] }
}

function counterWithRoom(tables: LimitTables, { key, limit, windowMs, cost }: WindowCheck, now: number): Counter | undefined {
  if (!(cost > 0) || !(windowMs > 0)) return undefined
  const counter = tables.counter(key)
  if (counter === undefined) return undefined
  advance(counter, windowMs, now)
  return counter.credit > 0 || now < counter.blockedUntil || !(limit - counter.total - counter.held >= cost) ? undefined : counter
}

function take(tables: LimitTables, { name, limit, cost }: WindowCheck, counter: Counter, now: number): WindowState {
  chargeNewest(counter, cost)
  tables.saveCounter(counter)
  return new WindowState(name, limit, limit - counter.total - counter.held, counter.headEnd + BUCKETS * counter.bucketMs - now)
}

function decideInSteps(tables: LimitTables, checks: readonly LimitCheck[], now: number): LimitDecision {
  const found = new Array<Counter | Holders>(checks.length)
  const decision = ++decisions
  let refusedBy: string | undefined
  let wait = 0
  for (let i = 0; i < checks.length; i++) {
    const check = checks[i] as LimitCheck
    let refusedFor: number
    if (check.kind === 'window') {
      const counter = openCounter(tables, check.key, check.windowMs, now)
      found[i] = counter
      // Written so that NaN refuses, here and in whyNot().
      refusedFor = check.cost >= 0 && check.windowMs > 0 ? whyNot(counter, check.limit, check.cost, decision, now) : 1000
      // A key that nobody has charged yet is not kept before the decision stands, so a full table has to refuse here.
      if (refusedFor === 0 && check.cost > 0 && isNew(counter) && !tables.addCounter(counter, now)) refusedFor = counter.bucketMs
    } else {
      const holders = tables.holders(check.key) ?? new Map<string, number>()
      found[i] = holders
      refusedFor = slotWait(holders, check, now)
    }
    if (refusedFor > 0) {
      refusedBy ??= check.name
      wait = Math.max(wait, refusedFor)
    }
  }
  if (refusedBy === undefined) refusedBy = takeSlots(tables, checks, found, now)
  if (refusedBy !== undefined) {
    discardNew(tables, checks, found)
    return { allowed: false, refusedBy, retryAfterMs: wait === 0 ? 1000 : wait, states: statesOf(checks, found, now) }
  }
  let looked = false
  for (let i = 0; i < checks.length; i++) {
    const check = checks[i] as LimitCheck
    if (check.kind !== 'window') continue
    if (check.cost === 0) {
      looked = true
      continue
    }
    const counter = found[i] as Counter
    charge(counter, check.limit, check.cost)
    tables.saveCounter(counter)
  }
  // A check that only looks may stand before the one that brought its key in.
  if (looked) checks.forEach((check, i) => (found[i] = (check.kind === 'window' && tables.counter(check.key)) || (found[i] as Counter)))
  return { allowed: true, states: statesOf(checks, found, now) }
}

/** The counter of a key, moved to `now`. A new one is not kept yet. */
export function openCounter(tables: LimitTables, key: string, windowMs: number, now: number): Counter {
  const counter = tables.counter(key) ?? emptyCounter(key)
  advance(counter, windowMs, now)
  return counter
}

/** 0 when `amount` fits beside what this decision already asks of the key, else milliseconds to wait. */
export function whyNot(counter: Counter, limit: number, amount: number, decision: number, now: number): number {
  const needed = counter.decision === decision ? counter.pending + amount : amount
  counter.decision = decision
  counter.pending = needed
  return now >= counter.blockedUntil && room(counter, limit, now) >= needed ? 0 : retryAfter(counter, limit, needed, now)
}

export function stateOf(check: WindowCheck | BudgetCheck, counter: Counter, now: number): LimitState {
  const remaining = now < counter.blockedUntil ? 0 : room(counter, check.limit, now)
  return { name: check.name, limit: check.limit, remaining, resetMs: resetAfter(counter, now) }
}

/** True for a counter that says no more than a missing one would. */
export function isNew(counter: Counter): boolean {
  return counter.total === 0 && counter.held === 0 && counter.credit === 0 && counter.blockedUntil === 0
}

function slotWait(holders: Holders, check: ConcurrencyCheck, now: number): number {
  let soonest = Infinity
  for (const [holder, until] of holders) {
    if (until <= now) holders.delete(holder)
    else if (until < soonest) soonest = until
  }
  if (holders.has(check.holder) || holders.size < check.limit) return 0
  return soonest === Infinity ? check.leaseMs : soonest - now
}

function takeSlots(tables: LimitTables, checks: readonly LimitCheck[], found: readonly (Counter | Holders)[], now: number): string | undefined {
  for (let i = 0; i < checks.length; i++) {
    const check = checks[i] as LimitCheck
    if (check.kind !== 'concurrency') continue
    const holders = found[i] as Holders
    holders.set(check.holder, now + check.leaseMs)
    if (tables.saveHolders(check.key, holders, now)) continue
    holders.delete(check.holder)
    for (let taken = 0; taken < i; taken++) {
      const earlier = checks[taken] as LimitCheck
      if (earlier.kind === 'concurrency') leave(tables, earlier.key, earlier.holder, now)
    }
    return check.name
  }
  return undefined
}

/** Gives a concurrency slot back. */
export function leave(tables: LimitTables, key: string, holder: string, now: number): void {
  const holders = tables.holders(key)
  if (!holders?.delete(holder)) return
  if (holders.size === 0) tables.dropHolders(key)
  else tables.saveHolders(key, holders, now)
}

function discardNew(tables: LimitTables, checks: readonly LimitCheck[], found: readonly (Counter | Holders | undefined)[]): void {
  for (let i = 0; i < checks.length; i++) {
    const check = checks[i] as LimitCheck
    const counter = found[i]
    if (check.kind === 'window' && counter !== undefined && isNew(counter as Counter)) tables.dropCounter(check.key)
  }
}

function statesOf(checks: readonly LimitCheck[], found: readonly (Counter | Holders)[], now: number): LimitState[] {
  const states = new Array<LimitState>(checks.length)
  for (let i = 0; i < checks.length; i++) {
    const check = checks[i] as LimitCheck
    if (check.kind === 'window') states[i] = stateOf(check, found[i] as Counter, now)
    else states[i] = { name: check.name, limit: check.limit, remaining: Math.max(0, check.limit - (found[i] as Holders).size), resetMs: 0 }
  }
  return states
}
