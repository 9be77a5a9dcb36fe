import { idleAt, type Counter } from '../../limits/counter.ts'
import { HoldWheel } from './hold-wheel.ts'
import type { Hold, Holders, LimitTables } from '../../limits/tables.ts'

/** Counters, slots and holds in maps that refuse to grow beyond `maxKeys` each. */
export class MemoryTables implements LimitTables {
  readonly #maxKeys: number
  readonly #counters = new Map<string, Counter>()
  readonly #holders = new Map<string, Holders>()
  readonly #holds = new Map<string, Hold>()
  readonly #wheel = new HoldWheel()
  #looks = 0
  #counterSweep = this.#counters.entries()
  #holderSweep = this.#holders.entries()

  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys
  }

  counter(key: string): Counter | undefined {
    return this.#counters.get(key)
  }

  addCounter(counter: Counter, _now: number, force = false): boolean {
    if (this.#counters.has(counter.key)) return true
    // Two looks for one new key: what is idle goes faster than new keys come. Not now, for this decision holds counters.
    this.#looks += 2
    if (this.#counters.size >= this.#maxKeys && !force) return false
    this.#counters.set(counter.key, counter)
    return true
  }

  saveCounter(): void {}

  dropCounter(key: string): void {
    this.#counters.delete(key)
  }

  holders(key: string): Holders | undefined {
    return this.#holders.get(key)
  }

  saveHolders(key: string, holders: Holders, now: number): boolean {
    if (this.#holders.has(key)) return true
    this.#sweepHolders(this.#holders.size < this.#maxKeys ? 2 : 64, now)
    if (this.#holders.size >= this.#maxKeys) return false
    this.#holders.set(key, holders)
    return true
  }

  dropHolders(key: string): void {
    this.#holders.delete(key)
  }

  hold(id: string): Hold | undefined {
    return this.#holds.get(id)
  }

  saveHold(hold: Hold): boolean {
    if (this.#holds.has(hold.id)) return true
    if (this.#holds.size >= this.#maxKeys) return false
    this.#holds.set(hold.id, hold)
    this.#wheel.add(hold.id, hold.expires)
    return true
  }

  dropHold(id: string): void {
    const hold = this.#holds.get(id)
    if (hold === undefined) return
    this.#holds.delete(id)
    this.#wheel.delete(id, hold.expires)
  }

  expiredHolds(now: number): readonly Hold[] {
    if (this.#holds.size === 0) return []
    const expired: Hold[] = []
    for (const id of this.#wheel.due(now)) {
      const hold = this.#holds.get(id)
      if (hold !== undefined && hold.expires <= now) expired.push(hold)
    }
    return expired
  }

  /** Forgets some of what is idle. Between decisions only. */
  sweep(now: number): void {
    if (this.#looks === 0 && this.#counters.size < this.#maxKeys) return
    const looks = this.#counters.size < this.#maxKeys ? this.#looks : 64
    this.#looks = 0
    for (let look = 0; look < looks; look++) {
      const next = this.#counterSweep.next()
      if (next.done === true) {
        this.#counterSweep = this.#counters.entries()
        return
      }
      if (idleAt(next.value[1]) <= now) this.#counters.delete(next.value[0])
    }
  }

  #sweepHolders(looks: number, now: number): void {
    for (let look = 0; look < looks; look++) {
      const next = this.#holderSweep.next()
      if (next.done === true) {
        this.#holderSweep = this.#holders.entries()
        return
      }
      const [key, holders] = next.value
      for (const [holder, until] of holders) if (until <= now) holders.delete(holder)
      if (holders.size === 0) this.#holders.delete(key)
    }
  }
}
