/** A form's field name that can't be read, or that would nest too deeply. */
export class FormDataError extends TypeError {
  override readonly name = 'FormDataError'
}

const MAX_FIELDS = 1_000
const MAX_NESTING = 8
const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * The fields of a form as a plain object. `address.city` and `address[city]` nest, `items[0]` and `tags[]` make lists; a
 * name that occurs more than once makes a list too. Names that begin with `$ACTION_` are React's own and are left out.
 * Values stay strings and files: what they mean is the schema's to say. An empty file field (no name, no bytes) is left out.
 *
 * @throws FormDataError for names that pollute prototypes, clash, or nest deeper than 8, and for more than 1,000 fields.
 */
export function formDataToObject(form: FormData): Record<string, unknown> {
  const root: Record<string, unknown> = Object.create(null)
  let fields = 0
  for (const [name, value] of form) {
    if (name.startsWith('$ACTION_')) continue
    if (++fields > MAX_FIELDS) throw new FormDataError(`a form has more than ${MAX_FIELDS} fields`)
    if (typeof value !== 'string' && value.size === 0 && value.name === '') continue
    insert(root, parseName(name), value)
  }
  return plain(root) as Record<string, unknown>
}

function parseName(name: string): string[] {
  const parts: string[] = []
  const head = /^[^.[\]]+/.exec(name)?.[0]
  if (head === undefined) throw new FormDataError('a field has no name that can be read')
  parts.push(head)
  const rest = /\.([^.[\]]+)|\[([^.[\]]*)\]/y
  rest.lastIndex = head.length
  while (rest.lastIndex < name.length) {
    const match = rest.exec(name)
    if (match === null) throw new FormDataError('a field has no name that can be read')
    parts.push(match[1] ?? match[2] ?? '')
  }
  if (parts.length > MAX_NESTING) throw new FormDataError(`a field's name nests deeper than ${MAX_NESTING}`)
  for (const part of parts) if (FORBIDDEN.has(part)) throw new FormDataError('a field has a name that pollutes prototypes')
  return parts
}

/** Collects under null prototypes; `plain` makes ordinary objects and lists of it. */
function insert(root: Record<string, unknown>, parts: readonly string[], value: FormDataEntryValue): void {
  let at = root
  for (let i = 0; i < parts.length - 1; i++) {
    const key = parts[i] as string
    const child: unknown = at[key]
    if (child === undefined) at = at[key] = Object.create(null) as Record<string, unknown>
    else if (isTree(child)) at = child
    else throw new FormDataError('two fields have names that clash')
  }
  const last = parts[parts.length - 1] as string
  const before = at[last]
  if (last === '') {
    const next = String(Object.keys(at).length)
    // `a[1]` and then `a[]`: it would take the place of the other.
    if (at[next] !== undefined) throw new FormDataError('two fields have names that clash')
    at[next] = value
  } else if (before === undefined) at[last] = value
  else if (Array.isArray(before)) before.push(value)
  else if (isTree(before)) throw new FormDataError('two fields have names that clash')
  else at[last] = [before, value]
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null
}

function plain(value: unknown): unknown {
  if (!isTree(value)) return value
  const keys = Object.keys(value)
  if (keys.length > 0 && keys.every((key, i) => key === String(i))) return keys.map((key) => plain(value[key]))
  const object: Record<string, unknown> = {}
  for (const key of keys) object[key] = plain(value[key])
  return object
}
