import type { StandardIssue, StandardSchemaV1 } from './standard-schema.ts'

/** A Standard Schema of the library's own, so that its actions need no schema library. It changes nothing that it reads, but for trimming. */
export type Shape<T> = StandardSchemaV1<T, T> & { readonly optional?: true }

/** What a shape reads. */
export type ShapeOf<S> = S extends Shape<infer T> ? T : never

type Fields = { readonly [name: string]: Shape<unknown> }
type OptionalKeys<F extends Fields> = { [Key in keyof F]: F[Key] extends { readonly optional: true } ? Key : never }[keyof F]
/** The object that a record of shapes reads. */
export type RecordOf<F extends Fields> = { readonly [Key in Exclude<keyof F, OptionalKeys<F>>]: ShapeOf<F[Key]> } & {
  readonly [Key in OptionalKeys<F>]?: ShapeOf<F[Key]>
}

type Read<T> = { readonly value: T } | { readonly issues: readonly StandardIssue[] }

/** The vendor of the library's own schemas. */
export const OWN = 'sallyport'

function shape<T>(read: (value: unknown) => Read<T>, jsonSchema: Record<string, unknown>): Shape<T> {
  const json = (): Record<string, unknown> => jsonSchema
  return { '~standard': { version: 1, vendor: OWN, validate: read, jsonSchema: { input: json, output: json } } }
}

const wrong = (message: string): Read<never> => ({ issues: [{ message }] })

/** A text: trimmed, at most `max` characters, and not empty unless `min` is 0. */
export function textShape(max: number, options: { readonly min?: number; readonly pattern?: RegExp } = {}): Shape<string> {
  const { min = 1, pattern } = options
  const read = (value: unknown): Read<string> => {
    if (typeof value !== 'string') return wrong('A text is expected.')
    const text = value.trim()
    if (text.length < min || text.length > max) return wrong(`Between ${min} and ${max} characters are expected.`)
    return pattern === undefined || pattern.test(text) ? { value: text } : wrong('The text does not have the form that is expected.')
  }
  return shape(read, { type: 'string', minLength: min, maxLength: max, ...(pattern === undefined ? {} : { pattern: pattern.source }) })
}

/** A whole number. Texts of digits are read too, for forms send nothing else. */
export function integerShape(min: number, max: number = Number.MAX_SAFE_INTEGER): Shape<number> {
  const read = (value: unknown): Read<number> => {
    const number = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value
    if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < min || number > max) return wrong(`A whole number between ${min} and ${max} is expected.`)
    return { value: number }
  }
  return shape(read, { type: 'integer', minimum: min, maximum: max })
}

/** True or false. What a form sends is read too: `true`, `false`, and `on` of a box that is ticked. */
export function flagShape(): Shape<boolean> {
  const read = (value: unknown): Read<boolean> => {
    if (value === true || value === 'true' || value === 'on') return { value: true }
    return value === false || value === 'false' ? { value: false } : wrong('True or false is expected.')
  }
  return shape(read, { type: 'boolean' })
}

/** Nothing but `true`: the answer of what either works or throws. */
export function trueShape(): Shape<true> {
  return shape<true>((value) => (value === true ? { value } : wrong('True is expected.')), { const: true })
}

export function choiceShape<const Choice extends string>(choices: readonly Choice[]): Shape<Choice> {
  const read = (value: unknown): Read<Choice> => {
    const found = choices.find((choice) => choice === value)
    return found === undefined ? wrong(`One of ${choices.join(', ')} is expected.`) : { value: found }
  }
  return shape(read, { type: 'string', enum: [...choices] })
}

/** A text, a number or a truth value. */
export function scalarShape(maxLength = 1_000): Shape<string | number | boolean> {
  const read = (value: unknown): Read<string | number | boolean> => {
    if (typeof value === 'string' ? value.length <= maxLength : typeof value === 'boolean' || Number.isFinite(value)) return { value: value as string | number | boolean }
    return wrong('A text, a number, true or false is expected.')
  }
  return shape(read, { type: ['string', 'number', 'boolean'] })
}

export function listShape<T>(item: Shape<T>, max: number): Shape<readonly T[]> {
  const read = (value: unknown): Read<readonly T[]> => {
    if (!Array.isArray(value) || value.length > max) return wrong(`A list of at most ${max} is expected.`)
    return collect(value.map((one, i) => [i, one, item] as const), (values) => values as readonly T[])
  }
  return shape(read, { type: 'array', items: jsonOf(item), maxItems: max })
}

/** An object whose keys the caller chooses. */
export function mapShape<T>(item: Shape<T>, max: number): Shape<{ readonly [key: string]: T }> {
  const read = (value: unknown): Read<{ readonly [key: string]: T }> => {
    if (!isObject(value) || Object.keys(value).length > max) return wrong(`An object with at most ${max} keys is expected.`)
    const keys = Object.keys(value)
    return collect(keys.map((key) => [key, value[key], item] as const), (values) => Object.fromEntries(keys.map((key, i) => [key, values[i] as T])))
  }
  return shape(read, { type: 'object', additionalProperties: jsonOf(item), maxProperties: max })
}

export function nullableShape<T>(inner: Shape<T>): Shape<T | null> {
  return shape<T | null>((value) => (value === null ? { value } : (inner['~standard'].validate(value) as Read<T>)), { anyOf: [jsonOf(inner), { type: 'null' }] })
}

/** A field that may be missing. Forms send an empty text for what was not filled in: that counts as missing too. */
export function optionalShape<T>(inner: Shape<T>): Shape<T> & { readonly optional: true } {
  return { ...inner, optional: true }
}

/** An object with these keys and no others. */
export function recordShape<const F extends Fields>(fields: F): Shape<RecordOf<F>> {
  const names = Object.keys(fields)
  const read = (value: unknown): Read<RecordOf<F>> => {
    if (!isObject(value)) return wrong('An object is expected.')
    const unknown = Object.keys(value).find((key) => !names.includes(key))
    if (unknown !== undefined) return wrong(`'${unknown}' is not expected.`)
    const there = names.filter((name) => fields[name]?.optional !== true || (value[name] !== undefined && value[name] !== ''))
    // The fields are those that the type was made from.
    return collect(there.map((name) => [name, value[name], fields[name] as Shape<unknown>] as const), (values) => Object.fromEntries(there.map((name, i) => [name, values[i]])) as RecordOf<F>)
  }
  const required = names.filter((name) => fields[name]?.optional !== true)
  const properties = Object.fromEntries(names.map((name) => [name, jsonOf(fields[name] as Shape<unknown>)]))
  return shape(read, { type: 'object', properties, required, additionalProperties: false })
}

function collect<T>(parts: readonly (readonly [PropertyKey, unknown, Shape<unknown>])[], build: (values: readonly unknown[]) => T): Read<T> {
  const values: unknown[] = []
  const issues: StandardIssue[] = []
  for (const [key, value, part] of parts) {
    const result = part['~standard'].validate(value) as Read<unknown>
    if ('issues' in result) issues.push(...result.issues.map((issue) => ({ message: issue.message, path: [key, ...(issue.path ?? [])] })))
    else values.push(result.value)
  }
  return issues.length > 0 ? { issues } : { value: build(values) }
}

function jsonOf(part: Shape<unknown>): Record<string, unknown> {
  return part['~standard'].jsonSchema?.output({ target: 'draft-2020-12' }) ?? {}
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
