/** A value that has no JSON form: a function, a symbol, a class instance, a number that is not finite. */
export class NotCanonicalError extends TypeError {
  override readonly name: string = 'NotCanonicalError'
}

/** A text with half of a surrogate pair: what is sent may have it, and no encoder can write it. */
export class IllFormedTextError extends NotCanonicalError {
  override readonly name = 'IllFormedTextError'
}

const MAX_DEPTH = 256

/**
 * The canonical JSON text of a value (RFC 8785, JSON Canonicalization Scheme): keys sorted by UTF-16 code units,
 * numbers as ECMAScript prints them, no white space.
 *
 * Beyond JSON it writes what a parsed input may hold, tagged, so that two values never share a form by accident:
 * `Date` `{"$date":…}`, `bigint` `{"$bigint":…}`, `Map`, `Set`, bytes (hex), `File` and `Blob` (name, size and type: not the content).
 * A plain object with a `$` key at its start is tagged too. Properties that are `undefined` are left out, as in `JSON.stringify`.
 *
 * @throws NotCanonicalError for what has no form, lone surrogates (RFC 8785 section 3.2.2.2) and cycles.
 * @example
 * ```ts
 * canonicalJson({ b: 1, a: [true, null] }) // '{"a":[true,null],"b":1}'
 * ```
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0)
}

/** The keys of an object in the order in which they came, and how it is written. */
interface KnownKeys {
  readonly keys: readonly string[]
  /** Places in `keys`, as they are sorted. */
  readonly order: readonly number[]
  /**
   * What stands before each value, sorted: the key with its quotes and colon, behind a brace or a comma. Four forms of each: the
   * value may be a text and so may the one before, whose quotation marks then belong to it, for every piece has its price.
   */
  readonly texts: readonly string[]
}

/** Added to the index of a form. */
const TO_TEXT = 1
const FROM_TEXT = 2

/** How often a writer learns keys. Where they keep changing, learning costs more than it saves. */
const LESSONS = 16

/**
 * Makes a writer for values that mostly have the same keys, such as the inputs of one action. It writes what `canonicalJson` does, and
 * remembers how the keys of the last object were sorted and quoted.
 */
export function canonicalWriter(): (value: unknown) => string {
  let known: KnownKeys | null = null
  let lessons = 0
  return (value) => {
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return canonicalJson(value)
    const record = value as Readonly<Record<string, unknown>>
    const text = known === null ? null : writeKnown(record, known)
    if (text !== null) return text
    if (lessons < LESSONS) {
      lessons++
      known = learn(Object.keys(record))
    }
    return canonicalJson(value)
  }
}

function learn(keys: readonly string[]): KnownKeys | null {
  if (hasTag(keys) || keys.length > 32) return null
  const sorted = [...keys]
  sortKeys(sorted)
  const texts = sorted.flatMap((key, i) => {
    const plain = `${i === 0 ? '{' : ','}${writeString(key)}:`
    return [plain, `${plain}"`, `"${plain}`, `"${plain}"`]
  })
  return { keys, order: sorted.map((key) => keys.indexOf(key)), texts }
}

/** Null where the object has other keys, or one that is `undefined`. */
function writeKnown(record: Readonly<Record<string, unknown>>, { keys, order, texts }: KnownKeys): string | null {
  const values = new Array<unknown>(keys.length)
  let count = 0
  for (const key in record) {
    if (key !== keys[count]) return null
    const item = record[key]
    if (item === undefined) return null
    values[count++] = item
  }
  if (count !== keys.length) return null
  if (count === 0) return '{}'
  // Where the prototype of all objects is polluted, what is inherited is met too, behind all that is the object's own.
  if (!Object.hasOwn(record, keys[count - 1] as string)) return null
  let text = ''
  let from = 0
  for (let i = 0; i < count; i++) {
    const item = values[order[i] as number]
    if (typeof item === 'string' && isShortAndPlain(item)) {
      text += (texts[4 * i + from + TO_TEXT] as string) + item
      from = FROM_TEXT
    } else {
      text += (texts[4 * i + from] as string) + write(item, 1)
      from = 0
    }
  }
  return text + (from === 0 ? '}' : '"}')
}

