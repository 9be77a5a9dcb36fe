import type { AuditQuery, Outcome } from 'sallyport/audit'
import { UsageError, type AuditHost } from './host.ts'

/** Filters as options. */
export interface FilterFlags {
  readonly action?: string
  readonly principal?: string
  readonly tenant?: string
  readonly decision?: string
  readonly since?: string
  readonly until?: string
}

const OUTCOMES: readonly Outcome[] = ['success', 'refused', 'failed', 'navigated', 'aborted', 'unknown']
const DATE = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)?)?)?)?$/u
const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/** A query from options. @throws UsageError */
export function queryOf(flags: FilterFlags, host: AuditHost): AuditQuery {
  const { action, principal, tenant, decision, since, until } = flags
  const outcome = OUTCOMES.find((known) => known === decision)
  if (decision !== undefined && outcome === undefined) throw new UsageError(`--decision is one of ${OUTCOMES.join(', ')}`)
  return {
    ...(action !== undefined && { action }),
    ...(principal !== undefined && { principal }),
    ...(tenant !== undefined && { tenant }),
    ...(outcome !== undefined && { outcome }),
    ...(since !== undefined && { since: timeOf(since, '--since', host.now()) }),
    ...(until !== undefined && { until: timeOf(until, '--until', host.now()) }),
  }
}

/** A time: `15m`, `24h`, `7d` ago, or a date of ISO 8601. `Date` reads more, and much of that as a time that nobody meant. */
function timeOf(text: string, option: string, now: number): number {
  const ago = /^(\d{1,9})([smhdw])$/u.exec(text)
  const time = ago === null ? dateOf(text) : now - Number(ago[1]) * (UNITS[ago[2] ?? ''] ?? Number.NaN)
  if (Number.isNaN(new Date(time).getTime())) throw new UsageError(`${option} takes a span (15m, 24h, 7d) or a date (2026-01-31T12:00:00Z)`)
  return time
}

function dateOf(text: string): number {
  const [, year, month = '1', day = '1'] = DATE.exec(text) ?? []
  // The 30th of February would be in March.
  const isDay = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day)
  return year === undefined || !isDay ? Number.NaN : Date.parse(text.replace(' ', 'T'))
}

/** A count. @throws UsageError */
export function countOf(text: string, option: string): number {
  const count = Number(text)
  if (!/^\d+$/u.test(text) || !Number.isSafeInteger(count)) throw new UsageError(`${option} takes a whole number`)
  return count
}
