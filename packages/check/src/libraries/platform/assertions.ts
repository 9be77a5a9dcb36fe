import type { Library } from '../types.ts'

/** Assertions. */
export const assertions: Library = {
  name: 'Assertions',
  packages: ['assert', 'node:assert', 'node:assert/strict', 'tiny-invariant', 'invariant', '@epic-web/invariant', 'ts-invariant', 'tiny-assert'],
  calls: { '{default,default.ok,ok,invariant,invariantResponse,assert}': { asserts: true } },
}
