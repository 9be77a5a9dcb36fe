import { Abrupt, mostOpaque, type Machine } from './machine.ts'
import { Spot, type Check, type Effect, type Observation } from './facts.ts'
import { copyOf, sharesParts } from './copies.ts'
import { knownIn, learned, OVER } from './shared.ts'
import { signatureOf } from './signature.ts'
import type { ClassValue, Fn, Value } from './value.ts'
import type { Node } from '../syntax/ast.ts'
import type { Module } from '../syntax/module.ts'

/** What a call came to, so that it need not be run again with the same arguments. */
export interface RecordedCall {
  readonly value: Value | undefined
  /** Labels of the throw, where every path ended with one. */
  readonly thrown: number | undefined
  /** Checks that hold after it, and did not before. */
  readonly checks: readonly Check[]
  readonly seen: Pick<Observation, (typeof lists)[number]>
  /** Length of the stack when it was recorded. */
  readonly depth: number
  /** Checks that held before: they are replaced by those of the new place. */
  readonly held: number
  /** How many calls deep it went. Where there is not as much room, it has to be run. */
  readonly height: number
  /** It was not followed to its end: it holds only as deep as it was recorded. */
  readonly truncated: boolean
  /** Nothing of it is seen but its value. */
  readonly silent: boolean
}

const lists = ['effects', 'sessions', 'refusals', 'validations', 'limits', 'checks', 'returns', 'opaque', 'streams', 'calls'] as const

/** Runs a call of a top-level function, or of the constructor of a top-level class; or gives what it came to before. */
export function remembered<Target extends Fn | ClassValue>(machine: Machine, fn: Target, args: readonly Value[], node: Node, module: Module, run: (machine: Machine, fn: Target, args: readonly Value[], node: Node, module: Module) => Value): Value {
  // A closure depends on more than its arguments, what reaches the caller is recorded where it is returned, and a call that is too deep where it is called.
  if ((fn.scope !== undefined && !fn.scope.top) || (fn.kind === 'function' && fn.self !== undefined) || machine.quiet || machine.wanted || machine.frames.length <= machine.root || machine.active.includes(fn.node) || machine.active.length >= machine.bounds.depth) return run(machine, fn, args, node, module)
  const key = signatureOf(machine.shared, args)
  if (key === undefined) return run(machine, fn, args, node, module)
  let calls = machine.shared.calls.get(fn.node)
  if (calls === undefined) machine.shared.calls.set(fn.node, (calls = new Map()))
  const depth = machine.active.length
  const whole = knownIn(calls.get(key), machine.in)
  const known = whole && depth + whole.what.height <= machine.bounds.depth ? whole : knownIn(calls.get(`${key}@${depth}`), machine.in)
  if (known) {
    machine.asked |= known.asked
    return replay(machine, known.what, node, module)
  }
  const start = begin(machine)
  let value: Value | undefined
  let thrown: number | undefined
  try {
    value = run(machine, fn, args, node, module)
    return value
  } catch (caught) {
    if (!(caught instanceof Abrupt)) throw caught
    thrown = caught.labels
    throw caught
  } finally {
    const { asked } = machine
    const call = end(machine, start, value, thrown)
    // What changes its arguments has to change them each time.
    if (call !== undefined && (value !== undefined || thrown !== undefined) && signatureOf(machine.shared, args) === key && !(call.value && sharesParts(machine.shared, call.value, args))) {
      const place = call.truncated ? `${key}@${depth}` : key
      calls.set(place, learned(call, asked, machine.in, calls.get(place)))
    }
  }
}

/** How things stood when a call began. */
interface Start {
  readonly lengths: readonly number[]
  readonly held: number
  readonly declared: number
  readonly depth: number
  readonly asked: number
  readonly truncated: number
  readonly deepest: number
  readonly recursed: number
  readonly lookedBack: number
}

function begin(machine: Machine): Start {
  const { seen, asked, truncated, deepest, recursed, lookedBack } = machine
  const depth = machine.active.length
  machine.asked = 0
  machine.deepest = depth
  machine.recursed = Infinity
  machine.lookedBack = Infinity
  return { lengths: lists.map((list) => seen[list].length), held: machine.checks.length, declared: seen.declared.size, depth, asked, truncated, deepest, recursed, lookedBack }
}

