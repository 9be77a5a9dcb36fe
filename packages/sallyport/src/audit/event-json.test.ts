import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventJson } from './event-json.ts'
import type { AuditEvent, CallFacts, CallSummary, IntentEvent, OutcomeEvent } from './types.ts'

/** A property that a type gains and that is not written here does not compile: the log must not lose it in silence. */
type Every<T> = { readonly [Key in keyof Required<T>]: fc.Arbitrary<T[Key]> }

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 150 }), fc.constantFrom('order.cancel', '"', '\\', '\n', '\u2028', '\ud800', 'ü', ''))
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined })
const party = fc.record({ kind: fc.constantFrom('user' as const, 'service' as const, 'agent' as const), id: text })
const shared = { action: text, environment: text, transport: text, tenant: optional(text), subject: optional(party), actor: optional(party), address: optional(text) } satisfies Every<CallSummary>
const facts = fc.record({
  ...shared,
  definitionHash: text,
  chain: optional(fc.array(text, { maxLength: 2 })),
  session: optional(text),
  grant: optional(text),
  approval: optional(text),
  passed: fc.array(text, { maxLength: 3 }).chain((list) => fc.constantFrom(list, Object.freeze([...list]))),
  observed: optional(fc.array(fc.record({ control: text, reason: text }), { maxLength: 2 })),
  resource: optional(fc.record({ type: text, id: optional(text) })),
  inputDigest: optional(text),
  fields: optional(fc.dictionary(text, fc.jsonValue() as fc.Arbitrary<never>, { maxKeys: 3 })),
  version: text,
} satisfies Every<CallFacts>)
const amount = fc.oneof(fc.nat(), fc.double(), fc.constant(Number.NaN))
const intent = fc.record({ kind: fc.constant('intent' as const), id: text, time: amount, facts: facts as fc.Arbitrary<CallFacts> } satisfies Every<IntentEvent>)
const outcome = fc.record({
  kind: fc.constant('outcome' as const),
  id: text,
  time: amount,
  outcome: fc.constantFrom('success' as const, 'refused' as const, 'unknown' as const),
  code: optional(text),
  control: optional(text),
  reason: optional(text),
  durationMs: amount,
  facts: optional(facts as fc.Arbitrary<CallFacts>),
  call: optional(fc.record(shared) as fc.Arbitrary<CallSummary>),
  findings: optional(fc.dictionary(text, fc.nat(), { maxKeys: 3 })),
  usage: optional(fc.record({ inputTokens: fc.nat(), totalTokens: fc.nat() }, { requiredKeys: [] })),
  secrets: optional(fc.array(fc.record({ name: text, version: text }), { maxLength: 2 })),
  disclosed: optional(fc.array(text, { maxLength: 2 })),
  suppressed: optional(fc.nat()),
} satisfies Every<OutcomeEvent>)

describe('eventJson', () => {
  it('says what JSON.stringify says, of any event', () => {
    fc.assert(
      fc.property(fc.oneof(intent, outcome), (event) => {
        expect(JSON.parse(eventJson(event as AuditEvent))).toEqual(JSON.parse(JSON.stringify(event)))
      }),
      { numRuns: 1_000 },
    )
  })

  it('remembers what stays the same of one action, and takes nothing of it for another that has passed the same controls', () => {
    const passed = Object.freeze(['size'])
    const fixed = { action: 'a', definitionHash: 'h', environment: 'test', transport: 'direct', version: '1' }
    for (const key of [undefined, 'action', 'definitionHash', 'environment', 'transport', 'version'] as const) {
      for (let i = 0; i < 2; i++) {
        const party = { kind: 'user' as const, id: `u${i}` }
        const facts: CallFacts = { ...fixed, ...(key === undefined ? {} : { [key]: `other ${i}` }), passed, subject: party, actor: i === 0 ? party : { ...party, id: 'x' } }
        expect(JSON.parse(eventJson({ kind: 'intent', id: 'a', time: 1, facts }))).toEqual({ kind: 'intent', id: 'a', time: 1, facts })
      }
    }
  })

  it.each(['user', 'service', 'agent', 'a"', 'constructor'] as const)('writes a caller that acts for itself as subject and as actor: %s', (kind) => {
    for (const id of ['u1', 'u"1', 'ü', 'x'.repeat(200)]) {
      const self = { kind: kind as 'user', id }
      const facts: CallFacts = { action: 'a', definitionHash: '', environment: 'test', transport: 'direct', passed: [], version: '1', subject: self, actor: self }
      expect(JSON.parse(eventJson({ kind: 'intent', id: 'a', time: 1, facts }))).toEqual({ kind: 'intent', id: 'a', time: 1, facts })
    }
  })

  it('writes the time of each event', () => {
    const times = [5, 5, 6, 5, Number.NaN, Number.NaN, 0, -0, 1.5]
    const written = times.map((time) => eventJson({ kind: 'outcome', id: 'a', time, outcome: 'success', durationMs: time }))
    expect(written).toEqual(times.map((time) => JSON.stringify({ kind: 'outcome', id: 'a', time, outcome: 'success', durationMs: time })))
  })

  it('writes a frozen list of controls once, and one that may change each time', () => {
    const passed = ['origin']
    const event = (list: readonly string[]): AuditEvent => ({ kind: 'intent', id: 'a', time: 1, facts: { action: 'a', definitionHash: '', environment: 'test', transport: 'direct', passed: list, version: '1' } })
    const first = eventJson(event(passed))
    passed.push('audit')
    expect(first).toContain('"passed":["origin"]')
    expect(eventJson(event(passed))).toContain('"passed":["origin","audit"]')
    const frozen = Object.freeze(['size'])
    expect(eventJson(event(frozen))).toBe(eventJson(event(frozen)))
  })
})
