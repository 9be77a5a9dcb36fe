import type { SqlRow, SqlStep, SqlValue } from './driver.ts'

/** Reads columns of a row by type. */
export function text(row: SqlRow, column: string): string {
  return String(row[column] ?? '')
}

export function textOrNull(row: SqlRow, column: string): string | null {
  const value = row[column]
  return value === null || value === undefined ? null : String(value)
}

export function integer(row: SqlRow, column: string): number {
  return Number(row[column] ?? 0)
}

export function integerOrNull(row: SqlRow, column: string): number | null {
  const value = row[column]
  return value === null || value === undefined ? null : Number(value)
}

/** `{ [key]: value }` where there is a value: for properties that are left out rather than undefined. */
export function present<Key extends string>(key: Key, value: string | null): { readonly [Name in Key]?: string } {
  return value === null ? {} : ({ [key]: value } as { readonly [Name in Key]: string })
}

/** A set of texts in one column, each between line breaks (which JSON escapes), so that SQL can ask for one of them. */
export function setColumn(values: readonly string[]): string {
  return `\n${values.map((value) => JSON.stringify(value)).join('\n')}\n`
}

export function fromSetColumn(row: SqlRow, column: string): readonly string[] {
  return text(row, column).split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as string)
}

/** Whether a set column holds a text, in the SQL that both dialects read. `parameter` is bound to {@link setMember}. */
export function holdsMember(column: string, parameter: string): string {
  return `REPLACE(${column}, ${parameter}, '') <> ${column}`
}

export function setMember(value: string): SqlValue {
  return `\n${JSON.stringify(value)}\n`
}

/** Whether a row is of a tenant. Where `parameter` is bound to null: of any. */
export function ofTenant(column: string, parameter: string): string {
  return `COALESCE(${column}, '') = COALESCE(${parameter}, ${column}, '')`
}

/** The condition that columns have these values: `null` for none, `undefined` for any. */
export function whereEqual(values: { readonly [column: string]: string | null | undefined }): { readonly sql: string; readonly params: readonly SqlValue[] } {
  const params: SqlValue[] = []
  const where = Object.entries(values).flatMap(([column, value]) => (value === undefined ? [] : [value === null ? `${column} IS NULL` : `${column} = $${params.push(value)}`]))
  return { sql: where.length === 0 ? '1 = 1' : where.join(' AND '), params }
}

/** Text that the store itself wrote as JSON. */
export function json<T>(row: SqlRow, column: string): T | null {
  const value = textOrNull(row, column)
  return value === null ? null : (JSON.parse(value) as T)
}

/** Inserts one row, given by column. */
export function insertStep(table: string, values: { readonly [column: string]: SqlValue }): SqlStep {
  const columns = Object.keys(values)
  return { sql: `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((_, i) => `$${i + 1}`).join(', ')})`, params: Object.values(values) }
}
