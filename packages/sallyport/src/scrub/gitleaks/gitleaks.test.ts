import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { providerRules } from '../packs/provider.ts'
import { createScrubber } from '../scrubber.ts'
import { parseGitleaks, rulesFromGitleaks } from './index.ts'

const file = new URL('../../../../../../shared/data/gitleaks.toml', import.meta.url)

describe('a gitleaks configuration', () => {
  it('gives rules with what gitleaks honours', async () => {
    const { rules, pathOnly } = await parseGitleaks(`
[allowlist]
regexes = ['''^EXAMPLE''']
[[rules]]
id = "acme"
regex = '''(?i)[\\w.-]{0,50}?acme[ =:]{1,3}([a-z0-9]{8,})(?:\\s|$)'''
entropy = 2
keywords = ["acme"]
[[rules.allowlists]]
regexTarget = "match"
regexes = ['''public''']
[[rules]]
id = "hex"
regex = '''\\b[a-f0-9]{10}\\b'''
keywords = ["session"]
[[rules]]
id = "file"
path = '''\\.p12$'''
`)
    expect(pathOnly).toEqual(['file'])
    const scrubber = createScrubber({ rules })
    const text = (input: string): string => scrubber.scrub(input).text
    expect(text('my-acme: q1w2e3r4t5 ')).toBe('my-acme: [REDACTED] ')
    expect(text('my-acme: aaaaaaaaaa ')).toBe('my-acme: aaaaaaaaaa ')
    expect(text('public-acme: q1w2e3r4t5 ')).toBe('public-acme: q1w2e3r4t5 ')
    expect(text('acme: EXAMPLEq1w2e3r4t5 ')).toBe('acme: EXAMPLEq1w2e3r4t5 ')
    expect(text('see 0123456789')).toBe('see 0123456789')
    expect(text('Session 0123456789')).toBe('Session [REDACTED]')
  })

  it.each([
    ['secretGroup', { regex: 'k=(\\w+):(\\w+);', secretGroup: 2 }, 'k=abc:def; .', 'k=abc:[REDACTED]; .'],
    ['no secretGroup and one group', { regex: 'k=(\\w+);' }, 'k=abc;', 'k=[REDACTED];'],
    ['no secretGroup and several groups: the first that is not empty', { regex: 'k(?:=(\\d+)|:(\\w+));' }, 'k=12; k:ab;', 'k=[REDACTED]; k:[REDACTED];'],
    ['groups with names, which are structure', { regex: 'k=(?P<v>\\w+);' }, 'k=abc;', '[REDACTED]'],
    ['entropy', { regex: 'k=(\\w+);', entropy: 1.5 }, 'k=abab; k=abcd;', 'k=abab; k=[REDACTED];'],
    ['flags', { regex: '(?i)KEY-(?-i:a)b' }, 'kEy-aB key-Ab', '[REDACTED] key-Ab'],
    ['keywords', { regex: '\\b\\d{6}\\b', keywords: ['Acme'] }, '123456 ACME 123456', '123456 ACME [REDACTED]'],
    ['stopwords', { regex: 'k=(\\w+);', allowlists: [{ stopwords: ['Test'] }] }, 'k=atest; k=prod;', 'k=atest; k=[REDACTED];'],
    ['regexTarget line', { regex: 'k=(\\w+);', allowlists: [{ regexTarget: 'line', regexes: ['^public'] }] }, 'public k=abc;\nk=abc;', 'public k=abc;\nk=[REDACTED];'],
    ['regexTarget match', { regex: 'k=(\\w+);', allowlists: [{ regexTarget: 'match', regexes: ['^k=a'] }] }, 'k=abc; k=xyz;', 'k=abc; k=[REDACTED];'],
    ['the old spelling', { regex: 'k=(\\w+);', allowlist: { regexes: ['^a'] } }, 'k=abc; k=xyz;', 'k=abc; k=[REDACTED];'],
    ['either of two kinds', { regex: 'k=(\\w+);', allowlists: [{ regexes: ['^a'], stopwords: ['zz'] }] }, 'k=abc; k=xzz;', 'k=abc; k=xzz;'],
    ['condition AND', { regex: 'k=(\\w+);', allowlists: [{ condition: 'AND', regexes: ['^a'], stopwords: ['zz'] }] }, 'k=abc; k=azz;', 'k=[REDACTED]; k=azz;'],
    ['condition &&', { regex: 'k=(\\w+);', allowlists: [{ condition: '&&', regexes: ['^a'], stopwords: ['zz'] }] }, 'k=abc; k=azz;', 'k=[REDACTED]; k=azz;'],
    ['a path besides, which a text has not', { regex: 'k=(\\w+);', allowlists: [{ condition: 'AND', regexes: ['^a'], paths: ['x'] }] }, 'k=abc;', 'k=[REDACTED];'],
    ['a path or else, which allows nothing by itself', { regex: 'k=(\\w+);', allowlists: [{ paths: ['x'] }, { commits: ['x'] }] }, 'k=abc;', 'k=[REDACTED];'],
  ])('honours %s', (_, rule, text, expected) => {
    const scrubber = createScrubber({ rules: rulesFromGitleaks({ rules: [{ id: 'own', ...rule }] }).rules })
    expect(scrubber.scrub(text).text).toBe(expected)
  })

  it('honours global allow-lists, and those that are for some rules', () => {
    const { rules } = rulesFromGitleaks({
      rules: [{ id: 'a', regex: 'a=(\\w+);' }, { id: 'b', regex: 'b=(\\w+);' }],
      allowlists: [{ regexes: ['^everywhere'] }, { targetRules: ['b'], regexes: ['^only'] }],
    })
    expect(createScrubber({ rules }).scrub('a=everywhere; a=only; b=everywhere; b=only; b=x;').text).toBe('a=everywhere; a=[REDACTED]; b=everywhere; b=only; b=[REDACTED];')
  })

  const base = {
    rules: [{ id: 'a', regex: 'a=(\\w+);', entropy: 1 }, { id: 'b', regex: 'b=(\\w+);', keywords: ['b='] }, { id: 'c', regex: 'c=(\\w+);' }],
    allowlists: [{ regexes: ['^everywhere'] }],
  }

  it('extends another that is given with it', () => {
    const own = {
      extend: { useDefault: true, disabledRules: ['c'] },
      rules: [{ id: 'b', allowlists: [{ stopwords: ['test'] }] }, { id: 'd', regex: 'd=(\\w+);' }],
    }
    const { rules } = rulesFromGitleaks(own, { extends: base })
    expect(rules.map(({ id }) => id)).toEqual(['a', 'b', 'd'])
    expect(createScrubber({ rules }).scrub('a=xyz; b=xyz; b=test1; b=everywhere; c=xyz; d=xyz;').text).toBe('a=[REDACTED]; b=[REDACTED]; b=test1; b=everywhere; c=xyz; d=[REDACTED];')
    const changed = rulesFromGitleaks({ extend: { path: 'base.toml' }, rules: [{ id: 'a', regex: 'A=(\\w+);', entropy: 9 }] }, { extends: base }).rules[0]
    expect([changed?.pattern, changed?.minEntropy]).toEqual(['A=(\\w+);', 9])
    const silent = rulesFromGitleaks({ extend: { path: 'base.toml' }, rules: [{ id: 'a', description: '', regex: '', path: '\\.env$' }] }, { extends: base })
    expect([silent.rules.map(({ id, description }) => [id, description]), silent.pathOnly]).toEqual([[['a', 'a'], ['b', 'b'], ['c', 'c']], []])
  })

  it.each([
    ['useDefault', '[extend]\nuseDefault = true'],
    ['base.toml', '[extend]\npath = "base.toml"'],
  ])('that extends another is refused without it: %s', async (name, toml) => {
    await expect(parseGitleaks(toml)).rejects.toThrow(name === 'useDefault' ? "gitleaks' own" : name)
    expect((await parseGitleaks(toml, { extends: '[[rules]]\nid = "x"\nregex = "x{9}"' })).rules.map(({ id }) => id)).toEqual(['x'])
  })

  it.each([
    ['condition', { condition: 'XOR' }],
    ['regexTarget', { regexTarget: 'file' }],
  ])('with a word that gitleaks does not know is refused: %s', (name, list) => {
    expect(() => rulesFromGitleaks({ rules: [{ id: 'own', regex: 'a', allowlists: [{ ...list, regexes: ['x'] }] }] })).toThrow(`${name} of own`)
  })

  it('with a rule that looks at nothing is refused', () => {
    expect(() => rulesFromGitleaks({ rules: [{ id: 'own', keywords: ['x'] }] })).toThrow('own has neither')
  })

  it('that is none is refused', () => {
    expect(() => rulesFromGitleaks({ rules: [{ regex: 'a' }] })).toThrow('Rule 1 has no id')
    expect(() => rulesFromGitleaks({ rules: [{ id: 'a', regex: 1 }] })).toThrow(TypeError)
    expect(() => createScrubber({ rules: rulesFromGitleaks({ rules: [{ id: 'a', regex: 'a(?=b)' }] }).rules })).toThrow('Look-around')
  })

  it('as gitleaks ships it loads whole', async (ctx) => {
    if (!existsSync(file)) ctx.skip('the gitleaks configuration is not on this machine')
    const { rules, pathOnly } = await parseGitleaks(readFileSync(file, 'utf8'))
    expect(rules.length + pathOnly.length).toBe(222)
    expect(() => createScrubber({ rules: [...providerRules, ...rules] })).toThrow('give one of them another')
    expect(() => createScrubber({ rules: [...providerRules, ...rules.map((rule) => ({ ...rule, id: `gitleaks-${rule.id}` }))] })).not.toThrow()
    const scrubber = createScrubber({ rules })
    const found = scrubber.scrub(
      [
        'AWS AKIAQ3EGRT7YBMXZ2LPA then',
        'GITHUB_TOKEN=ghp_1a2B3c4D5e6F7g8H9i0J1k2L3m4N5o6P7q8R',
        'algolia_key = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"',
        'sonar_token: squ_0123456789abcdefABCD0123456789abcdefABCD',
        "curl -H 'Authorization: Bearer Zm9vYmFyYmF6cXV4MTIzNDU2' https://example.com",
      ].join('\n'),
    )
    expect(found.findings.map((finding) => finding.rule)).toEqual(
      expect.arrayContaining(['aws-access-token', 'github-pat', 'algolia-api-key', 'curl-auth-header']),
    )
    expect(found.text).not.toMatch(/AKIAQ3|ghp_1a|0f1e2d|Zm9vYm/)
  })
})
