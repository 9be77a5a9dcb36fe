import type { Rule } from '../rule.ts'

/** A rule of a pack in short: id, description, pattern, and the group that is redacted where it isn't the whole match. */
export type Row = readonly [id: string, description: string, pattern: string, secretGroup?: number]

export function rulesOf(rows: readonly Row[]): readonly Rule[] {
  return rows.map(([id, description, pattern, secretGroup]) => (secretGroup === undefined ? { id, description, pattern } : { id, description, pattern, secretGroup }))
}
