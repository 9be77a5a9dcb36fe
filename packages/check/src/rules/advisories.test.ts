import { describe, expect, it } from 'vitest'
import { advisories, advisoriesAsOf } from './advisories.ts'

const order = (version: string): number => version.split('.').reduce((sum, part) => sum * 1_000 + Number(part), 0)

describe('the table of advisories', () => {
  it('is dated, and every entry says where it was read', () => {
    expect(advisoriesAsOf).toMatch(/^\d{4}-\d{2}-\d{2}$/)
    for (const { id, source } of advisories) {
      expect(id).toMatch(/^(?:CVE-\d{4}-\d{4,}|GHSA(?:-[a-z0-9]{4}){3})(?:, CVE-\d{4}-\d{4,})*$/)
      expect(source.length).toBeGreaterThan(8)
    }
  })

  it('has fixed versions in ascending order, one a release line, all later than the first that is concerned', () => {
    for (const { from, fixed } of advisories) {
      expect(fixed).toEqual([...fixed].sort((left, right) => order(left) - order(right)))
      expect(new Set(fixed.map((version) => version.split('.').slice(0, 2).join('.'))).size).toBe(fixed.length)
      expect(fixed.every((version) => order(version) > order(from))).toBe(true)
    }
  })

  it('names no advisory twice for one package', () => {
    const seen = advisories.flatMap(({ id, packages }) => id.split(', ').flatMap((one) => packages.map((name) => `${one} ${name}`)))
    expect(new Set(seen).size).toBe(seen.length)
  })
})
