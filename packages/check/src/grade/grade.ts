import { authentication } from './authentication.ts'
import { authorization } from './authorization.ts'
import { graded, absent, delegated, notApplicable, present, unknownState } from './states.ts'
import { sallyportGrades } from './sallyport.ts'
import { has, ERROR, CALLER, MODEL, ROW, SCRUBBED } from '../derive/labels.ts'
import { compares, isChosen, isFreelyCounted, isGuarded, isRaw, limitsOf, passesLimits, raisesIt, returnedLabels, returnsWith, unscrubbedReturns, type EntryFacts } from '../derive/facts-of.ts'
import type { Found } from '../inventory/actions.ts'
import type { Control, Grade } from '../types.ts'

/** How every control of the checklist stands for one entry point. */
export function gradeEntry(found: Found, facts: EntryFacts): Record<Control, Grade> {
  const isAction = found.kind === 'action' || found.kind === 'inline-action'
  const tools = facts.member.seen.declared.has('mcp')
  const own = facts.member.chain ? sallyportGrades(facts.member.chain) : {}
  return {
    'server-only': isAction ? delegated('Next.js replaces the body by a reference in client bundles') : delegated('Next.js keeps route handlers on the server'),
    size: tools ? present('the MCP handler limits the size of a body', []) : isAction ? delegated('Next.js: 1 MB, unless serverActions.bodySizeLimit says otherwise') : absent('nothing limits the size of a body'),
    origin: tools ? present('the MCP handler refuses what a page sends, unless its origin is named', []) : isAction ? delegated('Next.js compares Origin with Host, and lets a request with no Origin pass') : absent('no check of the origin was seen'),
    'rate-limit': rateLimit(facts),
    authentication: authentication(facts),
    validation: validation(found, facts),
    screening: facts.effects.some((effect) => effect.kind === 'model' && isChosen(effect)) ? absent('the caller\'s text reaches a model') : notApplicable('no text of the caller reaches a model'),
    authorization: authorization(facts),
    grant: notApplicable('no grants of agents are used here'),
    approval: notApplicable('no approvals are used here'),
    'token-budget': facts.effects.some((effect) => effect.kind === 'model') ? absent('a model is called, and nothing counts its tokens') : notApplicable('no model is called'),
    audit: audit(facts),
    projection: projection(facts),
    scrubbing: scrubbing(facts),
    'error-sanitization': errors(isAction, facts),
    ...own,
  }
}

function rateLimit(facts: EntryFacts): Grade {
  const limits = limitsOf(facts)
  if (limits.length === 0) return absent(comparesOnly(facts) ? 'a count is compared, and not raised before the work: calls side by side all pass' : 'nothing counts its calls')
  if (isFreelyCounted(facts) && facts.effects.some((effect) => effect.kind === 'model')) return graded('absent', 'the caller chooses what it is counted under: each new name is a new allowance', limits)
  if (!passesLimits(facts, isGuarded(facts))) return present('an exhausted limit ends the call', limits)
  return graded('absent', 'a limit is asked, and the call goes on whatever it answers', limits)
}

function comparesOnly({ member }: EntryFacts): boolean {
  return member.seen.effects.some((one) => compares(one) && member.seen.effects.some((other) => raisesIt(other, one)))
}

function validation(found: Found, facts: EntryFacts): Grade {
  const validations = facts.member.seen.validations.filter(({ labels }) => has(labels, CALLER))
  const used = [...facts.effects, ...facts.reached].filter(isChosen)
  const raw = used.filter((effect, index) => isRaw(effect) && used.findIndex(({ at }) => at.node === effect.at.node) === index)
  if (raw.length > 0) {
    const first = raw[0]
    return graded('absent', `${first?.operation ?? 'an effect'} gets what the caller sent, unchecked`, raw.slice(0, 3).map((effect) => effect.at))
  }
  if (validations.length > 0) return present('a schema parses the input', validations.slice(0, 3).map(({ at }) => at))
  if (used.length > 0) return present('the type of what the caller sends is checked', [])
  return found.kind === 'route' ? notApplicable('nothing that the caller sends is used') : notApplicable('no input of the caller is used')
}

function audit(facts: EntryFacts): Grade {
  if (facts.member.seen.declared.has('audit')) return present('it calls an action of Sallyport, which records its intent', [])
  const log = /audit|activity|event_?log|(?:^|_)logs?$/i
  const kept = facts.member.seen.effects.filter((effect) => (effect.kind === 'db-write' || effect.kind === 'queue') && log.test(effect.target))
  if (kept.length > 0) return present('it writes to a log of what was done', kept.slice(0, 2).map((effect) => effect.at))
  const named = facts.member.seen.calls.find(({ name }) => /audit/i.test(name))
  if (named) return graded('unknown', `it calls ${named.name}`, [named.at])
  return facts.effects.length > 0 ? absent('no record of the call was seen') : notApplicable('it does nothing that needs a record')
}

function projection(facts: EntryFacts): Grade {
  if (facts.member.seen.declared.has('output')) return present('an output schema chooses what is returned', [])
  const raw = returnsWith(facts, ROW)
  if (raw.length > 0) return graded('absent', 'a row is returned as the database gave it', raw.slice(0, 3))
  if (facts.effects.some((effect) => effect.kind === 'db-read' || effect.kind === 'db-write')) return present('no whole row is returned', [])
  return notApplicable('no row is read')
}

function scrubbing(facts: EntryFacts): Grade {
  const labels = returnedLabels(facts)
  const streams = facts.member.seen.streams
  if (!has(labels, MODEL) && streams.length === 0) return notApplicable('no model output is returned')
  const open = unscrubbedReturns(facts)
  if (open.length === 0 && has(labels, SCRUBBED)) return present('model output goes through a scrubber', [])
  return graded('absent', 'model output reaches the caller as it comes', open.length > 0 ? open : streams.map(({ at }) => at))
}

function errors(isAction: boolean, facts: EntryFacts): Grade {
  const told = returnsWith(facts, ERROR)
  if (told.length > 0) return graded('absent', 'what a caught error says is returned', told.slice(0, 3))
  if (facts.member.shape === 'opaque' || facts.member.shape === 'value') return unknownState('what is returned can\'t be seen', [])
  return isAction ? delegated('Next.js replaces the message of what is thrown by a digest, in production') : delegated('Next.js answers what is thrown with a bare 500')
}

/** Whether anything that the caller sends is used at all. */
export function takesInput(facts: EntryFacts): boolean {
  return facts.effects.some((effect) => has(effect.labels, CALLER))
}
