import { describe, expect, it } from 'vitest'
import { guardsOf, readCases, without } from './cases.ts'
import { checkFiles, compareCase, type Score } from './score.ts'

const cases = readCases()

describe('labelled fixtures', () => {
  it('are at least 200 actions', () => {
    expect(cases.flatMap(({ labels }) => labels).length).toBeGreaterThanOrEqual(200)
  })

  it.each(cases.map((one) => [one.name, one] as const))('%s', (_, one) => {
    const scores = new Map<string, Score>()
    expect(compareCase(one, scores)).toEqual([])
  })
})

describe('a guard that is deleted is missed', () => {
  const guarded = cases.flatMap((one) => guardsOf(one).map((guard) => [`${one.name} ${guard.file}:${guard.line}`, one, guard] as const))
  const lines = guarded.filter(([, , guard]) => guard.rule !== 'all-of-it' && !guard.rule.startsWith('switch') && guard.file !== 'lib/db.ts')

  it.each(lines)('%s', (_, one, guard) => {
    const before = checkFiles(one.files).findings.filter(({ rule }) => rule === guard.rule).map(({ fingerprint }) => fingerprint)
    const after = checkFiles(without(one, guard)).findings.filter(({ rule }) => rule === guard.rule).map(({ fingerprint }) => fingerprint)
    expect(after.filter((fingerprint) => !before.includes(fingerprint)).length).toBeGreaterThan(0)
  })
})
