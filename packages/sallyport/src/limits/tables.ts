import type { Counter } from './counter.ts'

/** A part of a reservation: what it holds of one budget. */
export interface HoldPart {
  readonly key: string
  readonly windowMs: number
  readonly amount: number
  /** How much of the amount a credit paid. */
  readonly fromCredit: number
}

/** A reservation that is neither settled nor released. */
export interface Hold {
  readonly id: string
  readonly expires: number
  dispatched: boolean
  readonly parts: readonly HoldPart[]
}

/** Who holds the slots of a concurrency limit, and until when at most. */
export type Holders = Map<string, number>

/** What a decision reads and writes. The engine's rules are the same wherever the rows are. */
export interface LimitTables {
  counter(key: string): Counter | undefined
  /** Takes a new key. False when no more keys are taken; `force` is for what has been spent already. */
  addCounter(counter: Counter, now: number, force?: boolean): boolean
  saveCounter(counter: Counter): void
  dropCounter(key: string): void
  holders(key: string): Holders | undefined
  /** False when the key is new and no more keys are taken. */
  saveHolders(key: string, holders: Holders, now: number): boolean
  dropHolders(key: string): void
  hold(id: string): Hold | undefined
  /** False when no more reservations are taken. */
  saveHold(hold: Hold): boolean
  dropHold(id: string): void
  /** Reservations whose time has passed. Some may be left for the next time: they only hold longer. */
  expiredHolds(now: number): readonly Hold[]
}
