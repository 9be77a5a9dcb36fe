// `node scripts/ocsf-facts.ts CHECKOUT`: derives what the OCSF sink is tested against (attributes of API Activity with the profile
// `security_control`, their requirement levels, types and enumerated values) from a checkout of https://github.com/ocsf/ocsf-schema.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

interface Attribute {
  readonly type?: string
  readonly is_array?: boolean
  readonly requirement?: string
  readonly enum?: { readonly [value: string]: unknown }
}

interface Definition {
  readonly name?: string
  readonly uid?: number
  readonly category?: string
  readonly extends?: string
  readonly attributes: { readonly [name: string]: Attribute }
  readonly constraints?: { readonly at_least_one?: readonly string[] }
}

const [checkout] = process.argv.slice(2)
if (checkout === undefined) {
  console.error('Usage: node scripts/ocsf-facts.ts CHECKOUT')
  process.exit(2)
}
const CLASS = 'application/api_activity'
const PROFILE = 'security_control'
const OBJECTS = ['metadata', 'product', 'actor', 'user', 'api', 'service', 'request', 'network_endpoint', 'authorization', 'policy', 'resource_details']
const TARGET = 'packages/sallyport/src/audit/sinks/ocsf-facts.fixture.json'

const read = <T = Definition>(path: string): T => JSON.parse(readFileSync(join(checkout, path), 'utf8')) as T
const files = (folder: string): string[] => readdirSync(join(checkout, folder), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json')).map((file) => join(folder, file))
const byName = (folder: string): Map<string, Definition> => new Map(files(folder).map((file) => [read(file).name ?? '', read(file)]))
const dictionary = read<Definition & { readonly types: Definition }>('dictionary.json')
const categories = read<{ readonly attributes: { readonly [name: string]: { readonly uid: number } } }>('categories.json')
const events = byName('events')
const objects = byName('objects')

/** Attributes with what they inherit: a level says only what it changes. */
function inherited(definition: Definition, known: Map<string, Definition>): { attributes: Record<string, Attribute>; atLeastOne: readonly string[] } {
  const parent = definition.extends === undefined ? undefined : known.get(definition.extends)
  const above = parent === undefined ? { attributes: {}, atLeastOne: [] } : inherited(parent, known)
  const attributes: Record<string, Attribute> = { ...above.attributes }
  for (const [name, attribute] of Object.entries(definition.attributes)) {
    if (name !== '$include') attributes[name] = { ...attributes[name], ...attribute, enum: { ...attributes[name]?.enum, ...attribute.enum } }
  }
  return { attributes, atLeastOne: definition.constraints?.at_least_one ?? above.atLeastOne }
}

function facts(attributes: Record<string, Attribute>): object {
  return Object.fromEntries(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, own]) => {
    const shared = dictionary.attributes[name]
    const values = Object.keys({ ...shared?.enum, ...own.enum })
    const type = own.type ?? shared?.type ?? ''
    const basic = dictionary.types.attributes[type]?.type ?? type
    return [name, { type: basic === '' ? type : basic, ...(type === 'ip_t' && { format: 'ip' }), ...((own.is_array ?? shared?.is_array) && { array: true }), requirement: own.requirement ?? 'optional', ...(values.length > 0 && { values }) }]
  }))
}

const activity = read(`events/${CLASS}.json`)
const whole = inherited(activity, events)
const category = categories.attributes[inheritedCategory(activity)]?.uid ?? 0
const result = {
  version: read<{ version: string }>('version.json').version, profile: PROFILE, class_uid: category * 1_000 + (activity.uid ?? 0), category_uid: category,
  class: { attributes: facts({ ...read(`profiles/${PROFILE}.json`).attributes, ...whole.attributes }), atLeastOne: whole.atLeastOne },
  objects: Object.fromEntries(OBJECTS.map((name) => {
    const { attributes, atLeastOne } = inherited(objects.get(name) ?? { attributes: {} }, objects)
    return [name, { attributes: facts(attributes), atLeastOne }]
  })),
}
writeFileSync(TARGET, `${JSON.stringify(result, null, 1).replaceAll(/\{\n\s+("type"[^{}]+)\n\s+\}/gu, (_, inside: string) => `{ ${inside.replaceAll(/\s*\n\s*/gu, ' ')} }`)}\n`)
console.log(`${TARGET}: OCSF ${result.version}, class ${result.class_uid}`)

function inheritedCategory(definition: Definition): string {
  return definition.category ?? inheritedCategory(events.get(definition.extends ?? '') ?? { attributes: {}, category: 'none' })
}
