import { has, union, CALLER, DATA, VALID, type Labels } from './labels.ts'
import { deepLabels, type Value } from './value.ts'
import type { Effect } from './facts.ts'

/** `{ increment: 1 }`, or an expression for the database: sql`${calls} + 1`. */
function raises(value: Value): boolean {
  if (value.kind === 'object') return value.properties.has('increment') || value.properties.has('decrement')
  const made = value.kind === 'lib' ? value.calls.at(-1) : undefined
  return made !== undefined && /[+-]\s*(?:\d|\$\{)/.test(made.module.text.slice(made.node.start, made.node.end))
}

/** Labels of what an effect is given: something that a schema let through unread is not valid. */
export function givenLabels(value: Value): Labels {
  return isUnread(value, 0) ? deepLabels(value) & ~VALID : deepLabels(value)
}

function isUnread(value: Value, depth: number): boolean {
  if (value.kind === 'unknown') return value.loose === 'all'
  if (depth > 4) return false
  if (value.kind === 'list') return value.items.some((item) => isUnread(item, depth + 1))
  return value.kind === 'object' && ([...value.properties.values()].some((part) => isUnread(part, depth + 1)) || (value.rest !== undefined && isUnread(value.rest, depth + 1)))
}

function isLoose(value: Value): boolean {
  return value.kind === 'unknown' && value.loose !== undefined && has(value.labels, CALLER)
}

/** `{ profile: { update: input } }`: the columns of another row, in the same call. */
const writesRelated = /^(?:create|createMany|update|upsert|connectOrCreate)$/

function isRawObject(value: Value): boolean {
  const open = value.kind === 'object' ? value.rest : value.kind === 'unknown' ? value : undefined
  return open !== undefined && has(open.labels, CALLER) && (!has(open.labels, VALID) || isLoose(open))
}

export function data(effect: Effect, value: Value): void {
  const raw = (labels: Labels): boolean => has(labels, CALLER) && !has(labels, VALID)
  if (value.kind === 'object') {
    for (const [name, part] of value.properties) {
      effect.fields.set(name, union(effect.fields.get(name) ?? 0, deepLabels(part)))
      if (name === '*' && isLoose(part)) effect.whole = true
      if (part.kind === 'object') for (const [how, related] of part.properties) if (writesRelated.test(how) && isRawObject(related)) effect.whole = true
      if (has(deepLabels(part), DATA) || raises(part)) effect.raises.add(name)
    }
    if (value.rest && (raw(value.rest.labels) || isLoose(value.rest))) effect.whole = true
    if (value.rest) effect.fields.set('...', value.rest.labels)
  } else if (value.kind === 'list') for (const item of value.items) data(effect, item)
  else if (value.kind === 'unknown' && value.item) data(effect, value.item)
  else {
    if (raw(value.labels) || isLoose(value)) effect.whole = true
    effect.fields.set('...', value.labels)
  }
}
