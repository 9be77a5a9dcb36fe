import { has, namesToken, union, CALLER, CREDENTIAL, DATA, MODEL, PICKED, SCRUBBED, SECRET, SESSION, VALID } from './labels.ts'
import { anonymous, counted, limited, member, type Bounds } from './machine.ts'
import { binds } from './binds.ts'
import { run, type Run, type Target } from './entry.ts'
import type { Shared } from './shared.ts'
import { claim, memory } from './counters.ts'
import { deepLabels, openLabels } from './value.ts'
import type { Effect, Trace } from './facts.ts'
import type { LibraryIndex } from '../libraries/match.ts'
import type { CodeBase } from '../resolve/program.ts'

/** All that is known of one entry point, from running it in each world. */
export interface EntryFacts {
  /** Nobody is signed in. */
  readonly open: Run
  /** Somebody is. */
  readonly member: Run
  /** Somebody is, and every limit is used up. Only where a limit was seen. */
  readonly limited: Run | undefined
  /** Somebody is, and what the application counts by hand is over its bound. Only where it counts before what it guards. */
  readonly counted: Run | undefined
  /** Sensitive effects, reached by somebody who is signed in. */
  readonly effects: readonly Effect[]
  /** Sensitive effects that nobody needs a session for. */
  readonly reached: readonly Effect[]
  /** It signs the caller in or out, or lets them sign up: no session can be asked of it. */
  readonly entrance: boolean
  /** Only adds something (a message, a subscription) under a limit. */
  readonly intake: boolean
}

/** Effects that need a reason to be open to anybody. */
export function isSensitive(effect: Effect): boolean {
  if (effect.kind === 'cookie' || effect.kind === 'sign-in' || effect.kind === 'password' || effect.kind === 'count') return false
  if (effect.kind === 'network') return has(effect.labels, SECRET)
  return true
}

const reads = new Set(['db-read', 'file-read'])
const creates = /(?:insert|create|add|send|publish|push|subscribe)\w*(?:\(\))?$/i

