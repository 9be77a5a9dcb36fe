import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
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

  it('is false of everything where a rule can begin anywhere', () => {
    const { quietPass, dense } = createPlan(compileRules([...rules, { id: 'c', description: 'c', pattern: '[^ ]{8}' }]), [], options)
    expect(dense.length).toBe(1)
    expect([quietPass.isQuiet(''), quietPass.isQuiet('0123abcd')]).toEqual([false, false])
  })
})
