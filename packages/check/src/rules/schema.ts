import type { ChainCall, Value } from '../derive/value.ts'

const boundedFormats = /^(?:max|length|uuid|uuidv\d|guid|cuid2?|ulid|nanoid|datetime|date|time|ip|ipv4|ipv6|cidrv?\d?|mac|e164|regex|hash|enum|hex|maxLength|size)$/
const stringFormats = /^(?:string|email|url|text|nonEmptyString)$/
const transparent = /^(?:object|strictObject|looseObject|partial|required|extend|merge|pick|omit|array|optional|nullable|nullish|union|discriminatedUnion|intersection|and|or|tuple|record|default|catch|refine|superRefine|transform|pipe|preprocess|strict|passthrough|strip|shape|readonly|brand|describe|lazy|set|map|promise|effects|safeExtend)$/

/** Names of the strings of a schema (Zod and its like) that have no maximum length. */
export function unboundedStrings(schema: Value | undefined): string[] {
  if (!schema) return []
  // A chain is all that its value is about: `schema.parse` makes a new value of it each time.
  const key = schema.kind === 'lib' ? schema.calls : schema
  const known = seen.get(key)
  if (known) return known
  const found = new Set<string>()
  visit(schema, '', found, 0)
  const names = [...found]
  seen.set(key, names)
  return names
}

const seen = new WeakMap<object, string[]>()

function visit(value: Value, name: string, found: Set<string>, depth: number): void {
  if (depth > 12) return
  if (value.kind === 'object') {
    for (const [key, part] of value.properties) visit(part, name === '' ? key : `${name}.${key}`, found, depth + 1)
    return
  }
  if (value.kind === 'list') {
    for (const item of value.items) visit(item, name, found, depth + 1)
    return
  }
  if (value.kind !== 'lib') return
  const own = value.calls
  const names = own.map((call) => call.name)
  if (names.some((one) => stringFormats.test(one))) {
    if (!names.some((one) => boundedFormats.test(one)) && !own.some((call) => call.args.some(bounds))) found.add(name || 'the value')
    return
  }
  if (own.some((call) => call.args.some(bounds))) return
  const left = omitted(own)
  for (const call of own) {
    if (!transparent.test(call.name) || call.name === 'omit' || call.name === 'pick' || call.name === 'refine' || call.name === 'superRefine' || call.name === 'default' || call.name === 'describe') continue
    for (const arg of call.args) {
      if (arg.kind !== 'object') visit(arg, name, found, depth + 1)
      else for (const [key, part] of arg.properties) if (!left(key)) visit(part, name === '' ? key : `${name}.${key}`, found, depth + 1)
    }
  }
}

/** `v.pipe(v.string(), v.maxLength(9))`. */
function bounds(value: Value): boolean {
  return value.kind === 'lib' && /^(?:maxLength|length|uuid|regex|maxGraphemes|maxBytes|nanoid|ulid|cuid2)$/.test(value.calls[0]?.name ?? '')
}

function omitted(calls: readonly ChainCall[]): (name: string) => boolean {
  const out = new Set<string>()
  let only: Set<string> | undefined
  for (const call of calls) {
    const arg = call.args[0]
    if (arg?.kind !== 'object') continue
    if (call.name === 'omit') for (const key of arg.properties.keys()) out.add(key)
    if (call.name === 'pick') only = new Set(arg.properties.keys())
  }
  return (name) => out.has(name) || (only !== undefined && !only.has(name))
}
