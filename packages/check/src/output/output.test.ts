import { describe, expect, it } from 'vitest'
import { check } from '../check.ts'
import { memoryTree } from '../files/memory.ts'
import { rules } from '../rules/index.ts'
import { toHtml } from './html.ts'
import { toJson } from './json.ts'
import { toMarkdown } from './markdown.ts'
import { toSarif } from './sarif.ts'
import { explain } from './explain.ts'

const files = {
  'app/actions.ts': '\'use server\'\nimport { write } from \'./write\'\nexport async function rename(id: string, name: string) { await write(id, name) }\n',
  'app/write.ts': 'import { PrismaClient } from \'@prisma/client\'\nconst db = new PrismaClient()\nexport const write = (id: string, name: string) => db.post.update({ where: { id }, data: { name: `<b>${name}</b>` } })\n',
}
const result = check({ root: '/app', tree: memoryTree(files), today: '2026-11-22' })

describe('outputs', () => {
  it('show the chain of calls that is the evidence', () => {
    const finding = result.findings.find(({ rule }) => rule === 'missing-authentication')
    expect(finding?.evidence[0]).toMatchObject({ file: 'app/write.ts', line: 3 })
    expect(finding?.evidence[0]?.chain.at(-1)).toMatchObject({ file: 'app/actions.ts', line: 3, text: 'write(id, name)' })
  })

  it('name a place once for a control', () => {
    const places = result.entries.flatMap(({ id, controls }) => Object.entries(controls).map(([control, { evidence }]) => [`${id} ${control}`, evidence.map(({ file, line, column }) => `${file}:${line}:${column}`)] as const))
    for (const [what, own] of places) expect(new Set(own).size, what).toBe(own.length)
  })

  it('name no path of this machine', () => {
    for (const text of [toJson(result), toSarif(result), toMarkdown(result), toHtml(result)]) expect(text).not.toContain('/app/app/')
  })

  it('are valid SARIF 2.1.0 in its required parts', () => {
    const log = JSON.parse(toSarif(result))
    expect(log).toMatchObject({ version: '2.1.0', runs: [{ tool: { driver: { name: 'sallyport check' } } }] })
    for (const one of log.runs[0].results) {
      expect(log.runs[0].tool.driver.rules[one.ruleIndex].id).toBe(one.ruleId)
      expect(one.locations[0].physicalLocation.region.startLine).toBeGreaterThan(0)
      expect(['error', 'warning', 'note']).toContain(one.level)
    }
  })

  it('name files in SARIF by URIs, whatever stands in their names', () => {
    const path = 'app/(shop)/[id]/a b#1%/actions.ts'
    const log = JSON.parse(toSarif(check({ root: '/app', tree: memoryTree({ [path]: files['app/actions.ts'].replace('./write', '../../../write'), 'app/write.ts': files['app/write.ts'] }), today: '2026-11-22' })))
    const uris: string[] = log.runs[0].results.map((one: { locations: [{ physicalLocation: { artifactLocation: { uri: string } } }] }) => one.locations[0].physicalLocation.artifactLocation.uri)
    expect(uris.length).toBeGreaterThan(0)
    for (const uri of uris) {
      // Of RFC 3986 a path holds unreserved characters, sub-delimiters, `:`, `@` and what is encoded.
      expect(uri).toMatch(/^(?:[\w\-.~!$&'()*+,;=:@/]|%[\dA-F]{2})+$/)
      expect(decodeURIComponent(uri)).toBe(path)
    }
  })

  it('keep a row of Markdown one row, and its text text', () => {
    const path = 'app/a|b/<img src=x>/actions.ts'
    const markdown = toMarkdown(check({ root: '/app', tree: memoryTree({ [path]: '\'use server\'\nimport { db } from \'@/db\'\nexport async function remove(id: string) { await db.post.delete({ where: { id } }) }\n' }), today: '2026-11-22' }))
    const rows = markdown.split('\n').filter((line) => line.includes('actions.ts'))
    expect(rows.length).toBeGreaterThan(1)
    for (const row of rows) expect(row).not.toMatch(/(?<!\\)(?:\|b|<img)/)
  })

  it('are an HTML page that loads nothing and escapes what it shows', () => {
    const html = toHtml(result)
    expect(html).not.toMatch(/<(?:link|img|iframe)\b|src=|href=|@import|url\(/)
    expect(html).not.toContain('<b>${name}</b>')
    expect(html).toContain('default-src')
  })

  it('explain every rule with all that it must say', () => {
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length)
    for (const rule of rules) {
      expect(explain(rule)).toContain('Good:')
      for (const part of [rule.title, rule.why, rule.fix, rule.bad, rule.good]) expect(part.length).toBeGreaterThan(8)
      const { nhi = [], llm = [], api = [], asvs = [], cwe = [] } = rule.standards
      // No requirement of ASVS speaks of accepted findings.
      expect([rule.id, nhi.length + llm.length + api.length > 0, asvs.length > 0, cwe.length > 0]).toEqual([rule.id, true, rule.id !== 'bad-suppression', true])
      for (const id of api) expect(id).toMatch(/^API\d+:2023$/)
      for (const id of asvs) expect(id).toMatch(/^\d+\.\d+\.\d+$/)
      for (const id of rule.standards.nhi ?? []) expect(id).toMatch(/^NHI\d+:2025$/)
      for (const id of rule.standards.llm ?? []) expect(id).toMatch(/^LLM\d\d:2025$/)
      for (const id of rule.standards.cwe ?? []) expect(id).toMatch(/^CWE-\d+$/)
    }
  })
})
