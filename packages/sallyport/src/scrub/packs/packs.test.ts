import { describe, expect, it } from 'vitest'
import { CompiledRule } from '../automaton/compiled-rule.ts'
import { createScrubber } from '../scrubber.ts'
import { emailRules, phoneRules, piiRules } from './pii.ts'
import { providerRules } from './provider.ts'
import { beginningOf } from './rows.ts'

describe('the provider pack', () => {
  const scrubber = createScrubber({ rules: providerRules })
  const found = (text: string): string[] => scrubber.scrub(text).findings.map((finding) => finding.rule)
  const A = 'aB3dE5gH7jK9mN1pQ2sT4vW6xY8zA0cD'

  it('has at least 150 rules, each looked for by a beginning of its own', () => {
    expect(providerRules.length).toBeGreaterThanOrEqual(150)
    for (const rule of providerRules) expect(new CompiledRule(rule).prefixes, rule.id).toBeDefined()
  })

  it('begins as its patterns do, where that was read off without parsing them', () => {
    for (const rule of providerRules) {
      const beginning = beginningOf(rule)
      if (!beginning) continue
      for (const prefix of new CompiledRule(rule).prefixes!) {
        expect(prefix.text.startsWith(beginning.text) || beginning.text.startsWith(prefix.text), rule.id).toBe(true)
        expect(prefix.after, rule.id).toBe(beginning.bounded ? 7 : 15)
        expect(prefix.lead, rule.id).toBe(0)
      }
    }
  })

  // Made-up values in the documented forms.
  it.each([
    ['aws-access-key-id', 'AKIAQ3EGRT7YBMXZ2LPA'],
    ['aws-secret-access-key', `aws_secret_access_key = ${A}Ab+/Xy01`],
    ['google-api-key', `AIza${A}-_a`],
    ['github-pat', `ghp_${A}abcd`],
    ['github-fine-grained-pat', `github_pat_${A}${A}_${A}`],
    ['gitlab-pat', 'glpat-aB3dE5gH7jK9mN1pQ2sT'],
    ['npm-token', `npm_${A}abcd`],
    ['stripe-secret-key', `sk_live_${A}`],
    ['openai-project-key', `sk-proj-${A}${A}T3BlbkFJ${A}${A}`],
    ['anthropic-key', `sk-ant-api03-${A}${A}${A}AA`],
    ['huggingface-token', `hf_${'aBcDeFgHiJ'.repeat(4)}`],
    ['slack-bot-token', `xoxb-123456789012-1234567890123-${A}`],
    ['slack-webhook', `https://hooks.slack.com/services/T00000000/B00000000/${A}`],
    ['sendgrid-key', `SG.aB3dE5gH7jK9mN1pQ2sT4v.${A}aB3dE5gH7jK`],
    ['jwt', 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0In0.abc-DEF_123'],
    ['private-key', `-----BEGIN RSA PRIVATE KEY-----\n${A}${A}\n${A}\n-----END RSA PRIVATE KEY-----`],
    ['private-key', `-----BEGIN PRIVATE KEY-----\\n${A}${A}\\n-----END PRIVATE KEY-----`],
    ['postgres-url', 'postgres://app:hunter2@db.internal:5432/shop'],
    ['mongodb-url', 'mongodb+srv://app:hunter2@cluster0.mongodb.net'],
    ['redis-url', 'redis://:hunter2@cache:6379'],
    ['http-url', 'https://user:hunter2@example.com/path'],
    ['bearer-token', `Authorization: Bearer ${A}${A}`],
  ])('finds %s', (id, text) => {
    expect(found(`see ${text} there`)).toContain(id)
    expect(scrubber.scrub(`see ${text} there`).text).not.toMatch(/aB3dE5gH7jK9|hunter2|AKIAQ3/)
  })

  it.each([
    'The task-force discussed skeletons, sk-8 boards and the risk-free rate.',
    'git commit 3f1c2a9e8b7d4c3a9f101234567890abcdef1234 on 2024-05-06',
    'uuid 3f1c2a9e-8b7d-4c3a-9f10-1234567890ab, pat-a-cake, patterns, key-value, re_export',
    'https://example.com:8080/path?x=1 redis://localhost:6379/0 postgres://localhost/shop',
    '-----BEGIN CERTIFICATE-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END CERTIFICATE-----',
    'The bearer of this letter; authorization: basic access only',
    'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4',
  ])('leaves alone: %s', (text) => {
    expect(scrubber.scrub(text)).toEqual({ text, findings: [] })
  })
})

describe('the packs for personal data', () => {
  const scrubber = createScrubber({ rules: [...piiRules, ...emailRules, ...phoneRules] })

  it.each([
    ['ssn 536-90-4399.', 'ssn [REDACTED].'],
    ['ssn 000-12-3456, 666-12-3456, 123-00-4567', 'ssn 000-12-3456, 666-12-3456, 123-00-4567'],
    ['ssn 899-12-3456 900-12-3456 999-12-3456 123-45-0000 123-45-0001.', 'ssn [REDACTED] 900-12-3456 999-12-3456 123-45-0000 [REDACTED].'],
    ['card 4111 1111 1111 1111!', 'card [REDACTED]!'],
    ['card 4111-1111-1111-1112', 'card 4111-1111-1111-1112'],
    ['amex 378282246310005', 'amex [REDACTED]'],
    ['iban DE89 3704 0044 0532 0130 00 ok', 'iban [REDACTED] ok'],
    ['iban DE88370400440532013000', 'iban DE88370400440532013000'],
    ['write to ada.lovelace+x@example.co.uk today', 'write to [REDACTED] today'],
    ['call +31 20 123 4567 or (415) 555-2671', 'call [REDACTED] or [REDACTED]'],
    ['in 2024 there were 1,234,567 of them', 'in 2024 there were 1,234,567 of them'],
  ])('%s', (text, expected) => {
    expect(scrubber.scrub(text).text).toBe(expected)
  })
})
