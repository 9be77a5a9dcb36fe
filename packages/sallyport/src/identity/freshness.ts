import type { SessionFacts } from './principal.ts'

/** Clocks of two machines may differ by this much before a sign-in "in the future" counts as none. */
const CLOCK_SKEW_MS = 5_000

/**
 * True when the person proved who they are within the last `withinMs` milliseconds. A session that does not say when, or says a
 * time in the future, is not fresh.
 *
 * @example
 * ```ts
 * isFresh(principal.session, parseDuration('5m'), clock.now())
 * ```
 */
export function isFresh(session: SessionFacts, withinMs: number, now: number): boolean {
  const { authenticatedAt } = session
  return authenticatedAt !== undefined && authenticatedAt <= now + CLOCK_SKEW_MS && now - authenticatedAt <= withinMs
}
