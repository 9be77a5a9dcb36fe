import { describe, expect, it } from 'vitest'
import { advisories, advisoriesAsOf, advisoriesFor } from './advisories.ts'

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

  it('knows the ways round a guard in middleware, and where they end', () => {
    const ids = (version: string): string[] => advisoriesFor('next', version).map(({ advisory }) => advisory.id)
    expect(ids('14.2.14')).toContain('CVE-2024-51479')
    expect(ids('14.2.15')).not.toContain('CVE-2024-51479')
    expect(ids('15.0.0')).not.toContain('CVE-2024-51479')
    for (const version of ['15.4.0', '15.5.15', '16.2.4']) expect(ids(version)).toEqual(expect.arrayContaining(['CVE-2026-44573', 'CVE-2026-44574']))
    expect(ids('15.3.9')).not.toContain('CVE-2026-44574')
    for (const version of ['15.5.16', '16.2.5']) expect(ids(version).filter((id) => id === 'CVE-2026-44573' || id === 'CVE-2026-44574')).toEqual([])
    expect(ids('16.4.5')).toEqual([])
  })
})
