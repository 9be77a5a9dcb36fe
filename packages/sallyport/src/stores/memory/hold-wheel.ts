const TICK_MS = 250

/** Ids by the quarter of a second in which they expire, so that nothing has to be searched while nothing is due. */
export class HoldWheel {
  readonly #ticks = new Map<number, Set<string>>()
  #swept = 0

  add(id: string, expires: number): void {
    const tick = Math.floor(expires / TICK_MS)
    const ids = this.#ticks.get(tick)
    if (ids === undefined) this.#ticks.set(tick, new Set([id]))
    else ids.add(id)
    if (tick < this.#swept) this.#swept = tick
  }

  delete(id: string, expires: number): void {
    const tick = Math.floor(expires / TICK_MS)
    const ids = this.#ticks.get(tick)
    ids?.delete(id)
    if (ids?.size === 0) this.#ticks.delete(tick)
  }

  /** Ids whose tick has begun by `now`: whoever asks looks at each one's exact time. */
  due(now: number): readonly string[] {
    const current = Math.floor(now / TICK_MS)
    const due: string[] = []
    if (current > this.#swept) {
      for (const [tick, ids] of this.#ticks) if (tick < current) due.push(...ids)
      this.#swept = current
    }
    const ids = this.#ticks.get(current)
    if (ids !== undefined) due.push(...ids)
    return due
  }
}
