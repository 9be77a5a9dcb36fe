import type { Rule } from '../rule.ts'
import { ANYWHERE, type Shape } from '../pattern/prefixes.ts'
import { beginningOf } from '../packs/rows.ts'
import { foldCase } from '../pattern/char-set.ts'
import { CompiledRule, setsOf } from './compiled-rule.ts'
import { createLiteral, type Literal } from './literal-machine.ts'
import { PairFilter } from './pair-filter.ts'
import { Prefilter, REACH } from './prefilter.ts'
import { QuietPass } from './quiet-pass.ts'
import { buildPrefixAutomaton, type PrefixAutomaton, type Trigger } from './prefix-automaton.ts'

const LITERAL_TRIGGER = 4

/** What a trigger of the prefix automaton starts. */
export type Target =
  | { readonly kind: 'rule'; readonly rule: CompiledRule }
  | { readonly kind: 'secret'; readonly literal: Literal; readonly finding: string }
  | { readonly kind: 'keyword'; readonly literal: Literal; readonly rule: CompiledRule }

/** A set of rules and known values, compiled. Never changes: a stream uses the one that it began with. */
export interface Plan {
  readonly automaton: PrefixAutomaton
  /** For long texts. */
  readonly prefilter: Prefilter
  /** For short ones. */
  readonly pairFilter: PairFilter
  readonly targets: readonly Target[]
  /** Rules that have to be tried at every character. */
  readonly dense: readonly CompiledRule[]
  /** Whether some rule looks at text before what it redacts. */
  readonly needsContext: boolean
  readonly maxCandidate: number
  readonly placeholder: string
  readonly quietPass: QuietPass
}

/** A known value: the name that findings bear, and the forms to look for. */
export interface KnownValue {
  readonly finding: string
  readonly forms: readonly Literal[]
}

export function compileRules(rules: readonly Rule[]): readonly CompiledRule[] {
  const ids = new Set<string>()
  return rules.map((rule) => {
    if (ids.has(rule.id)) throw new RangeError(`Two rules have the id "${rule.id}": give one of them another`)
    ids.add(rule.id)
    return new CompiledRule(rule, beginningOf(rule))
  })
}

export function createKnownValue(finding: string, forms: readonly string[]): KnownValue {
  return { finding, forms: forms.map((text) => createLiteral(text, Math.min(LITERAL_TRIGGER, text.length))) }
}

export function createPlan(
  rules: readonly CompiledRule[],
  known: Iterable<KnownValue>,
  options: { readonly maxCandidate: number; readonly placeholder: string },
): Plan {
  const targets: Target[] = []
  const triggers: Trigger[] = []
  for (const rule of rules) {
    const target = targets.push({ kind: 'rule', rule }) - 1
    for (const { text, after, lead, masks } of rule.prefixes ?? []) triggers.push({ text, after, lead, masks, target })
    for (const keyword of rule.gate) {
      const literal = createLiteral(keyword, Math.min(LITERAL_TRIGGER, keyword.length), true)
      const gate = targets.push({ kind: 'keyword', literal, rule }) - 1
      for (const text of casings(keyword.slice(0, literal.triggerLength))) {
        triggers.push({ text, after: ANYWHERE, lead: Infinity, target: gate })
      }
    }
  }
  for (const { finding, forms } of known) {
    for (const literal of forms) {
      const target = targets.push({ kind: 'secret', literal, finding }) - 1
      triggers.push({ text: literal.text.slice(0, literal.triggerLength), after: ANYWHERE, lead: 0, target })
    }
  }
  // Made when the first text of their length comes.
  let prefilter: Prefilter | undefined
  let pairFilter: PairFilter | undefined
  const plan: Omit<Plan, 'quietPass'> = {
    automaton: buildPrefixAutomaton(triggers),
    get prefilter() {
      return (prefilter ??= new Prefilter(targets.flatMap(shapesOf), options.maxCandidate))
    },
    get pairFilter() {
      return (pairFilter ??= new PairFilter(triggers.map(({ text }) => text)))
    },
    targets,
    dense: rules.filter((rule) => rule.prefixes === undefined),
    needsContext: rules.some((rule) => rule.needsContext),
    ...options,
  }
  return Object.assign(plan, { quietPass: new QuietPass(plan) })
}

/** What the prefilter has to find for a target to be started. */
function shapesOf(target: Target): readonly Shape[] {
  if (target.kind === 'rule') return target.rule.shapes
  const { text, fold, triggerLength } = target.literal
  if (!fold) return [{ sets: setsOf(text.slice(0, REACH)), bounded: false }]
  return [{ sets: setsOf(text.slice(0, triggerLength)).map(foldCase), bounded: false }]
}

function casings(text: string): readonly string[] {
  let result = ['']
  for (const char of text) {
    const forms = new Set([char.toLowerCase(), char.toUpperCase()])
    result = result.flatMap((start) => [...forms].map((form) => start + form))
  }
  return result
}
