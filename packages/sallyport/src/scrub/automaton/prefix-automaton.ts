import { isWordCode } from '../pattern/char-set.ts'
import { AFTER_NEWLINE, AFTER_OTHER, AFTER_WORD, contextOf } from '../pattern/prefixes.ts'

/** A text that the automaton looks for, and what to report when it has been read. */
export interface Trigger {
  readonly text: string
  /** After what it may stand: `AFTER_…` bits. */
  readonly after: number
  /** How many of its characters need not be held back while it is incomplete. */
  readonly lead: number
  /** What has to be told apart of `after`, where what follows depends on it. */
  readonly masks?: readonly number[]
  /** Index of what it belongs to, in the plan. */
  readonly target: number
}

/** What a state reports: the trigger, and what stood before it. */
export interface Report {
  readonly trigger: Trigger
  /** `AFTER_…` bits of the state's root. */
  readonly after: number
}

/**
 * Aho and Corasick's automaton as one flat table. It has a root for each kind of place that the triggers tell apart (after a
 * word character or not, at the start of the text or of a line), so that `\b` at the front of a pattern costs nothing and what
 * is held back is exact. A state is the offset of its row.
 */
export interface PrefixAutomaton {
  readonly next: Int32Array
  /** Column of each UTF-16 unit. */
  readonly columns: Uint8Array | Uint16Array
  /** Column that holds how many characters the state holds back. */
  readonly holdColumn: number
  readonly start: number
  /** States before this one are roots: nothing has begun. */
  readonly begun: number
  /** States from this one on have reports. */
  readonly alarm: number
  readonly reports: ReadonlyMap<number, readonly Report[]>
  /** Length of the longest trigger. */
  readonly depth: number
  /** The root after a character; -1 for the start of the text. */
  rootAfter(code: number): number
}

const CONTEXTS = [1, 2, 4, 8]

export function buildPrefixAutomaton(triggers: readonly Trigger[]): PrefixAutomaton {
  const { columns, contexts } = columnsOf(triggers)
  const count = contexts.length
  const holdColumn = count
  const width = count + 1
  const { rootOf, rootMasks } = rootsOf(triggers)
  const roots = rootMasks.length

  // The trie. Nodes 0 … roots-1 are the roots.
  const children = new Map<number, number>()
  const nodeColumn: number[] = new Array<number>(roots).fill(-1)
  const nodeCode: number[] = new Array<number>(roots).fill(-1)
  const parent: number[] = new Array<number>(roots).fill(-1)
  const hold: number[] = new Array<number>(roots).fill(0)
  const root: number[] = rootMasks.map((_, index) => index)
  const own: (Trigger[] | undefined)[] = new Array<undefined>(roots).fill(undefined)
  let depth = 0
  for (const trigger of triggers) {
    depth = Math.max(depth, trigger.text.length)
    for (let r = 0; r < roots; r += 1) {
      if ((rootMasks[r]! & trigger.after) === 0) continue
      let node = r
      for (let i = 0; i < trigger.text.length; i += 1) {
        const code = trigger.text.charCodeAt(i)
        const key = node * 65536 + code
        let child = children.get(key)
        if (child === undefined) {
          child = nodeColumn.length
          children.set(key, child)
          nodeColumn.push(columns[code]!)
          nodeCode.push(code)
          parent.push(node)
          hold.push(0)
          root.push(r)
          own.push(undefined)
        }
        node = child
        if (i + 1 < trigger.text.length) hold[node] = Math.max(hold[node]!, i + 1 - trigger.lead)
      }
      ;(own[node] ??= []).push(trigger)
    }
  }

  // Breadth first: where to go on when a node's text can't be continued.
  const size = nodeColumn.length
  const fail = new Int32Array(size)
  const childrenOf = siblings(parent, roots)
  const order = breadthFirst(childrenOf, roots)
  const reports: (Report[] | undefined)[] = new Array<undefined>(size).fill(undefined)
  for (const node of order) {
    const code = nodeCode[node]!
    let back = parent[node]!
    let target = -1
    while (target === -1) {
      if (back < roots) target = rootOf(contextOf(code))
      else {
        back = fail[back]!
        target = children.get(back * 65536 + code) ?? -1
      }
    }
    fail[node] = target
    hold[node] = Math.max(hold[node]!, hold[target]!)
    const mine = own[node]?.map((trigger) => ({ trigger, after: rootMasks[root[node]!]! }))
    const inherited = reports[target]
    if (mine || inherited) reports[node] = [...(mine ?? []), ...(inherited ?? [])]
  }

  // Rows: quiet states first, so that one comparison tells whether there is something to report.
  const row = new Int32Array(size)
  let used = 0
  for (let node = 0; node < size; node += 1) if (!reports[node]) row[node] = width * used++
  const alarm = width * used
  for (let node = 0; node < size; node += 1) if (reports[node]) row[node] = width * used++
  const next = new Int32Array(size * width)
  for (let r = 0; r < roots; r += 1) {
    for (let column = 0; column < count; column += 1) next[row[r]! + column] = row[rootOf(contexts[column]!)]!
  }
  // A node's row is its fallback's, with its own children put in once the fallback's row is complete.
  for (let r = 0; r < roots; r += 1) for (const child of childrenOf[r] ?? []) next[row[r]! + nodeColumn[child]!] = row[child]!
  for (const node of order) {
    next.copyWithin(row[node]!, row[fail[node]!]!, row[fail[node]!]! + count)
    for (const child of childrenOf[node] ?? []) next[row[node]! + nodeColumn[child]!] = row[child]!
    next[row[node]! + holdColumn] = hold[node]!
  }

  const reported = new Map<number, readonly Report[]>()
  for (let node = 0; node < size; node += 1) if (reports[node]) reported.set(row[node]!, reports[node]!)
  return {
    next,
    columns,
    holdColumn,
    start: row[rootOf(contextOf(-1))]!,
    begun: width * roots,
    alarm,
    reports: reported,
    depth,
    rootAfter: (code) => row[rootOf(contextOf(code))]!,
  }
}

