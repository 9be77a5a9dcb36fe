import { graded, notApplicable, present, unknownState } from './states.ts'
import { isDelegated, type EntryFacts } from '../derive/facts-of.ts'
import type { Grade } from '../types.ts'

/** Whether anything happens for a caller that nobody knows. */
export function authentication(facts: EntryFacts): Grade {
  const { open, reached, effects } = facts
  const { refusals, sessions, opaque } = open.seen
  if (open.captured) return present('it holds values that only a page behind a session gives out, encrypted', refusals.slice(0, 2))
  if (open.provider) return graded('delegated', `it is an endpoint of ${open.provider}`, [])
  if (reached.length === 0) {
    if (refusals.length > 0) return present('without a session it ends before it does anything', [...refusals.slice(0, 2), ...sessions.slice(0, 1)])
    if (opaque.length > 0) return unknownState(opaque[0]?.reason ?? 'it can\'t be followed', opaque.slice(0, 3).map(({ at }) => at))
    if (facts.entrance) return notApplicable('callers sign in or out with it')
    if (effects.length > 0 && sessions.length > 0) return present('without a session it does nothing', sessions.slice(0, 2))
    return notApplicable('it does nothing that needs to know the caller')
  }
  const passedOn = reached.filter(isDelegated)
  if (passedOn.length === reached.length && refusals.length > 0) return present('without a session it ends before it does anything', [...refusals.slice(0, 2), ...sessions.slice(0, 1)])
  if (passedOn.length === reached.length) return graded('delegated', 'it passes the caller\'s credential on, and the service behind it decides', passedOn.slice(0, 2).map((effect) => effect.at))
  if (facts.entrance) return notApplicable('callers sign in or up with it')
  if (facts.intake) return notApplicable('it takes something in from anybody, under a limit')
  const hidden = opaque.filter(({ reason }) => !reason.startsWith('calls deeper'))
  if (hidden.length > 0) return unknownState(hidden[0]?.reason ?? 'it can\'t be followed', hidden.slice(0, 3).map(({ at }) => at))
  const how = sessions.length > 0 ? 'it reads a session and goes on without one' : 'it never looks who calls'
  return graded('absent', how, reached.slice(0, 3).map((effect) => effect.at))
}