function write(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return writeString(value)
    case 'number':
      if (!Number.isFinite(value)) throw new NotCanonicalError(`${value} has no JSON form`)
      return Object.is(value, -0) ? '0' : String(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'bigint':
      return `{"$bigint":"${value}"}`
    case 'object':
      if (value === null) return 'null'
      if (depth > MAX_DEPTH) throw new NotCanonicalError('The value is nested too deeply or refers to itself')
      if (Array.isArray(value)) return writeArray(value, depth)
      return writeObject(value, depth)
    default:
      throw new NotCanonicalError(`A ${typeof value} has no JSON form`)
  }
}

/** A JSON string, as RFC 8785 section 3.2.2.2 has it. */
export function writeString(text: string): string {
  if (isShortAndPlain(text)) return `"${text}"`
  if (!text.isWellFormed()) throw new IllFormedTextError('A text with a lone surrogate has no JSON form')
  return JSON.stringify(text)
}

/** Most strings are short and plain: looking is cheaper than escaping. */
function isShortAndPlain(text: string): boolean {
  return text.length <= 64 && isPlain(text)
}

/** Texts from this length on are faster looked through by a regular expression than by a loop. */
const LONG = 24
const PLAIN = /^[ !#-[\]-~]*$/
/** Longer ones are not remembered. */
const REMEMBERED = 128

// The latest of those that were found plain, for the same one is written several times in a call: its id, its digest, the id of its row.
let latest = ''
let second = ''
let third = ''

/** Whether a text is its own JSON between quotes: printable ASCII without `"` and `\`. */
export function isPlain(text: string): boolean {
  if (text.length >= LONG) {
    if (text === latest || text === second || text === third) return true
    const plain = PLAIN.test(text)
    if (plain && text.length <= REMEMBERED) remember(text)
    return plain
  }
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) return false
  }
  return true
}

function remember(text: string): void {
  third = second
  second = latest
  latest = text
}

function writeArray(items: readonly unknown[], depth: number): string {
  let text = '['
  for (let i = 0; i < items.length; i++) {
    if (i > 0) text += ','
    text += writeItem(items[i], depth + 1)
  }
  return text + ']'
}

function writeItem(item: unknown, depth: number): string {
  return item === undefined ? 'null' : write(item, depth)
}

function writeObject(value: object, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return writeTagged(value, depth)
  const record = value as Readonly<Record<string, unknown>>
  const keys = Object.keys(record)
  sortKeys(keys)
  let text = ''
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string
    const item = record[key]
    if (item === undefined) continue
    text += (text === '' ? '' : ',') + writeString(key) + ':' + write(item, depth + 1)
  }
  return hasTag(keys) ? `{"$object":{${text}}}` : `{${text}}`
}

/** A key with a `$` would read like one of our tags. */
function hasTag(keys: readonly string[]): boolean {
  for (let i = 0; i < keys.length; i++) if ((keys[i] as string).charCodeAt(0) === 0x24) return true
  return false
}

/** Sorts in place. Insertion sort: objects have few keys, and mostly in order already. */
function sortKeys(keys: string[]): void {
  if (keys.length > 32) {
    keys.sort()
    return
  }
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i] as string
    let j = i - 1
    while (j >= 0 && (keys[j] as string) > key) {
      keys[j + 1] = keys[j] as string
      j--
    }
    keys[j + 1] = key
  }
}

function writeTagged(value: object, depth: number): string {
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw new NotCanonicalError('An invalid date has no JSON form')
    return `{"$date":"${value.toISOString()}"}`
  }
  if (value instanceof Map) return `{"$map":[${writeMap(value, depth + 2)}]}`
  if (value instanceof Set) return `{"$set":[${[...value].map((item) => write(item, depth + 1)).sort().join(',')}]}`
  if (value instanceof Uint8Array) return `{"$bytes":"${hex(value)}"}`
  if (value instanceof ArrayBuffer) return `{"$bytes":"${hex(new Uint8Array(value))}"}`
  if (typeof Blob !== 'undefined' && value instanceof Blob) {
    const name = 'name' in value && typeof value.name === 'string' ? value.name : ''
    return `{"$file":${writeObject({ name, size: value.size, type: value.type }, depth + 1)}}`
  }
  throw new NotCanonicalError(`An instance of ${value.constructor?.name ?? 'an unknown class'} has no JSON form`)
}

/** Entries by their keys. Each is written once: keys may be maps themselves. */
function writeMap(map: ReadonlyMap<unknown, unknown>, depth: number): string {
  const entries = [...map].map(([key, item]) => [write(key, depth + 1), writeItem(item, depth + 1)] as const)
  return entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([key, item]) => `[${key},${item}]`).join(',')
}

function hex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}