/** Columns 0, 1, 2 are for characters that no trigger has: newline, other non-word characters, word characters. */
function columnsOf(triggers: readonly Trigger[]): { columns: Uint8Array | Uint16Array; contexts: number[] } {
  const codes = new Set<number>()
  for (const { text } of triggers) for (let i = 0; i < text.length; i += 1) codes.add(text.charCodeAt(i))
  const columns = codes.size > 250 ? new Uint16Array(65536) : new Uint8Array(65536)
  columns.fill(1)
  for (let code = 48; code < 123; code += 1) if (isWordCode(code)) columns[code] = 2
  columns[10] = 0
  const contexts = [AFTER_NEWLINE, AFTER_OTHER, AFTER_WORD]
  for (const code of codes) columns[code] = contexts.push(contextOf(code)) - 1
  return { columns, contexts }
}

/** Kinds of places that no trigger tells apart share a root. */
function rootsOf(triggers: readonly Trigger[]): { rootOf: (context: number) => number; rootMasks: number[] } {
  const masks = [...new Set(triggers.flatMap(({ after, masks: apart }) => apart ?? [after]))]
  const keys = CONTEXTS.map((context) => masks.map((mask) => (mask & context ? '1' : '0')).join(''))
  const distinct = [...new Set(keys)]
  const index = keys.map((key) => distinct.indexOf(key))
  const rootMasks = distinct.map((key) => CONTEXTS.reduce((mask, context, i) => (keys[i] === key ? mask | context : mask), 0))
  const byContext = new Array<number>(9).fill(0)
  CONTEXTS.forEach((context, i) => (byContext[context] = index[i]!))
  return { rootOf: (context) => byContext[context]!, rootMasks }
}

function siblings(parent: readonly number[], roots: number): (number[] | undefined)[] {
  const result: (number[] | undefined)[] = new Array<undefined>(parent.length).fill(undefined)
  for (let node = roots; node < parent.length; node += 1) (result[parent[node]!] ??= []).push(node)
  return result
}

function breadthFirst(childrenOf: readonly (readonly number[] | undefined)[], roots: number): number[] {
  const order: number[] = []
  for (let r = 0; r < roots; r += 1) order.push(...(childrenOf[r] ?? []))
  for (let i = 0; i < order.length; i += 1) order.push(...(childrenOf[order[i]!] ?? []))
  return order
}
