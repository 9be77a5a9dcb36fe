import { Abrupt, type Machine } from './machine.ts'
import { Spot, type Check, type Effect, type Observation } from './facts.ts'
import type { Fn, Value } from './value.ts'

const lists = ['effects', 'sessions', 'refusals', 'validations', 'limits', 'checks', 'opaque', 'streams', 'calls'] as const

type Recorded = { readonly [list in (typeof lists)[number]]: Observation[list] }

/** What a call came to, so that it need not be run again with the same arguments. */
export interface RecordedCall {
  readonly value: Value | undefined
  /** Labels of the throw, where every path ended with one. */
  readonly thrown: number | undefined
  readonly checks: readonly Check[]
  readonly seen: Recorded
  /** Length of the stack when it was recorded. */
  readonly depth: number
  /** Checks that held before: they are replaced by those of the new place. */
  readonly held: number
}

/** A text that is the same for arguments that lead to the same result. Undefined where that can't be told. */
function signature(machine: Machine, value: Value, depth = 0): string | undefined {
  switch (value.kind) {
    case 'unknown':
      return `u${value.labels}${value.truthy === undefined ? '' : value.truthy ? 't' : 'f'}${value.name === 'request' || value.name === '...' ? value.name : ''}`
    case 'const':
      return `c${value.labels}${typeof value.value}${String(value.value)}`
    case 'object': {
      if (depth > 3 || value.of) return undefined
      const parts = [`o${value.labels}`]
      for (const [name, part] of value.properties) {
        const own = signature(machine, part, depth + 1)
        if (own === undefined) return undefined
        parts.push(`${name}:${own}`)
      }
      const rest = value.rest ? signature(machine, value.rest, depth + 1) : ''
      return rest === undefined ? undefined : `${parts.join()}${rest}}`
    }
    case 'list': {
      const parts = value.items.map((item) => signature(machine, item, depth + 1))
      return depth > 3 || parts.includes(undefined) ? undefined : `l${value.labels}${parts.join()}`
    }
    case 'lib':
      return value.effect ? undefined : value.calls.length === 0 ? `b${value.labels}${value.package}:${value.path}` : `n${machine.shared.numberOf(value)}`
    case 'function':
      return value.scope === undefined && !value.bound ? `n${machine.shared.numberOf(value.node)}` : undefined
    default:
      return `n${machine.shared.numberOf(value)}`
  }
}

/** Runs a call of a top-level function, or gives what it came to before. */
export function remembered(machine: Machine, fn: Fn, args: readonly Value[], run: () => Value): Value {
  // A closure depends on more than its arguments, and what reaches the caller is recorded where it is returned.
  if (fn.scope !== undefined || fn.self || machine.quiet || machine.wanted || machine.frames.length <= machine.root) return run()
  const parts = args.map((arg) => signature(machine, arg))
  if (parts.includes(undefined)) return run()
  const key = parts.join(';')
  let calls = machine.shared.calls.get(fn.node)
  if (calls === undefined) machine.shared.calls.set(fn.node, (calls = new Map()))
  const known = calls.get(key)
  if (known) return replay(machine, known)

  const starts = lists.map((list) => machine.seen[list].length)
  const before = machine.checks
  const { truncated } = machine
  const depth = machine.stack.length
  let value: Value | undefined
  let thrown: number | undefined
  try {
    value = run()
    return value
  } catch (caught) {
    if (!(caught instanceof Abrupt)) throw caught
    thrown = caught.labels
    throw caught
  } finally {
    const open = value === undefined ? false : value.kind === 'lib' || value.kind === 'object' || value.kind === 'function' || value.kind === 'native'
    if (machine.truncated === truncated && !open && machine.steps < machine.bounds.steps) {
      const checks = thrown === undefined ? machine.checks.slice(before.length) : []
      const seen = Object.fromEntries(lists.map((list, index) => [list, machine.seen[list].slice(starts[index])]))
      calls.set(key, { value, thrown, checks, seen: copied(seen), depth, held: before.length })
    }
  }
}

// The lists come from the same keys as the record's type.
function copied(seen: { [list: string]: unknown[] }): Recorded {
  const record = seen as unknown as Recorded
  return { ...record, effects: record.effects.map((effect) => ({ ...effect })) }
}

function replay(machine: Machine, call: RecordedCall): Value {
  const rebased = (at: Spot): Spot => new Spot(at.node, at.module, [...machine.stack, ...at.chain.slice(call.depth)])
  const placed = new Map<Check, Check>()
  const check = (one: Check): Check => {
    let own = placed.get(one)
    if (own === undefined) placed.set(one, (own = { ...one, at: rebased(one.at) }))
    return own
  }
  const { seen } = machine
  for (const one of call.seen.effects) {
    const effect: Effect = { ...one, at: rebased(one.at), checks: [...machine.checks, ...one.checks.slice(call.held).map(check)] }
    seen.effects.push(effect)
  }
  for (const one of call.seen.sessions) seen.sessions.push(rebased(one))
  for (const one of call.seen.refusals) seen.refusals.push(rebased(one))
  for (const one of call.seen.limits) seen.limits.push(rebased(one))
  for (const one of call.seen.validations) seen.validations.push({ ...one, at: rebased(one.at) })
  for (const one of call.seen.checks) seen.checks.push(check(one))
  for (const one of call.seen.opaque) seen.opaque.push({ ...one, at: rebased(one.at) })
  for (const one of call.seen.streams) seen.streams.push({ ...one, at: rebased(one.at) })
  seen.calls.push(...call.seen.calls)
  machine.checks = [...machine.checks, ...call.checks.map(check)]
  if (call.thrown !== undefined) throw new Abrupt(call.thrown)
  return call.value ?? { kind: 'const', value: undefined, labels: 0 }
}
