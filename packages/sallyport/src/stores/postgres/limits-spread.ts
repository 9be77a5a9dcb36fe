import { advance, emptyCounter, room, SLOTS, type Counter } from '../../limits/counter.ts'
import type { WindowCheck } from '../../limits/types.ts'

/** Into how many rows keys are spread, by the first or second part of the key: `tenant` means `tenant:…` and `shop:tenant:…`. */
export type Spread = { readonly [part: string]: number }

/** How many rows hold a key. */
export function rowsOf(key: string, spread: Spread): number {
  for (const part of key.split(':', 2)) if (Object.hasOwn(spread, part)) return spread[part] ?? 1
  return 1
}

/** Key of one of the rows. The first row has the key itself, so that bans and credits have a place. */
export function rowKey(key: string, row: number): string {
  return row === 0 ? key : `${key}#${row}`
}

/** All rows of a key. */
export function rowKeys(key: string, spread: Spread): string[] {
  return Array.from({ length: rowsOf(key, spread) }, (_, row) => rowKey(key, row))
}

/** A row's part of a limit: the parts add up to the limit, so the rows together never admit more. */
function rowLimit(limit: number, rows: number, row: number): number {
  return Math.floor(limit / rows) + (row < limit % rows ? 1 : 0)
}

/** The check on one row alone. */
export function onRow(check: WindowCheck, rows: number, row: number): WindowCheck {
  return { ...check, key: rowKey(check.key, row), limit: rowLimit(check.limit, rows, row) }
}

/** The check on all rows: what it costs goes to where there is room. The last takes what fits nowhere, and refuses. */
export function onAllRows(check: WindowCheck, rows: number, counter: (key: string) => Counter | undefined, now: number): WindowCheck[] {
  let left = check.cost
  return Array.from({ length: rows }, (_, row) => {
    const part = onRow(check, rows, row)
    const found = counter(part.key) ?? emptyCounter(part.key)
    advance(found, check.windowMs, now)
    const cost = row === rows - 1 ? left : Math.min(left, room(found, part.limit, now))
    left -= cost
    return { ...part, cost }
  })
}

/** One counter in which all rows of a key are added up: what a caller is told of them. */
export function joined(check: WindowCheck, rows: number, counter: (key: string) => Counter | undefined, now: number): Counter {
  const sum = emptyCounter(check.key)
  advance(sum, check.windowMs, now)
  for (let row = 0; row < rows; row++) {
    const found = counter(rowKey(check.key, row))
    if (found === undefined) continue
    advance(found, check.windowMs, now)
    // Rows that are not locked may be a bucket ahead of this clock. Their newest charges then count as ours do.
    for (let age = 0; age < SLOTS; age++) {
      const slot = (sum.at - age + SLOTS) % SLOTS
      sum.slots[slot] = (sum.slots[slot] ?? 0) + (found.slots[(found.at - age + SLOTS) % SLOTS] ?? 0)
    }
    sum.total += found.total
    sum.held += found.held
    sum.credit += now < found.creditUntil ? found.credit : 0
    sum.creditUntil = Math.max(sum.creditUntil, found.creditUntil)
    sum.blockedUntil = Math.max(sum.blockedUntil, found.blockedUntil)
  }
  return sum
}
