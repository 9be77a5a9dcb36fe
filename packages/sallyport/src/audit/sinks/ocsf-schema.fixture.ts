// Checks an event against facts of the published OCSF schema. They were derived by scripts/ocsf-facts.ts, which also brings a newer version.
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'

interface Attribute {
  readonly type: string
  readonly format?: 'ip'
  readonly array?: boolean
  readonly requirement: 'required' | 'recommended' | 'optional'
  readonly values?: readonly string[]
}

interface Definition {
  readonly attributes: { readonly [name: string]: Attribute }
  readonly atLeastOne: readonly string[]
}

interface Facts {
  readonly version: string
  readonly class_uid: number
  readonly category_uid: number
  readonly class: Definition
  readonly objects: { readonly [name: string]: Definition }
}

const facts = JSON.parse(readFileSync(new URL('./ocsf-facts.fixture.json', import.meta.url), 'utf8')) as Facts

/** The version of the schema that events are checked against. */
export const OCSF_VERSION = facts.version

const BASIC: { readonly [type: string]: (value: unknown) => boolean } = {
  string_t: (value) => typeof value === 'string',
  integer_t: Number.isSafeInteger,
  long_t: Number.isSafeInteger,
  boolean_t: (value) => typeof value === 'boolean',
  json_t: () => true,
}

/** What an API Activity event has that the schema does not allow, or lacks that it requires. */
export function ocsfProblems(event: { readonly [name: string]: unknown }): readonly string[] {
  const uids = { class_uid: facts.class_uid, category_uid: facts.category_uid, type_uid: facts.class_uid * 100 + Number(event['activity_id']) }
  const wrong = Object.entries(uids).filter(([name, uid]) => event[name] !== uid).map(([name]) => `${name} is ${String(event[name])}`)
  // The schema's sources enumerate the uids of the base class; a class has its own.
  return [...wrong, ...problemsOf(event, facts.class, '', new Set(Object.keys(uids)))]
}

function problemsOf(value: { readonly [name: string]: unknown }, { attributes, atLeastOne }: Definition, path: string, checked: ReadonlySet<string> = new Set()): string[] {
  const problems = Object.entries(attributes).filter(([name, { requirement }]) => requirement === 'required' && value[name] === undefined).map(([name]) => `${path}${name} is missing`)
  if (atLeastOne.length > 0 && !atLeastOne.some((name) => value[name] !== undefined)) problems.push(`${path} has none of ${atLeastOne.join(', ')}`)
  for (const [name, item] of Object.entries(value)) {
    const attribute = attributes[name]
    if (attribute === undefined) problems.push(`${path}${name} is not of the schema`)
    else if (Array.isArray(item) !== (attribute.array === true)) problems.push(`${path}${name} is ${attribute.array === true ? 'no' : 'an'} array`)
    else for (const one of [item].flat() as unknown[]) problems.push(...problemsOfOne(one, attribute, `${path}${name}`, checked.has(name)))
  }
  return problems
}

function problemsOfOne(value: unknown, { type, format, values }: Attribute, path: string, checked: boolean): string[] {
  const basic = BASIC[type]
  if (basic !== undefined) {
    if (!basic(value)) return [`${path} is no ${type}`]
    if (format === 'ip' && isIP(String(value)) === 0) return [`${path} is no address`]
    return checked || values === undefined || values.includes(String(value)) ? [] : [`${path} can not be ${String(value)}`]
  }
  if (typeof value !== 'object' || value === null) return [`${path} is no object`]
  if (type === 'object') return []
  const definition = facts.objects[type]
  return definition === undefined ? [`${path}: no facts of ${type}`] : problemsOf(value as { readonly [name: string]: unknown }, definition, `${path}.`)
}