function end(machine: Machine, start: Start, value: Value | undefined, thrown: number | undefined): RecordedCall | undefined {
  const { seen } = machine
  const { lengths, held, declared, depth, truncated } = start
  let call: RecordedCall | undefined
  // What is part of a circle comes to something else wherever the circle is entered.
  if (machine.lookedBack >= (lengths[0] ?? 0) && machine.recursed > depth && (machine.asked & OVER) === 0 && seen.declared.size === declared && machine.steps < machine.bounds.steps && seen.opaque.length < mostOpaque) {
    const own = lengths.map((length, index) => (seen[lists[index] ?? 'effects'].length === length ? nothing : seen[lists[index] ?? 'effects'].slice(length)))
    const [effects, sessions, refusals, validations, limits, checks, returns, opaque, streams, calls] = own as unknown as readonly [Effect[], Spot[], Spot[], Observation['validations'], Observation['limits'], Check[], Observation['returns'], Observation['opaque'], Observation['streams'], Observation['calls']]
    const copies = effects.length === 0 ? none : new Map(effects.map((effect) => [effect, copied(effect)]))
    call = {
      value: value && copyOf(machine.shared, value, copies), thrown, checks: thrown === undefined ? machine.checks.slice(held) : [],
      seen: { effects: [...copies.values()], sessions, refusals, validations, limits, checks, returns, opaque, streams, calls },
      silent: own.every((list) => list === nothing) && machine.checks.length === held, depth: machine.stack.length, held, height: machine.deepest - depth, truncated: machine.truncated !== truncated,
    }
  }
  machine.asked |= start.asked
  machine.deepest = Math.max(start.deepest, machine.deepest)
  machine.recursed = Math.min(start.recursed, machine.recursed)
  machine.lookedBack = Math.min(start.lookedBack, machine.lookedBack)
  return call
}

const nothing: readonly never[] = []
const none: ReadonlyMap<Effect, Effect> = new Map()

/** Chains go on to say what an effect is about, after it has been recorded. */
function copied(effect: Effect): Effect {
  return { ...effect, keys: new Map(effect.keys), fields: new Map(effect.fields) }
}

function replay(machine: Machine, call: RecordedCall, node: Node, module: Module): Value {
  machine.deepest = Math.max(machine.deepest, machine.active.length + call.height)
  if (call.truncated) machine.truncated += 1
  // Most calls only give a value.
  const effects = call.silent ? none : repeat(machine, call, node, module)
  if (call.thrown !== undefined) throw new Abrupt(call.thrown)
  return call.value ? copyOf(machine.shared, call.value, effects) : { kind: 'const', value: undefined, labels: 0 }
}

/** Notes what the call did as if it had been run here. Gives the copies of its effects. */
function repeat(machine: Machine, call: RecordedCall, node: Node, module: Module): ReadonlyMap<Effect, Effect> {
  const outside = [...machine.stack]
  const inside = [...outside, machine.place(node, module)]
  const rebased = (at: Spot): Spot => {
    const below = at.chain.length - call.depth
    return new Spot(at.node, at.module, below === 0 ? outside : below === 1 ? inside : [...inside, ...at.chain.slice(call.depth + 1)])
  }
  const placed = new Map<Check, Check>()
  const check = (one: Check): Check => {
    let own = placed.get(one)
    if (own === undefined) placed.set(one, (own = { ...one, at: rebased(one.at) }))
    return own
  }
  const { seen } = machine
  const copies = new Map<Effect, Effect>()
  for (const one of call.seen.effects) {
    const effect: Effect = { ...copied(one), at: rebased(one.at), checks: [...machine.checks, ...one.checks.slice(call.held).map(check)] }
    copies.set(one, effect)
    seen.effects.push(effect)
  }
  for (const one of call.seen.sessions) seen.sessions.push(rebased(one))
  for (const one of call.seen.refusals) seen.refusals.push(rebased(one))
  for (const one of call.seen.limits) seen.limits.push({ ...one, at: rebased(one.at) })
  for (const one of call.seen.validations) seen.validations.push({ ...one, at: rebased(one.at) })
  for (const one of call.seen.checks) seen.checks.push(check(one))
  for (const one of call.seen.returns) seen.returns.push({ ...one, at: rebased(one.at) })
  for (const one of call.seen.opaque) if (seen.opaque.length < mostOpaque) seen.opaque.push({ ...one, at: rebased(one.at) })
  for (const one of call.seen.streams) seen.streams.push({ ...one, at: rebased(one.at) })
  seen.calls.push(...call.seen.calls)
  if (call.checks.length > 0) machine.checks = [...machine.checks, ...call.checks.map(check)]
  return copies
}
