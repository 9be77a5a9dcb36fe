import { encodedForms } from './known/encodings.ts'
import { admit } from './known/admission.ts'
import { compileRules, createKnownValue, createPlan, type KnownValue, type Plan } from './automaton/plan.ts'
import { RedactingStream } from './stream.ts'
import { findInBytes } from './find-in-bytes.ts'
import { findInText, inOrder } from './find.ts'
import type { Rule } from './rule.ts'
import type { Finding, Scrubber } from './types.ts'
import { scrubStructure, type TextScrubber } from './structure.ts'

const NONE: readonly Finding[] = []

/** Options of `createScrubber`. */
export interface ScrubberOptions {
  /** What to look for: packs such as `providerRules`, and rules of the application's own. Default: none. */
  readonly rules?: readonly Rule[]
  /** Values that must not leave, by name. Found in every encoding that standard encoders produce. */
  readonly secrets?: Readonly<Record<string, string>>
  /**
   * The longest candidate that a stream holds back, in UTF-16 units. One that outgrows it is redacted until it ends, in a
   * whole text too. Default: 8192.
   */
  readonly maxCandidate?: number
  /** What stands in place of what is redacted. Default: `[REDACTED]`. */
  readonly placeholder?: string
}

/**
 * Makes what keeps secrets from leaving: one instance serves strings, streams and structured values.
 *
 * @throws PatternError for a rule whose pattern can't be matched in linear time; RangeError for a secret that is too short or
 * too plain to be looked for
 *
 * @example
 * ```ts
 * const scrubber = createScrubber({ rules: providerRules, secrets: { STRIPE_KEY: 'rk_test_abcdefghijklmnop' } })
 * scrubber.scrub('the key is rk_test_abcdefghijklmnop').text // 'the key is [REDACTED]'
 * ```
 */
export function createScrubber(options: ScrubberOptions = {}): Scrubber {
  const { maxCandidate = 8192, placeholder = '[REDACTED]' } = options
  if (!Number.isInteger(maxCandidate) || maxCandidate < 64) throw new RangeError('maxCandidate has to be a whole number of at least 64')
  const rules = compileRules(options.rules ?? [])
  const known = new Map<string, KnownValue>()
  let plan: Plan | undefined

  const addSecret = (name: string, value: string): void => {
    admit(name, value)
    known.set(name, createKnownValue(`secret:${name}`, encodedForms(value)))
    plan = undefined
  }
  const current = (): Plan => (plan ??= createPlan(rules, known.values(), { maxCandidate, placeholder }))
  const isQuiet = (text: string): boolean => (plan ?? current()).quietPass.isQuiet(text)
  const scrub = (text: string): { readonly text: string; readonly findings: readonly Finding[] } => {
    if (isQuiet(text)) return { text, findings: NONE }
    const stream = new RedactingStream(current())
    const out = stream.push(text) + stream.end()
    const { findings } = stream
    if (findings.length === 0) return { text, findings: NONE }
    return { text: out, findings: inOrder(findings) }
  }
  const texts: TextScrubber = { isQuiet, scrub }

  for (const [name, value] of Object.entries(options.secrets ?? {})) addSecret(name, value)
  return {
    scrub,
    find: (input) => (typeof input !== 'string' ? findInBytes(current(), input) : isQuiet(input) ? NONE : findInText(current(), input)),
    isQuiet,
    stream: () => new RedactingStream(current()),
    scrubValue: (value, valueOptions) => scrubStructure(value, texts, valueOptions),
    addSecret,
    retireSecret(name) {
      if (known.delete(name)) plan = undefined
    },
  }
}
