import { describe, expect, it } from 'vitest'
import { createScrubber } from './scrubber.ts'
import { providerRules } from './packs/provider.ts'

const TOKEN = `ghp_${'a1B2'.repeat(9)}`
const scrubber = createScrubber({ rules: providerRules, secrets: { KEY: 'q8Zr!x02mmW' } })

describe('a structured value', () => {
  it('that is clean is returned as it is', () => {
    const value = { id: '0b5a', list: ['a', { b: 1n, when: new Date(0) }], map: new Map([['k', new Set(['v'])]]), nothing: null }
    expect(scrubber.scrubValue(value).value).toBe(value)
    expect(scrubber.scrubValue('text')).toEqual({ value: 'text', findings: [] })
  })

  it('is scrubbed in keys and strings, in the same shape, without touching the original', () => {
    const value = { user: { note: `key ${TOKEN}`, [`x q8Zr!x02mmW`]: true }, list: ['q8Zr!x02mmW', 2], fine: 'yes' }
    const { value: out, findings } = scrubber.scrubValue(value)
    expect(out).toEqual({ user: { note: 'key [REDACTED]', 'x [REDACTED]': true }, list: ['[REDACTED]', 2], fine: 'yes' })
    expect(value.list[0]).toBe('q8Zr!x02mmW')
    expect(findings.map(({ rule, path }) => [rule, path])).toEqual([
      ['github-pat', '/user/note'],
      ['secret:KEY', '/user/x [REDACTED]'],
      ['secret:KEY', '/list/0'],
    ])
  })

  it('keeps entries whose keys become the same', () => {
    expect(scrubber.scrubValue({ 'q8Zr!x02mmW': 1, [TOKEN]: 2 }).value).toEqual({ '[REDACTED]': 1, '[REDACTED] 2': 2 })
  })

  it('may be one that contains itself', () => {
    const value: { self?: unknown; token: string } = { token: TOKEN }
    value.self = value
    const { value: out } = scrubber.scrubValue(value)
    expect(out.token).toBe('[REDACTED]')
    expect(out.self).toBe(out)
    const clean: unknown[] = []
    clean.push(clean)
    expect(scrubber.scrubValue(clean).value).toBe(clean)
  })

  it('may hold maps, sets, bytes, URLs and instances', () => {
    class Account {
      readonly name = 'a'
      readonly token = TOKEN
    }
    const value = {
      map: new Map([[TOKEN, 'v']]),
      set: new Set([TOKEN]),
      bytes: new TextEncoder().encode(`x ${TOKEN}`),
      url: new URL('postgres://app:hunter2hunter@db/shop'),
      account: new Account(),
      clean: new URL('https://example.com/'),
    }
    const { value: out } = scrubber.scrubValue(value)
    expect([...out.map]).toEqual([['[REDACTED]', 'v']])
    expect([...out.set]).toEqual(['[REDACTED]'])
    expect(new TextDecoder().decode(out.bytes)).toBe('x [REDACTED]')
    expect(String(out.url)).toBe('postgres://app:[REDACTED]@db/shop')
    expect(out.account).toBeInstanceOf(Account)
    expect(out.account.token).toBe('[REDACTED]')
    expect(out.clean).toBe(value.clean)
  })

  it('lets out what is disclosed, by its path', () => {
    const value = { once: TOKEN, twice: TOKEN }
    expect(scrubber.scrubValue(value, { disclosed: new Set(['/once']) }).value).toEqual({ once: TOKEN, twice: '[REDACTED]' })
    expect(scrubber.scrubValue({ once: TOKEN }, { disclosed: new Set(['/once']) }).findings).toEqual([])
  })

  it('does not become a prototype by its keys', () => {
    const { value } = scrubber.scrubValue(JSON.parse(`{"__proto__": {"admin": true}, "t": "${TOKEN}"}`) as Record<string, unknown>)
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(Object.keys(value)).toEqual(['__proto__', 't'])
  })
})
