import type { SecretStatus } from 'sallyport/secrets'

const DAY = 86_400_000

/** Rows of `sallyport secrets list`, under their headings. */
export function statusTable(statuses: readonly SecretStatus[], now: number): string {
  const rows = statuses.map((status) => [
    status.name, status.version === undefined ? '-' : shorten(status.version), status.ageMs === undefined ? '-' : days(status.ageMs), dueOf(status, now),
    stateOf(status), status.owner ?? '-', status.provider, status.description,
  ])
  const all = [['NAME', 'VERSION', 'AGE', 'ROTATE', 'STATE', 'OWNER', 'PROVIDER', 'FOR'], ...rows]
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length))) ?? []
  return all.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()).join('\n')
}

function dueOf(status: SecretStatus, now: number): string {
  if (status.dueAt === undefined) return '-'
  return status.overdue ? `overdue by ${days(now - status.dueAt)}` : `in ${days(status.dueAt - now)}`
}

function stateOf(status: SecretStatus): string {
  if (status.rotation !== undefined) return `rotating: ${status.rotation.step}`
  if (status.lastError !== undefined) return `failed: ${status.lastError}`
  return status.version === undefined ? 'no version' : 'current'
}

function days(ms: number): string {
  return ms < DAY ? `${Math.floor(ms / 3_600_000)} h` : `${Math.floor(ms / DAY)} d`
}

function shorten(version: string): string {
  return version.length > 20 ? `${version.slice(0, 19)}…` : version
}
