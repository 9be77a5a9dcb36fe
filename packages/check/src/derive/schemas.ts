import { CALLER, has, ROW, VALID, type Labels } from './labels.ts'
import { type ChainCall, type Unknown, type Value } from './value.ts'

const shapes = /^(?:object|strictObject|looseObject|interface|extend|safeExtend|merge)$/
const opens = /^(?:record|looseRecord|passthrough|loose|looseObject|catchall|objectWithRest)$/
const closes = /^(?:strict|strip|strictObject|refine|superRefine|check|transform|pipe|overwrite)$/

const known = new WeakMap<readonly ChainCall[], { readonly loose: Unknown['loose'] }>()

/** What a schema leaves unread, as far as its chain says it: of Zod, and of what is written like it. */
function looseness(schema: Value | undefined): Unknown['loose'] {
  if (schema?.kind !== 'lib' || schema.calls.length === 0) return undefined
  const before = known.get(schema.calls)
  if (before) return before.loose
  const [first] = schema.calls
  let loose: Unknown['loose'] = first && (/^(?:any|unknown)$/.test(first.name) || (first.name === 'custom' && first.args.length === 0)) ? 'all' : undefined
  for (const { name } of schema.calls) {
    if (opens.test(name)) loose = 'names'
    else if (closes.test(name)) loose = undefined
  }
  known.set(schema.calls, { loose })
  return loose
}

/** What a schema gives of a value with these labels: valid, but for what it lets through unread. */
export function parsedValue(schema: Value | undefined, from: Labels, name?: string): Value {
  const loose = looseness(schema)
  const labels = (from & ~ROW) | VALID
  const whole: Unknown = { kind: 'unknown', labels: loose === 'all' ? labels & ~VALID : labels, truthy: true, ...(name === undefined ? {} : { name }), ...(loose ? { loose } : {}) }
  const unread = schema?.kind === 'lib' && has(from, CALLER) ? unreadFields(schema.calls) : none
  if (unread.length === 0) return whole
  return { kind: 'object', properties: new Map(unread.map((field) => [field, { kind: 'unknown', labels, name: field, loose: 'all' }])), labels: 0, rest: whole }
}

const none: readonly string[] = []

/** Fields of which a schema says nothing: `z.object({ meta: z.any() })`. */
function unreadFields(calls: readonly ChainCall[]): readonly string[] {
  const fields = new Set<string>()
  for (const call of calls) {
    const shape = shapes.test(call.name) ? call.args[0] : undefined
    if (shape?.kind !== 'object') continue
    for (const [field, part] of shape.properties) {
      if (looseness(part) === 'all') fields.add(field)
      else fields.delete(field)
    }
  }
  return [...fields]
}
