import { inspect } from 'node:util'
import { runInNewContext } from 'node:vm'
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

  it.each([
    ['an array', ['a', [TOKEN]], ['a', ['[REDACTED]']]],
    ['a key alone', { a: { [TOKEN]: 1 } }, { a: { '[REDACTED]': 1 } }],
    ['a map, in its values', new Map([['k', { t: TOKEN }]]), new Map([['k', { t: '[REDACTED]' }]])],
    ['a map, in its keys', new Map([[{ t: TOKEN }, 1]]), new Map([[{ t: '[REDACTED]' }, 1]])],
    ['a set', new Set(['a', TOKEN]), new Set(['a', '[REDACTED]'])],
    ['bytes', new TextEncoder().encode(TOKEN), new TextEncoder().encode('[REDACTED]')],
    ['what says itself what it is', { toJSON: () => ({ t: TOKEN }), hidden: 1 }, { t: '[REDACTED]' }],
    ['a list that says itself what it is', Object.assign([1], { toJSON: () => TOKEN }), '[REDACTED]'],
    ['a date that says itself what it is', Object.assign(new Date(0), { toJSON: () => TOKEN }), '[REDACTED]'],
    ['a text in a box', Object(TOKEN) as string, '[REDACTED]'],
    ['a buffer', new TextEncoder().encode(TOKEN).buffer, new TextEncoder().encode('[REDACTED]').buffer],
    ['a view of a buffer', new DataView(new TextEncoder().encode(TOKEN).buffer), new DataView(new TextEncoder().encode('[REDACTED]').buffer)],
    ['what can be iterated over', new URLSearchParams({ a: TOKEN }), [['a', '[REDACTED]']]],
  ])('is scrubbed where nothing else in it is to be found: %s', (_name, value, expected) => {
    const { value: out, findings } = scrubber.scrubValue(value)
    expect(out).toEqual(expected)
    expect(findings.length).toBe(1)
  })

  it('is scrubbed in every place that leads to the same object', () => {
    class Box {
      readonly in: unknown
      constructor(value: unknown) {
        this.in = value
      }
    }
    const shared = { token: TOKEN }
    const said = { toJSON: () => shared, [Symbol.toStringTag]: 'Said' }
    const { value: out } = scrubber.scrubValue({ shared, box: new Box(shared), map: new Map([['k', shared]]), set: new Set([shared]), said })
    expect(out.box).toBeInstanceOf(Box)
    expect(JSON.stringify([out, [...out.map], [...out.set]])).not.toContain('a1B2')
    // A way back to what is not finished yet may lead to what is found later.
    const whole: { box?: Box; token?: string } = {}
    whole.box = new Box(whole)
    whole.token = TOKEN
    const { value: copy } = scrubber.scrubValue(whole)
    expect((copy.box as Box).in).toBe(copy)
    // What is clean in itself stays what it was.
    const clean = new Box({ fine: true })
    expect(scrubber.scrubValue({ clean, token: TOKEN }).value.clean).toBe(clean)
  })

  it('keeps the places of a list with holes, and forms as forms', () => {
    const holes: string[] = []
    holes[2] = TOKEN
    const form = new FormData()
    form.append('a', `x ${TOKEN}`)
    form.append('b', 'y')
    const { value: out } = scrubber.scrubValue({ holes, form })
    expect([out.holes.length, 0 in out.holes, out.holes[2]]).toEqual([3, false, '[REDACTED]'])
    expect(out.form).toBeInstanceOf(FormData)
    expect([...(out.form as unknown as Iterable<unknown>)]).toEqual([['a', 'x [REDACTED]'], ['b', 'y']])
  })

  it('may hold errors that say by getters what they are, of the platform or of another realm', () => {
    class Computed extends Error {
      override get message(): string {
        return `no: ${TOKEN}`
      }
    }
    const foreign = runInNewContext(`new TypeError('no: ${TOKEN}')`) as Error
    class Told extends Error {
      toJSON(): unknown {
        return { told: TOKEN }
      }
    }
    const { value: out } = scrubber.scrubValue({ errors: [new Computed(), new DOMException(`no: ${TOKEN}`, 'AbortError'), foreign], told: new Told('no') })
    for (const error of out.errors) expect([error.message, String(error.stack).includes('a1B2')]).toEqual(['no: [REDACTED]', false])
    expect(out.errors.map(({ name }) => name)).toEqual(['Error', 'AbortError', 'TypeError'])
    expect(JSON.stringify(out.told)).toBe('{"told":"[REDACTED]"}')
  })

  it('is scrubbed as JSON is written: what something says of itself is not asked what it says of itself', () => {
    class Row {
      readonly name = 'n'
      readonly token = TOKEN
      toJSON(): unknown {
        return { name: this.name }
      }
    }
    const row = new Row()
    const list = Object.assign([TOKEN], { toJSON: () => 'hidden' })
    const error = Object.assign(new Error('no'), { toJSON: () => row })
    const value = { first: row, said: { toJSON: () => row }, list: { toJSON: () => list }, error, last: row }
    expect(JSON.stringify(value)).toContain('a1B2')
    const { value: out } = scrubber.scrubValue(value)
    expect(JSON.parse(JSON.stringify(out))).toEqual({ first: { name: 'n' }, said: { name: 'n', token: '[REDACTED]' }, list: ['[REDACTED]'], error: { name: 'n', token: '[REDACTED]' }, last: { name: 'n' } })
    const keyed = { a: { toJSON: (key: string) => (key === 'a' ? TOKEN : key) } }
    expect(JSON.stringify(scrubber.scrubValue(keyed).value)).toBe('{"a":"[REDACTED]"}')
  })

  it('that is printed has no secret in the names of symbols and functions, in patterns, and in what hides from JSON', () => {
    const hidden = { secret: TOKEN, toJSON: () => ({}) }
    const value = { a: Symbol(TOKEN), b: new RegExp(TOKEN), c: Object.assign(() => 1, { [TOKEN]: 1 }), [Symbol(TOKEN)]: TOKEN, hidden, fine: Symbol('fine') }
    const { value: out, findings } = scrubber.scrubValue(value, { closed: true })
    expect(inspect([out, findings])).not.toContain('a1B2')
    expect(out).toMatchObject({ a: '[symbol]', b: '[RegExp]', c: '[function]', fine: value.fine })
  })

  it('may hold errors, whose messages are no properties', () => {
    class Refused extends Error {
      override name = 'Refused'
    }
    const error = Object.assign(new Refused(`no: ${TOKEN}`, { cause: new Error(`key ${TOKEN}`) }), { body: TOKEN })
    const { value: out } = scrubber.scrubValue({ error })
    expect(out.error).toBeInstanceOf(Refused)
    expect(out.error.message).toBe('no: [REDACTED]')
    expect((out.error.cause as Error).message).toBe('key [REDACTED]')
    expect(`${out.error.stack} ${(out.error.cause as Error).stack} ${out.error.body}`).not.toContain('a1B2')
    expect(error.message).toContain(TOKEN)
    const clean = { error: new Error('no') }
    expect(scrubber.scrubValue(clean).value).toBe(clean)
  })

  it('is scrubbed however deep', () => {
    let value: unknown = TOKEN
    for (let i = 0; i < 200; i += 1) value = { in: [value] }
    const { value: out, findings } = scrubber.scrubValue(value)
    expect(JSON.stringify(out)).toContain('[REDACTED]')
    expect(JSON.stringify(out)).not.toContain(TOKEN)
    expect(findings[0]?.path).toBe('/in/0'.repeat(200))
  })

  it('has findings with pointers that are escaped, and without values', () => {
    const { findings } = scrubber.scrubValue({ 'a/b~c': [`key ${TOKEN}`], [`${TOKEN} /`]: 1 })
    expect(findings.map(({ path }) => path)).toEqual(['/a~1b~0c/0', '/[REDACTED] ~1'])
    expect(JSON.stringify(findings)).not.toContain('a1B2')
  })

  it('keeps entries whose keys become the same', () => {
    expect(scrubber.scrubValue({ 'q8Zr!x02mmW': 1, [TOKEN]: 2 }).value).toEqual({ '[REDACTED]': 1, '[REDACTED] 2': 2 })
    expect([...scrubber.scrubValue(new Map([['q8Zr!x02mmW', 1], [TOKEN, 2]])).value]).toEqual([['[REDACTED]', 1], ['[REDACTED] 2', 2]])
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
    const shared = { token: TOKEN }
    expect(scrubber.scrubValue({ a: shared, b: shared }, { disclosed: new Set(['/a/token']) }).value).toEqual({ a: { token: TOKEN }, b: { token: '[REDACTED]' } })
  })

  it('keeps all of many keys that become one', () => {
    const many = Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`ghp_${String(i).padStart(36, 'a')}`, i]))
    const out = scrubber.scrubValue({ ...many, '[REDACTED] 3': 'taken' }).value
    expect(Object.values(out)).toEqual([...Array(3_000).keys(), 'taken'])
    expect(Object.keys(out).slice(0, 3)).toEqual(['[REDACTED]', '[REDACTED] 2', '[REDACTED] 3'])
  })

  it('does not become a prototype by its keys', () => {
    const { value } = scrubber.scrubValue(JSON.parse(`{"__proto__": {"admin": true}, "t": "${TOKEN}"}`) as Record<string, unknown>)
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(Object.keys(value)).toEqual(['__proto__', 't'])
  })
})
