import { namesToken } from './labels.ts'
import type { Shared } from './shared.ts'
import type { Lib, Value } from './value.ts'

const deepest = 3

/** A text that is the same for arguments that lead to the same result. Undefined where that can't be told. */
export function signatureOf(shared: Shared, args: readonly Value[]): string | undefined {
  let all = ''
  for (const arg of args) {
    const own = signature(shared, arg, 0)
    if (own === undefined) return undefined
    all += `${own};`
  }
  return all
}

function signature(shared: Shared, value: Value, depth: number): string | undefined {
  switch (value.kind) {
    case 'unknown': {
      const { name, truthy, loose } = value
      // Few names decide anything.
      const told = name !== undefined && (name === 'request' || name === '...' || namesToken(name)) ? name : ''
      const own = `u${value.labels}${truthy === undefined ? '' : truthy ? 't' : 'f'}${loose ?? ''}${told}`
      if (value.item === undefined) return own
      const item = depth > deepest ? undefined : signature(shared, value.item, depth + 1)
      return item === undefined ? undefined : `${own}[${item}]`
    }
    case 'const':
      return `c${value.labels}${typeof value.value}${String(value.value)}`
    case 'object': {
      if (shared.isFixed(value)) return `n${shared.numberOf(value)}`
      if (depth > deepest || value.of?.scope?.top === false) return undefined
      let all = `o${value.labels}${value.of ? `^${shared.numberOf(value.of.node)}` : ''}`
      for (const [name, part] of value.properties) {
        const own = signature(shared, part, depth + 1)
        if (own === undefined) return undefined
        all += `,${name}:${own}`
      }
      const rest = value.rest ? signature(shared, value.rest, depth + 1) : ''
      return rest === undefined ? undefined : `${all}|${rest}}`
    }
    case 'list': {
      if (depth > deepest) return undefined
      let all = `l${value.labels}`
      for (const item of value.items) {
        const own = signature(shared, item, depth + 1)
        if (own === undefined) return undefined
        all += `,${own}`
      }
      return `${all}]`
    }
    case 'promise': {
      const own = signature(shared, value.value, depth)
      return own === undefined ? undefined : `p${value.labels}${value.rejected === undefined ? '' : '!'}${own}`
    }
    case 'lib':
      return chain(shared, value, depth)
    case 'function':
      return (value.scope === undefined || value.scope.top) && !value.bound && !value.self ? `n${value.labels}.${shared.numberOf(value.node)}` : undefined
    default:
      return `n${shared.numberOf(value)}`
  }
}

/** What a library gave is the same where the same calls with the same arguments made it. */
function chain(shared: Shared, value: Lib, depth: number): string | undefined {
  // The chain goes on, and with it what the effect is about.
  if (value.effect) return undefined
  let all = `b${value.labels}${value.missing ? '?' : ''}${value.package}:${value.path}`
  if (value.calls.length === 0) return all
  if (value.builder || depth > deepest) return `n${shared.numberOf(value)}`
  for (const call of value.calls) {
    all += `(${shared.numberOf(call.node)}`
    for (const arg of call.args) {
      const own = signature(shared, arg, depth + 1)
      if (own === undefined) return `n${shared.numberOf(value)}`
      all += `,${own}`
    }
  }
  return all
}
