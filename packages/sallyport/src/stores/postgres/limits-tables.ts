import { idleAt, type Counter } from '../../limits/counter.ts'
import { formatCounter, parseCounter } from '../../limits/counter-text.ts'
import type { Hold, Holders, LimitTables } from '../../limits/tables.ts'

/** What `limits_load` returns. */
export interface LoadedRows {
  readonly now: number
  readonly counters: Readonly<Record<string, string>> | null
  readonly holders: Readonly<Record<string, string>> | null
  readonly holds: Readonly<Record<string, string>> | null
}

type Row = { readonly key: string; readonly idle: number | null; readonly state: string | null }

/** The rows of one transaction, read before it and written after it. */
export class PostgresTables implements LimitTables {
  readonly #counters = new Map<string, Counter | undefined>()
  readonly #holders = new Map<string, Holders | undefined>()
  readonly #holds = new Map<string, Hold | undefined>()
  readonly #changed = { counters: new Set<string>(), holders: new Set<string>(), holds: new Set<string>() }

  constructor(rows: LoadedRows) {
    for (const [key, state] of Object.entries(rows.counters ?? {})) this.#counters.set(key, parseCounter(key, state))
    for (const [key, state] of Object.entries(rows.holders ?? {})) this.#holders.set(key, new Map(JSON.parse(state) as [string, number][]))
    for (const [id, state] of Object.entries(rows.holds ?? {})) this.#holds.set(id, JSON.parse(state) as Hold)
  }

  counter(key: string): Counter | undefined {
    return this.#counters.get(key)
  }

  addCounter(counter: Counter): boolean {
    this.#counters.set(counter.key, counter)
    return true
  }

  saveCounter(counter: Counter): void {
    this.#changed.counters.add(counter.key)
  }

  dropCounter(key: string): void {
    this.#counters.delete(key)
    this.#changed.counters.add(key)
  }

  holders(key: string): Holders | undefined {
    return this.#holders.get(key)
  }

  saveHolders(key: string, holders: Holders): boolean {
    this.#holders.set(key, holders)
    this.#changed.holders.add(key)
    return true
  }

  dropHolders(key: string): void {
    this.#holders.delete(key)
    this.#changed.holders.add(key)
  }

  hold(id: string): Hold | undefined {
    return this.#holds.get(id)
  }

  saveHold(hold: Hold): boolean {
    this.#holds.set(hold.id, hold)
    this.#changed.holds.add(hold.id)
    return true
  }

  dropHold(id: string): void {
    this.#holds.delete(id)
    this.#changed.holds.add(id)
  }

  expiredHolds(now: number): readonly Hold[] {
    return [...this.#holds.values()].filter((hold) => hold !== undefined && hold.expires <= now).map((hold) => hold as Hold)
  }

  /** The three arguments of `limits_save`, or undefined when nothing has changed. */
  changes(): readonly [string, string, string] | undefined {
    const { counters, holders, holds } = this.#changed
    if (counters.size + holders.size + holds.size === 0) return undefined
    const counterRows = [...counters].map((key): Row => {
      const counter = this.#counters.get(key)
      if (counter === undefined) return { key, idle: null, state: null }
      const idle = idleAt(counter)
      return { key, idle: Number.isFinite(idle) ? idle : null, state: formatCounter(counter) }
    })
    const holderRows = [...holders].map((key): Row => {
      const held = this.#holders.get(key)
      if (held === undefined || held.size === 0) return { key, idle: null, state: null }
      return { key, idle: Math.max(...held.values()), state: JSON.stringify([...held]) }
    })
    const holdRows = [...holds].map((id) => {
      const hold = this.#holds.get(id)
      if (hold === undefined) return { id, state: null }
      return { id, expires: hold.expires, keys: hold.parts.map((part) => part.key), state: JSON.stringify(hold) }
    })
    return [JSON.stringify(counterRows), JSON.stringify(holderRows), JSON.stringify(holdRows)]
  }
}
