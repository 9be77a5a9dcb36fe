import type { Effect } from './facts.ts'
import type { Shared } from './shared.ts'
import type { Value } from './value.ts'

/** A copy of a value that code may change without changing the original. Chains go on with the copies of their effects. */
export function copyOf(shared: Shared, value: Value, effects: ReadonlyMap<Effect, Effect>, made: Map<Value, Value> = new Map()): Value {
  switch (value.kind) {
    case 'object': {
      if (shared.isFixed(value)) return value
      const known = made.get(value)
      if (known) return known
      const properties = new Map<string, Value>()
      const copy: Value = { ...value, properties }
      made.set(value, copy)
      for (const [name, part] of value.properties) properties.set(name, copyOf(shared, part, effects, made))
      return copy
    }
    case 'list': {
      let items: Value[] | undefined
      value.items.forEach((item, index) => {
        const copy = copyOf(shared, item, effects, made)
        if (copy !== item) (items ??= [...value.items])[index] = copy
      })
      return items ? { ...value, items } : value
    }
    case 'promise': {
      const copy = copyOf(shared, value.value, effects, made)
      return copy === value.value ? value : { ...value, value: copy }
    }
    case 'lib': {
      const effect = value.effect && effects.get(value.effect)
      return effect ? { ...value, effect } : value
    }
    default:
      return value
  }
}

/** Whether something that code can change is part of both. */
export function sharesParts(shared: Shared, value: Value, args: readonly Value[]): boolean {
  const parts = new Set<Value>()
  for (const arg of args) collect(shared, arg, parts)
  return parts.size > 0 && touches(shared, value, parts, new Set())
}

function collect(shared: Shared, value: Value, parts: Set<Value>): void {
  if (value.kind === 'promise') collect(shared, value.value, parts)
  if (value.kind === 'list') for (const item of value.items) collect(shared, item, parts)
  if (value.kind !== 'object' || parts.has(value) || shared.isFixed(value)) return
  parts.add(value)
  for (const part of value.properties.values()) collect(shared, part, parts)
}

function touches(shared: Shared, value: Value, parts: ReadonlySet<Value>, seen: Set<Value>): boolean {
  if (parts.has(value)) return true
  if (value.kind === 'promise') return touches(shared, value.value, parts, seen)
  if (value.kind === 'list') return value.items.some((item) => touches(shared, item, parts, seen))
  if (value.kind !== 'object' || seen.has(value) || shared.isFixed(value)) return false
  seen.add(value)
  for (const part of value.properties.values()) if (touches(shared, part, parts, seen)) return true
  return false
}
