import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attenuate, MAX_DEPTH, type ChildGrant } from './attenuate.ts'
import { grant } from './store.contract.fixture.ts'
import type { GrantRecord } from './types.ts'

const NOW = 1_500
const some = <T>(values: readonly T[]): fc.Arbitrary<T[]> => fc.subarray([...values], { minLength: 1 })
const nullable = <T>(inner: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(inner, { nil: null })
const scope = {
  actions: some(['a', 'b', 'c']),
  resources: nullable(fc.dictionary(fc.constantFrom('order', 'product'), some(['1', '2', '3']), { minKeys: 1 })),
  input: nullable(fc.dictionary(fc.constantFrom('mode', 'model'), some(['x', 'y', 1, true] as const), { minKeys: 1 })),
  fields: nullable(some(['id', 'city', 'total'])),
  maxUses: fc.integer({ min: 1, max: 9 }),
  notBefore: fc.integer({ min: 1_000, max: 2_100 }),
  expiresAt: fc.integer({ min: 1_000, max: 2_100 }),
}
const root = fc.record({ ...scope, uses: fc.integer({ min: 0, max: 9 }) }).map((more): GrantRecord => grant('root', more))
const ask = fc.record({ ...scope, actor: fc.constantFrom('bot', 'helper') }, { requiredKeys: ['actor'] })

/** Every right that a grant could ever give: an action on a resource with an input, and a field of the result, at a time. */
function* rights(one: GrantRecord): Generator<string> {
  for (const action of ['a', 'b', 'c'])
    for (const [type, id] of [['order', '1'], ['order', '2'], ['product', '3']] as const)
      for (const mode of ['x', 'y', 1] as const)
        for (const field of ['id', 'city'])
          for (const time of [1_000, 1_500, 1_999, 2_050]) {
            const covers =
              one.actions.includes(action) &&
              (one.resources === null || (one.resources[type]?.includes(id) ?? false)) &&
              (one.input === null || Object.entries(one.input).every(([name, values]) => values.includes(name === 'mode' ? mode : 'x'))) &&
              (one.fields === null || one.fields.includes(field)) &&
              one.notBefore <= time && one.expiresAt > time
            if (covers) yield `${action} ${type} ${id} ${String(mode)} ${field} ${time}`
          }
}

describe('attenuate', () => {
  it('gives no chain of children a right that their root lacks', () => {
    fc.assert(
      fc.property(root, fc.array(ask, { minLength: 1, maxLength: 6 }), (first, asks) => {
        const all = new Set(rights(first))
        let parent = first
        asks.forEach((one, i) => {
          const child = attenuate(parent, { id: `child-${i}`, ...one } as ChildGrant, NOW)
          if (typeof child === 'string') return
          for (const right of rights(child)) expect(all).toContain(right)
          expect(child.maxUses).toBeLessThanOrEqual(parent.maxUses - parent.uses)
          expect(child).toMatchObject({ subject: first.subject, environment: first.environment, grantedBy: first.grantedBy, parentId: parent.id })
          expect(child.ancestors).toEqual([parent.id, ...(parent.ancestors ?? [])])
          expect(child.ancestors?.length).toBeLessThanOrEqual(MAX_DEPTH)
          expect(child.chain).toEqual([parent.actor, ...parent.chain])
          parent = child
        })
      }),
      { numRuns: 500 },
    )
  })

  it('names the axis on which a child exceeds its parent', () => {
    const parent = grant('p', { actions: ['a'], resources: { order: ['1'] }, input: { mode: ['x'] }, fields: ['id'], maxUses: 3, uses: 1 })
    const asks: readonly (readonly [Partial<ChildGrant>, string])[] = [
      [{ actions: ['a', 'b'] }, 'actions'], [{ actions: [] }, 'actions'], [{ resources: null }, 'resources'], [{ resources: { order: ['2'] } }, 'resources'],
      [{ resources: { constructor: [] } }, 'resources'], [{ input: null }, 'input'], [{ input: {} }, 'input'], [{ input: { mode: ['x', 'y'] } }, 'input'],
      [{ fields: null }, 'fields'], [{ fields: ['id', 'total'] }, 'fields'], [{ maxUses: 3 }, 'uses'], [{ maxUses: 0 }, 'uses'], [{ maxUses: 1.5 }, 'uses'],
      [{ expiresAt: 2_001 }, 'time'], [{ expiresAt: NOW }, 'time'], [{ expiresAt: Number.NaN }, 'time'],
    ]
    for (const [more, axis] of asks) expect(attenuate(parent, { id: 'c', actor: 'helper', ...more }, NOW)).toBe(axis)
    expect(attenuate(parent, { id: 'c', actor: 'helper' }, NOW)).toMatchObject({ maxUses: 2, actions: ['a'], chain: ['bot'] })
    for (const dead of [{ revokedAt: 1 }, { expiresAt: 1_400 }, { uses: 3 }]) expect(attenuate({ ...parent, ...dead }, { id: 'c', actor: 'helper' }, NOW)).toBe('life')
  })
})