const recorder = /(?:^|[.\s(]|await\s)(?:\w+\.)?(?:log|record|track|write|create|save|add|emit)?(?:Audit|Activity|Analytics|Log|Event)\w*\(|(?:^|\s|\.)(?:log|audit)[A-Z]\w*\(/

/** Whether an effect only records the call: a helper for logs does it. */
export function isRecord(effect: Effect): boolean {
  return (effect.kind === 'db-write' || effect.kind === 'file-write' || effect.kind === 'file-read' || effect.kind === 'db-read') && effect.at.chain.slice(1).some(({ text }) => recorder.test(text))
}

/** Whether a column of a row holds what only its holder knows. */
function isToken(effect: Effect, column: string): boolean {
  return namesToken(column) || (column === 'code' && /code|token|otp|verif|invit/i.test(effect.target))
}

/** Whether who calls it has to know the token of the row. */
function isKeyedByToken(effect: Effect): boolean {
  return [...effect.keys].some(([name, labels]) => has(labels, CALLER) && isToken(effect, name))
}

/** Whether an effect only reads. */
export function isRead(effect: Effect): boolean {
  return reads.has(effect.kind)
}

/** Whether an effect only adds a row, and overwrites none. */
export function isCreate(effect: Effect): boolean {
  return effect.kind === 'message' || (effect.kind === 'db-write' && creates.test(effect.operation.replace(/\s/g, '')))
}

/** Whether a call passes on who the caller is, for somebody else to decide. */
export function isDelegated(effect: Effect): boolean {
  return effect.kind === 'network' && has(effect.labels, CREDENTIAL | SESSION)
}

function isSignIn(effect: Effect): boolean {
  if (effect.kind === 'sign-in') return true
  if (effect.kind !== 'cookie') return false
  return has(effect.labels, SECRET) || /session|token|auth|sid\b/i.test(`${effect.target} ${effect.at.text}`)
}

/** Runs an entry point in every world that matters. */
export function factsOf(base: CodeBase, libraries: LibraryIndex, target: Target, bounds: Bounds, shared: Shared): EntryFacts {
  const open = run(base, libraries, target, anonymous, bounds, shared)
  const signed = run(base, libraries, target, member, bounds, shared)
  const bounded = signed.seen.limits.length + open.seen.limits.length > 0 ? run(base, libraries, target, limited, bounds, shared) : undefined
  const over = new Set([...tallies(signed), ...tallies(open)].map(({ at }) => at.node))
  const tallied = over.size > 0 ? run(base, libraries, target, counted, bounds, shared, over) : undefined
  const all = signed.seen.effects
  const anybody = open.seen.effects
  const effects = all.filter(isSensitive)
  let reached = anybody.filter((effect) => isSensitive(effect) && !effect.refused && !isRecord(effect) && !isKeyedByToken(effect))
  const told = open.seen.returns.some(({ value }) => has(openLabels(value), DATA))
  // Reading gives nothing away, if nothing of it comes back: a refusal that follows, a password that is compared.
  if (!told && reached.every((effect) => effect.kind === 'db-read' || (open.seen.sessions.length > 0 && isRead(effect)))) reached = []
  const signIn = [...all, ...anybody].some(isSignIn)
  const writes = reached.filter((effect) => !isRead(effect))
  const hashes = open.seen.calls.some(({ name }) => /(?:^|\.)(?:hash|hashSync)$/.test(name))
  return {
    open,
    member: signed,
    limited: bounded,
    counted: tallied,
    effects,
    reached,
    entrance: signIn || all.some((effect) => effect.kind === 'password') || (hashes && writes.length > 0 && writes.every(isCreate)),
    intake: limitsAnybody(open) && reached.length > 0 && reached.every((effect) => isCreate(effect) || isRead(effect)) && writes.length > 0,
  }
}

const costly = new Set<Effect['kind']>(['model', 'message', 'payment', 'password'])

/** Whether an effect compares a count with a bound. */
export function compares({ kind, operation }: Effect): boolean {
  return kind === 'count' && operation === 'compared'
}

/** Comparisons of a count that was raised before what it guards: without that, calls side by side all pass. */
export function tallies({ seen: { effects } }: Run): Effect[] {
  const comparisons = effects.filter(compares)
  if (comparisons.length === 0) return []
  const first = effects.findIndex(({ kind }) => costly.has(kind))
  const guarded = first === -1 ? effects.findLastIndex((effect) => isSensitive(effect) && !isRead(effect) && !comparisons.some((one) => one.target.startsWith('.') && raisesIt(effect, one))) : first
  const before = effects.slice(0, Math.max(0, guarded))
  return before.filter((one) => compares(one) && before.some((other) => raisesIt(other, one)) && !(one.target === claim && effects.some(givesBack)))
}

/** A lock that is given back when the work is done keeps calls apart, and limits none. */
function givesBack({ kind, operation }: Effect): boolean {
  return kind === 'db-write' && /(?:^|\.)(?:del|unlink)$/.test(operation)
}

/** Whether an effect raises what a comparison compares: a counter, the rows of a table, a column. */
export function raisesIt(effect: Effect, { target }: Effect): boolean {
  if (effect.kind === 'count') return effect.target === target && effect.operation === 'counted'
  if (effect.kind !== 'db-write') return false
  return target.startsWith('.') ? effect.raises.has(target.slice(1)) : effect.target === target && isCreate(effect)
}

/** Whether callers that nobody knows are counted, by a limiter or by hand. A lock, or rows of a table, do not keep them off. */
export function limitsAnybody(open: Run): boolean {
  return open.seen.limits.length > 0 || tallies(open).some(({ target }) => target === memory)
}

/** Whether effects of a kind are reached although limits are used up, or because there are none. */
export function passesLimits(facts: EntryFacts, wanted: (effect: Effect) => boolean): boolean {
  const runs = [facts.limited?.seen.effects, facts.counted && afterCounting(facts, facts.counted)].filter((effects) => effects !== undefined)
  return runs.every((effects) => effects.some(wanted))
}

/** What is done after a count was found to be over its bound: what comes before it is the counting. */
function afterCounting({ member: signed, open }: EntryFacts, { seen: { effects } }: Run): readonly Effect[] {
  const own = new Set([...tallies(signed), ...tallies(open)].map(({ at }) => at.node))
  return effects.slice(effects.findIndex((effect) => compares(effect) && own.has(effect.at.node)) + 1)
}

/** What a limit is there for: what costs something, else whatever is done. */
export function isGuarded({ member: signed }: EntryFacts): (effect: Effect) => boolean {
  return signed.seen.effects.some(({ kind }) => costly.has(kind)) ? ({ kind }) => costly.has(kind) : isSensitive
}

/** Where calls are counted. */
export function limitsOf({ member: signed, counted: full }: EntryFacts): Trace[] {
  return [...signed.seen.limits.map(({ at }) => at), ...(full ? tallies(signed).map(({ at }) => at) : [])]
}

/** Whether all that counts calls counts them under what the caller makes up: each new name is a new allowance. */
export function isFreelyCounted(facts: EntryFacts): boolean {
  const { limits } = facts.member.seen
  return limits.length > 0 && limits.every(({ free }) => free) && limitsOf(facts).length === limits.length
}

/** Whether something of an effect was chosen by the caller. */
export function isChosen(effect: Effect): boolean {
  return has(effect.labels, CALLER)
}

/** Whether what the caller chose reached an effect unvalidated. */
export function isRaw(effect: Effect): boolean {
  return has(effect.labels, CALLER) && !has(effect.labels, VALID)
}

/** Whether the caller selects the row, and nothing ties it to who the caller is. */
export function isUnbound(effect: Effect, facts: EntryFacts): boolean {
  if (effect.kind === 'model' || effect.kind === 'message' || effect.kind === 'network' || effect.kind === 'queue' || effect.kind === 'command' || effect.kind === 'decrypt') return false
  const strong = (check: { kind: string }): boolean => check.kind === 'role' || check.kind === 'ownership' || check.kind === 'authorizer'
  if (effect.checks.some((check) => strong(check) && (isRead(effect) || binds(check, effect)))) return false
  // Who knows the token of a row has the right to it.
  if ([...effect.keys.keys()].some((name) => isToken(effect, name))) return false
  if (isCreate(effect) || (effect.kind === 'storage' && /put|upload/i.test(effect.operation))) return false
  if (isRead(effect)) {
    if (facts.member.seen.checks.some(strong)) return false
    const shown = facts.member.seen.returns.some(({ value }) => {
      const labels = deepLabels(value)
      return has(labels, PICKED) && !has(labels, SESSION)
    })
    if (!shown && effect.kind === 'db-read') return false
  }
  return has(effect.keyLabels, CALLER | PICKED) && !has(effect.keyLabels, SESSION)
}

/** Labels of everything that comes back to the caller. */
export function returnedLabels(facts: EntryFacts): number {
  return facts.member.seen.returns.reduce((labels, { value }) => union(labels, deepLabels(value)), 0)
}

/** Returns that hold any of these labels. */
export function returnsWith(facts: EntryFacts, labels: number): Trace[] {
  return facts.member.seen.returns.filter(({ value }) => has(deepLabels(value), labels)).map(({ at }) => at)
}

/** Returns of model output that went through no scrubber. */
export function unscrubbedReturns(facts: EntryFacts): Trace[] {
  return facts.member.seen.returns
    .filter(({ value }) => {
      const labels = deepLabels(value)
      return has(labels, MODEL) && !has(labels, SCRUBBED)
    })
    .map(({ at }) => at)
}
