import { graded, notApplicable, present, unknownState } from './states.ts'
import { has, SESSION } from '../derive/labels.ts'
import { isUnbound, type EntryFacts } from '../derive/facts-of.ts'
import type { Grade } from '../types.ts'

/** Whether what the caller selects is tied to who the caller is. */
export function authorization(facts: EntryFacts): Grade {
  if (facts.entrance && facts.member.seen.sessions.length === 0) return notApplicable('callers sign in or out with it')
  if (facts.effects.length === 0) {
    return facts.member.seen.opaque.length > 0 ? unknownState(facts.member.seen.opaque[0]?.reason ?? '', []) : notApplicable('it does nothing that needs a right')
  }
  const open = facts.effects.filter((effect) => isUnbound(effect, facts))
  if (open.length > 0) {
    return graded('absent', `${open[0]?.operation ?? ''} takes whatever row the caller names`, open.slice(0, 3).map((effect) => effect.at))
  }
  const checks = facts.member.seen.checks.filter((check) => check.kind === 'role' || check.kind === 'ownership' || check.kind === 'authorizer')
  if (checks.length > 0) return present(checks.some((check) => check.kind === 'role' || check.kind === 'authorizer') ? 'a right of the caller is checked' : 'the row is compared with the caller', checks.slice(0, 3).map(({ at }) => at))
  const bound = facts.effects.filter((effect) => has(effect.labels, SESSION))
  if (bound.length > 0) return present('its queries are bound to the session', bound.slice(0, 3).map((effect) => effect.at))
  return notApplicable('the caller selects nothing')
}
