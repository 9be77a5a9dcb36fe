import { setTimeout as pause } from 'node:timers/promises'
import type { Voice } from './say.ts'

/** A person is needed, and was not waited for, or not long enough. */
export class NeedsPerson extends Error {}

/** How to wait for a person. */
export interface Patience {
  readonly voice: Voice
  /** Do not wait at all. */
  readonly once: boolean
  readonly waitMs: number
  readonly signal: AbortSignal
  /** Between two looks. Default two seconds. */
  readonly everyMs?: number
}

/** Looks again and again, until there is something or time is up. */
export async function waitFor<T>(what: string, look: () => Promise<T | null>, { voice, once, waitMs, signal, everyMs = 2_000 }: Patience): Promise<T> {
  if (once) throw new NeedsPerson(`A person has to act: ${what}. Run again without --once to wait for it.`)
  const started = Date.now()
  for (let left = waitMs; left > 0; left = started + waitMs - Date.now()) {
    voice.progress(`  … waiting: ${what} (${Math.ceil(left / 1_000)} s left, Ctrl-C stops)`)
    await pause(Math.min(everyMs, left), undefined, { signal })
    const found = await look()
    if (found !== null) return found
  }
  throw new NeedsPerson(`Nobody acted within ${waitMs / 1_000} s: ${what}.`)
}
