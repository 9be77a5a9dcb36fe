import type { SecretStatus } from 'sallyport/secrets'
import { clean } from '../clean.ts'
import type { SecretUses } from './uses.ts'

const DAY = 86_400_000

/** Rows of `sallyport secrets list`, under their headings. */
export function statusTable(statuses: readonly SecretStatus[], now: number): string {
  const rows = statuses.map((status) => [
    status.name, status.version === undefined ? '-' : shorten(status.version), status.ageMs === undefined ? '-' : days(status.ageMs), dueOf(status, now),
    stateOf(status), status.owner ?? '-', status.provider, status.description,
  ].map(clean))
  return aligned([['NAME', 'VERSION', 'AGE', 'ROTATE', 'STATE', 'OWNER', 'PROVIDER', 'FOR'], ...rows])
}

/** Rows of each secret that are shown; the others are counted. */
const MAX_SHOWN = 20

/** Who used what, the latest first. */
export function usesTable({ uses, others }: SecretUses, since: string): string {
  if (uses.length === 0) return `No use of a secret is in the audit log (--since ${since}).`
  const bySecret = [...Map.groupBy(uses, ({ secret }) => secret).values()]
  const rows = bySecret.flatMap((known) => known.slice(0, MAX_SHOWN)).map(({ secret, version, action, actor, subject, times, last }) => [
    secret, shorten(version), clean(action), clean(subject === undefined ? actor : `${actor} for ${subject}`), String(times), new Date(last).toISOString().slice(0, 16).replace('T', ' '),
  ])
  const hidden = bySecret.reduce((sum, known) => sum + Math.max(0, known.length - MAX_SHOWN), 0)
  const rest = [...(hidden === 0 ? [] : [`… and ${hidden} rows more: --json`]), ...(others === 0 ? [] : [`… and ${others} uses by others: look at less with --since`])]
  return [aligned([['USED', 'VERSION', 'ACTION', 'WHO', 'TIMES', 'LAST (UTC)'], ...rows]), ...rest].join('\n')
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length))) ?? []
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()).join('\n')
}

function dueOf(status: SecretStatus, now: number): string {
  if (status.dueAt === undefined) return '-'
  return status.overdue ? `overdue by ${days(now - status.dueAt)}` : `in ${days(status.dueAt - now)}`
}

function stateOf(status: SecretStatus): string {
  if (status.rotation !== undefined) return `rotating: ${status.rotation.step}`
  if (status.lastError !== undefined) return `failed: ${status.lastError}`
  if (status.version !== undefined) return 'current'
  return status.versions.some(({ state }) => state === 'revoked') ? 'revoked' : 'no version'
}

function days(ms: number): string {
  return ms < DAY ? `${Math.floor(ms / 3_600_000)} h` : `${Math.floor(ms / DAY)} d`
}

function shorten(version: string): string {
  return version.length > 20 ? `${version.slice(0, 19)}…` : version
}
