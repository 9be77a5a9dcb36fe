import { has, namesToken, CALLER, CREDENTIAL, DATA, MODEL, PICKED, ROW, ROWS, SESSION, STORED, TOKEN, type Labels } from './labels.ts'
import { Abrupt, type Machine } from './machine.ts'
import { constant, object, unknown, type Lib, type Value } from './value.ts'
import type { Effect } from './facts.ts'

/** What an effect gives back in this world. */
export function resultOf(machine: Machine, made: Lib, effect: Effect): Value {
  const labels = effect.labels & (SESSION | CREDENTIAL)
  if (effect.kind === 'model') return unknown(MODEL)
  if (effect.kind === 'file-read') return unknown(STORED | DATA | (effect.keyLabels & CALLER))
  if (effect.kind !== 'db-read' && effect.kind !== 'db-write') {
    if (effect.kind === 'network') return answer(machine, effect)
    return unknown(effect.labels & ~CALLER)
  }
  const claimed = has(effect.keyLabels, CREDENTIAL) || [...effect.keys].some(([name, of]) => namesToken(name) && has(of, CALLER))
  if (claimed) {
    machine.seen.sessions.push(effect.at)
    if (!machine.world.signedIn) return nothing(made, SESSION | TOKEN)
    return { kind: 'unknown', labels: SESSION | TOKEN, truthy: true }
  }
  const row = (effect.gives ? DATA : 0) | (effect.projected || !effect.gives ? 0 : ROW) | (labels & ~CREDENTIAL)
  const picked = has(effect.keyLabels, CALLER | PICKED) ? PICKED : 0
  if (effect.kind === 'db-read' && counting.test(effect.at.node.type === 'TaggedTemplateExpression' ? effect.at.text : effect.operation + effect.at.text)) return countOf(made, row | picked)
  if (/\.(?:maybeSingle|single|select|eq|in|from|order|limit|rpc|insert|update|delete|upsert|neq|match)\(\)$/.test(made.path) && made.package.includes('supabase')) return object({ data: unknown(row | picked), error: unknown() }, 0, unknown())
  // The row of whoever is signed in is there.
  if (has(effect.keyLabels, SESSION) && picked === 0 && machine.world.signedIn) return { kind: 'unknown', labels: row | SESSION, truthy: true }
  return unknown(row | picked | (has(effect.keyLabels, SESSION) ? SESSION : 0))
}

const counting = /(?:^|\.)count(?:Documents)?(?:\(|$)|\bcount\s*\(/i

/** How many rows there are: the number itself, or under a name in a row. */
function countOf({ path }: Lib, labels: Labels): Value {
  return unknown(labels | ROWS, path.endsWith('count()') ? undefined : 'rows')
}

/** What a service answers. One that is passed the caller's credential refuses a forged one. */
function answer(machine: Machine, effect: Effect): Value {
  const labels = effect.labels & ~(CALLER | CREDENTIAL)
  if (!has(effect.labels, CREDENTIAL)) return object({}, labels, unknown(labels))
  machine.seen.sessions.push(effect.at)
  const body: Value = machine.world.signedIn ? { kind: 'unknown', labels: SESSION, truthy: true } : constant(null, SESSION)
  const read: Value = { kind: 'native', labels: 0, call: () => body }
  const ok = machine.world.signedIn
  return object({ ok: constant(ok, SESSION), status: constant(ok ? 200 : 401, SESSION), json: read, text: read, data: body }, 0, unknown(SESSION))
}

/** What a query finds, when there is no such row. */
function nothing(made: Lib, labels: Labels): Value {
  if (made.package.includes('supabase')) return object({ data: constant(null, labels), error: { kind: 'unknown', labels, truthy: true } }, labels)
  const names = made.path.split('.').map((part) => part.replace(/\(\)$/, ''))
  const last = names.at(-1) ?? ''
  if (names.some((name) => /OrThrow/.test(name))) throw new Abrupt(labels)
  return /first|one|unique|single|takeFirst|byId|get|find(?!Many|All)/i.test(last) ? constant(null, labels) : { kind: 'list', items: [], labels }
}
