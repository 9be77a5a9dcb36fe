import { COMPATIBILITY, foldTable } from './fold.ts'
import { isLetter, LETTERS } from './letters.ts'
import { isUnspaced } from './unspaced.ts'

let table: Uint16Array | undefined

/** For each unit of a folded text what it adds to a word's hash: a letter or a digit in lower case; 0 for what ends a word. */
export function wordTable(): Uint16Array {
  if (table !== undefined) return table
  const fold = foldTable()
  table = new Uint16Array(0x10000)
  for (let unit = 0; unit < 0x10000; unit++) {
    const to = fold[unit] === COMPATIBILITY ? unit : (fold[unit] as number)
    if (to < 0x80) table[unit] = to >= 0x30 && to <= 0x39 ? to : (LETTERS[to] as number)
    else if (isLetter(to) && !isUnspaced(to)) table[unit] = to
  }
  return table
}
