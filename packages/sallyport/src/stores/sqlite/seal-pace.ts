/**
 * Keeps callers from outrunning the sealer, or what is not sealed yet would grow without bound. As long as rounds of sealing are
 * short, nothing waits. Once one takes longer than two rounds are apart, a group of callers waits for a step of sealing first.
 */
export interface SealPace {
  began(): void
  ended(): void
  /** Whether a group should wait for the sealer's next step. */
  isBehind(): boolean
}

/** @param everyMs milliseconds between rounds. */
export function sealPace(everyMs: number, now: () => number): SealPace {
  let rounds = 0
  let since = 0
  return {
    began() {
      if (rounds === 0) since = now()
      rounds += 1
    },
    ended: () => void (rounds -= 1),
    isBehind: () => rounds > 0 && now() - since > 2 * everyMs,
  }
}
