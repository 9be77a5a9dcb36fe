import type { IdentityView } from 'sallyport'
import { clean } from '../clean.ts'

/** Rows of `sallyport identities list`, under their headings. */
export function table(identities: readonly IdentityView[]): string {
  const rows = identities.map((one) => {
    const current = one.credentials.find(({ revokedAt }) => revokedAt === null)
    return [one.id, one.kind, one.state, one.owner, day(one.lastUsedAt), current === undefined ? '-' : `v${current.version} until ${day(current.expiresAt)}`, one.ceiling.join(' ') || '-', one.purpose].map(clean)
  })
  const all = [['ID', 'KIND', 'STATE', 'OWNER', 'LAST USE', 'CREDENTIAL', 'CEILING', 'PURPOSE'], ...rows]
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length))) ?? []
  return all.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()).join('\n')
}

function day(time: number | null): string {
  return time === null ? 'never' : new Date(time).toISOString().slice(0, 10)
}
