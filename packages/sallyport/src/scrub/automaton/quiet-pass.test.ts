import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { providerRules } from '../packs/provider.ts'
import { PairFilter } from './pair-filter.ts'
import { compileRules, createKnownValue, createPlan } from './plan.ts'

const options = { maxCandidate: 8192, placeholder: '[REDACTED]' }
const rules = [{ id: 'a', description: 'a', pattern: '\\bsk_[a-z]{4}' }, { id: 'b', description: 'b', pattern: 'xox[bp]-[0-9]{3}' }]

describe('QuietPass.isQuiet', () => {
  it('is true where `run` meets no trigger, in short texts and long ones', () => {
    const { quietPass, automaton } = createPlan(compileRules(rules), [createKnownValue('secret:s', ['q7-Kd82'])], options)
    const piece = fc.constantFrom('sk_', 'sk', '_', 'xoxb', 'xox', 'b-', 'q7-K', 'q7-', ' ', 'word', '\n', 'ü', 'x'.repeat(190))
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('')
        expect(quietPass.isQuiet(text)).toBe(quietPass.run(text, 0, automaton.start) === text.length)
      }),
      { numRuns: 1_000 },
    )
  })

  it('meets every trigger of the provider rules, wherever it stands in a short text', () => {
    const { quietPass, automaton, pairFilter } = createPlan(compileRules(providerRules), [createKnownValue('secret:s', ['q7-Kd82'])], options)
    expect(pairFilter.pays).toBe(true)
    const triggers = [...automaton.reports.values()].flat().map(({ trigger }) => trigger.text)
    const around = fc.string({ unit: fc.constantFrom(...'aeiknrst_-.:/ AKSY059\nü', '\u0141'), maxLength: 20 })
    fc.assert(
      fc.property(around, fc.constantFrom(...triggers), fc.nat(), around, (before, trigger, cut, after) => {
        // Whole or cut short: what is nearly a trigger must not hide the one behind it.
        const text = before + trigger.slice(0, cut % (trigger.length + 1)) + trigger + after
        for (const part of [text, before + trigger, trigger + after, before + trigger.slice(1) + after]) {
          expect([part, quietPass.isQuiet(part)]).toEqual([part, quietPass.run(part, 0, automaton.start) === part.length])
        }
      }),
      { numRuns: 3_000 },
    )
  })

  it('reads all where a trigger is one character, or triggers are everywhere', () => {
    expect([new PairFilter(['abc', 'x']).pays, new PairFilter(['abc', 'xyz']).pays]).toEqual([false, true])
    const common = [...'etaonris'].flatMap((a) => [...'etaonris'].map((b) => a + b))
    expect(new PairFilter(common).pays).toBe(false)
  })

  it('is false of everything where a rule can begin anywhere', () => {
    const { quietPass, dense } = createPlan(compileRules([...rules, { id: 'c', description: 'c', pattern: '[^ ]{8}' }]), [], options)
    expect(dense.length).toBe(1)
    expect([quietPass.isQuiet(''), quietPass.isQuiet('0123abcd')]).toEqual([false, false])
  })
})
