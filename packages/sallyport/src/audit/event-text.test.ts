import { describe, expect, it } from 'vitest'
import { eventFromText, eventText, MAX_ENTRY_BYTES } from './event-text.ts'
import type { CallFacts, OutcomeEvent } from './types.ts'

const facts: CallFacts = { action: 'order.read', definitionHash: 'h', environment: 'test', transport: 'direct', passed: ['size'], version: '0' }
const refused: OutcomeEvent = { kind: 'outcome', id: 'c1', time: 1, outcome: 'refused', durationMs: 1, facts }
const long = '🗝'.repeat(60_000)

describe('an event that is too large', () => {
  it.each([
    ['a reason', { ...refused, reason: long }],
    ['the id of a resource', { ...refused, facts: { ...facts, resource: { type: 'order', id: long } } }],
    ['what a control observed', { ...refused, facts: { ...facts, observed: [{ control: 'authorization', reason: long }] } }],
    ['all of it', { ...refused, reason: long, facts: { ...facts, fields: { a: long }, resource: { type: 'order', id: long }, observed: [{ control: 'authorization', reason: long }] } }],
  ] as const)('is written all the same when it is an outcome, with %s cut short', (_what, event) => {
    const text = eventText(event)
    expect(new TextEncoder().encode(text).length).toBeLessThan(MAX_ENTRY_BYTES)
    expect(text).toContain('(120000 characters)')
    expect(eventFromText(text)).toMatchObject({ id: 'c1', outcome: 'refused', facts: { action: 'order.read', passed: ['size'] } })
  })

  it('is refused when it is an intent: what will be done must be told exactly', () => {
    expect(() => eventText({ kind: 'intent', id: 'c1', time: 1, facts: { ...facts, resource: { type: 'order', id: long } } })).toThrow(RangeError)
  })

  it('that is not, is written as it is', () => {
    expect(eventFromText(eventText({ ...refused, reason: 'x'.repeat(50_000) }))).toEqual({ ...refused, reason: 'x'.repeat(50_000) })
  })
})
