import type { StandardIssue } from '../lib/standard-schema.ts'

/** Messages by place, while they are put together. */
interface Node {
  _errors?: string[]
  [key: string]: Node | string[] | undefined
}

/** As many as the largest form has fields. Nobody reads more, and a small body of many bad items would be answered with a large one. */
const MAX_ISSUES = 1_000

/**
 * Issues of a schema in the shape of next-safe-action's `formatted`: `{ _errors: [...], field: { _errors: [...] } }`.
 * Messages are the schema's: they speak of the caller's own input. The first 1,000.
 */
export function formatIssues(issues: readonly StandardIssue[]): Readonly<Record<string, unknown>> {
  const root: Node = Object.create(null)
  for (const issue of issues.slice(0, MAX_ISSUES)) {
    let node = root
    for (const part of issue.path ?? []) {
      const key = String(typeof part === 'object' ? part.key : part)
      // A field called `_errors` would clash with the messages of its parent.
      const name = key === '_errors' ? '_errors_' : key
      node = (node[name] ??= Object.create(null)) as Node
    }
    ;(node._errors ??= []).push(issue.message)
  }
  return toPlain(root)
}

function toPlain(node: Node): Readonly<Record<string, unknown>> {
  const object: Record<string, unknown> = {}
  for (const key of Object.keys(node)) {
    const entry = node[key]
    if (key === '__proto__') continue
    object[key] = Array.isArray(entry) ? entry : entry === undefined ? undefined : toPlain(entry)
  }
  return object
}

/** Thrown by the validation control, and by handlers through `returnValidationErrors`. */
export class ValidationFailure extends Error {
  override readonly name = 'ValidationFailure'
  readonly errors: Readonly<Record<string, unknown>>

  constructor(errors: Readonly<Record<string, unknown>>) {
    super('The input is not valid')
    this.errors = errors
  }
}

/**
 * Ends a handler with validation errors of its own, for what only the server can know: a name that is taken.
 *
 * @throws ValidationFailure always.
 * @example
 * ```ts
 * returnValidationErrors({ email: { _errors: ['This address is in use.'] } })
 * ```
 */
export function returnValidationErrors(errors: Readonly<Record<string, unknown>>): never {
  throw new ValidationFailure(errors)
}

/** Validation errors with the messages of the whole apart from those of its fields, in the shape of next-safe-action's `flattened`. */
export function flattenValidationErrors(errors: object): { readonly formErrors: readonly string[]; readonly fieldErrors: { readonly [field: string]: readonly string[] } } {
  const formErrors: string[] = []
  const fieldErrors: Record<string, readonly string[]> = {}
  for (const [key, entry] of Object.entries(errors)) {
    if (key === '_errors') formErrors.push(...(entry as readonly string[]))
    else fieldErrors[key] = collect(entry)
  }
  return { formErrors, fieldErrors }
}

function collect(entry: unknown): string[] {
  if (Array.isArray(entry)) return entry.filter((message) => typeof message === 'string')
  if (typeof entry !== 'object' || entry === null) return []
  return Object.values(entry).flatMap(collect)
}
