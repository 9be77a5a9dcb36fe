import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
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

  it('that is none is refused', () => {
    expect(() => rulesFromGitleaks({ rules: [{ regex: 'a' }] })).toThrow('Rule 1 has no id')
    expect(() => rulesFromGitleaks({ rules: [{ id: 'a', regex: 1 }] })).toThrow(TypeError)
    expect(() => createScrubber({ rules: rulesFromGitleaks({ rules: [{ id: 'a', regex: 'a(?=b)' }] }).rules })).toThrow('Look-around')
  })

  it('as gitleaks ships it loads whole', async (ctx) => {
    if (!existsSync(file)) ctx.skip('the gitleaks configuration is not on this machine')
    const { rules, pathOnly } = await parseGitleaks(readFileSync(file, 'utf8'))
    expect(rules.length + pathOnly.length).toBe(222)
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
