/** A text in an event: where it stands, and what tells it from others that are under way. */
export interface Piece {
  readonly path: readonly string[]
  /**
   * The path, with what an element says is its index in place of its position: streams of several answers send them one at a
   * time. Elements of one text have their kind there: who reads them joins them, wherever they stand.
   */
  readonly name: string
  readonly text: string
}

/** What ends a text: the event's own word, or that it breaks off. */
export type Ending = 'end' | 'abort'

type Fields = Readonly<Record<string, unknown>>

/** Lists of what is one text, for each kind of element. */
const JOINED: ReadonlySet<string | undefined> = new Set(['parts', 'content', 'thinking'])
const IDS = ['toolCallId', 'id', 'item_id', 'output_index', 'content_index', 'summary_index', 'index'] as const
const ENDS_ALL = /^(?:finish|finish-step|message_stop|message_delta|response\.completed)$/
const CUTS_OFF = /^(?:error|abort|reset-step|response\.(?:failed|incomplete))$/
const ENDS_ONE = /(?:-end|-available|-error|_stop|\.done)$/
const PIECE_OF = /(?:-delta|_delta|\.delta)$/

/**
 * What tells texts apart that have the same path: the kind of event and its ids. Answers of a list of choices are told apart by
 * their index alone, for some servers give each chunk an id of its own.
 */
export function nameOf(event: object): string {
  const { choices, candidates } = event as Fields
  if (Array.isArray(choices) || Array.isArray(candidates)) return ''
  return `${kindOf(event, PIECE_OF)} ${idsOf(event)}`
}

function idsOf(event: object): string {
  return JSON.stringify(IDS.map((id) => (event as Fields)[id]).map((id) => (typeof id === 'string' || typeof id === 'number' ? String(id) : '')))
}

function kindOf(event: object, ending: RegExp): string {
  const { type } = event as { readonly type?: unknown }
  return typeof type === 'string' ? type.replace(ending, '') : ''
}

/** Whether it comes from a model as its provider writes it. */
export function isModels(event: object): boolean {
  const { type, choices, candidates } = event as Fields
  return Array.isArray(choices) || Array.isArray(candidates) || (typeof type === 'string' && type.startsWith('response.'))
}

/** Whether an event ends a text, and how. `name` is the whole name of the text: of the event, then of the piece. */
export function endingOf(event: object): (name: string) => Ending | null {
  const { type, error, choices, candidates } = event as Fields
  if (typeof type === 'string') {
    if (CUTS_OFF.test(type)) return () => 'abort'
    if (ENDS_ALL.test(type)) return () => 'end'
    if (ENDS_ONE.test(type)) {
      const ended = `${kindOf(event, ENDS_ONE)} ${idsOf(event)}:`
      return (name) => (name.startsWith(ended) ? 'end' : null)
    }
  }
  if (typeof error === 'object' && error !== null) return () => 'abort'
  const finished = [...finishedOf('choices', choices, 'finish_reason'), ...finishedOf('candidates', candidates, 'finishReason')]
  return (name) => (finished.some((prefix) => name.startsWith(prefix)) ? 'end' : null)
}

function finishedOf(list: string, items: unknown, reason: string): readonly string[] {
  if (!Array.isArray(items)) return []
  return items.flatMap((item: unknown, i) => {
    const said = typeof item === 'object' && item !== null ? (item as Fields)[reason] : undefined
    // Some servers say an empty text, or nothing, until there is a reason.
    return typeof said === 'string' && said !== '' ? [`:${list}.${indexOf(item, i)}.`] : []
  })
}

/** The texts of an event that a pattern leads to. */
export function findPieces(value: unknown, pattern: readonly string[], path: readonly string[] = [], name = ''): Piece[] {
  const [key, ...rest] = pattern
  if (key === undefined) return typeof value === 'string' ? [{ path, name, text: value }] : []
  if (typeof value !== 'object' || value === null) return []
  if (key === '*') return Array.isArray(value) ? value.flatMap((item: unknown, i) => findPieces(item, rest, [...path, String(i)], `${name}${JOINED.has(path.at(-1)) ? elementKind(item) : indexOf(item, i)}.`)) : []
  return Object.hasOwn(value, key) ? findPieces((value as Fields)[key], rest, [...path, key], `${name}${key}.`) : []
}

function indexOf(item: unknown, position: number): string {
  const index = typeof item === 'object' && item !== null ? (item as Fields)['index'] : undefined
  return String(typeof index === 'number' ? index : position)
}

/** Gemini's thoughts say that they are some, Mistral's have a type. */
function elementKind(item: unknown): string {
  const { type, thought } = (typeof item === 'object' && item !== null ? item : {}) as Fields
  return typeof type === 'string' ? type : thought === true ? 'thought' : ''
}

/** Whether a text is JSON in which a string may hide behind escapes. */
export function isJsonText(event: object, { path }: Piece): boolean {
  const field = path.at(-1)
  return field === 'inputTextDelta' || field === 'partial_json' || field === 'arguments' || (field === 'delta' && kindOf(event, PIECE_OF).endsWith('arguments'))
}

/** A copy with one string replaced. */
export function replaceAt(value: unknown, path: readonly string[], text: string): unknown {
  const [key, ...rest] = path
  if (key === undefined) return text
  if (Array.isArray(value)) return value.map((item, i) => (String(i) === key ? replaceAt(item, rest, text) : item))
  const record = value as Record<string, unknown>
  return { ...record, [key]: replaceAt(record[key], rest, text) }
}

/** What of an event says whose text it is: what is no list and no object itself, along the path. What else it says is not said twice. */
export function outlineOf(value: unknown, path: readonly string[]): unknown {
  const [key, ...rest] = path
  if (Array.isArray(value)) return value.map((item: unknown, i) => outlineOf(item, String(i) === key ? rest : []))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).filter(([name, item]) => name === key || isShort(item)).map(([name, item]: [string, unknown]) => [name, name === key ? outlineOf(item, rest) : item]))
}

function isShort(value: unknown): boolean {
  return typeof value === 'string' ? value.length <= 1024 : typeof value !== 'object' || value === null
}
