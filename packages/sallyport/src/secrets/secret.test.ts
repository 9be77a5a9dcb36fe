import { inspect, format } from 'node:util'
import v8 from 'node:v8'
import { describe, expect, it } from 'vitest'
import { createScrubber } from '../scrub/scrubber.ts'
import { Secret } from './secret.ts'

const VALUE = 'kS9x!Qw7-pZ4v/Lm2+Rt8e'
const make = (strict: boolean): Secret => new Secret('API_KEY', { take: () => VALUE, version: () => '1' }, strict)

/** The value and what it looks like in the encodings that leave a program. */
function forms(): readonly string[] {
  const bytes = Buffer.from(VALUE)
  return [VALUE, bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex'), encodeURIComponent(VALUE), JSON.stringify(VALUE).slice(1, -1)]
}

function leaks(text: string): boolean {
  return forms().some((form) => text.includes(form) || text.toLowerCase().includes(form.toLowerCase()))
}

/** What a way out gives, or that it threw: then also what the error says. */
function outcome(run: () => unknown): string {
  try {
    const result = run()
    return typeof result === 'string' ? result : Buffer.isBuffer(result) ? `${result.toString('latin1')}${result.toString('utf8')}` : String(result)
  } catch (error) {
    return `threw ${inspect(error, { depth: 10, showHidden: true })}`
  }
}

const WAYS: readonly (readonly [string, (secret: Secret) => unknown])[] = [
  ['return value as JSON', (secret) => JSON.stringify(secret)],
  ['nested return value', (secret) => JSON.stringify({ a: [{ b: secret }] })],
  ['spread', (secret) => JSON.stringify({ ...secret })],
  ['Object.assign', (secret) => JSON.stringify(Object.assign({}, secret))],
  ['entries', (secret) => JSON.stringify([Object.entries(secret), Object.keys(secret), Object.getOwnPropertyNames(secret)])],
  ['property descriptors', (secret) => inspect(Object.getOwnPropertyDescriptors(secret), { depth: 5, showHidden: true })],
  ['source of reveal', (secret) => secret.reveal.toString()],
  ['template', (secret) => `${secret}`],
  ['concatenation', (secret) => 'key ' + (secret as unknown as string)],
  ['String()', (secret) => String(secret)],
  ['toString()', (secret) => secret.toString()],
  ['join', (secret) => [secret, secret].join()],
  ['number', (secret) => Number(secret)],
  ['comparison', (secret) => (secret as unknown as string) < 'b'],
  ['inspect', (secret) => inspect(secret, { depth: 10, showHidden: true })],
  ['inspect without custom', (secret) => inspect(secret, { depth: 10, showHidden: true, customInspect: false, getters: true })],
  ['console format %o', (secret) => format('%o', secret)],
  ['console format %s', (secret) => format('%s', secret)],
  ['console format %j', (secret) => format('%j', secret)],
  ['error message', (secret) => { throw new Error(secret as unknown as string) }],
  ['error cause', (secret) => inspect(new Error('x', { cause: secret }), { depth: 10, showHidden: true })],
  ['error stack', (secret) => new Error(`${secret}`).stack],
  ['error property', (secret) => inspect(Object.assign(new Error('x'), { secret }), { depth: 10 })],
  ['structuredClone', (secret) => inspect(structuredClone(secret), { showHidden: true })],
  ['structuredClone nested', (secret) => inspect(structuredClone({ a: { secret } }), { showHidden: true })],
  ['v8.serialize', (secret) => v8.serialize(secret)],
  ['postMessage', (secret) => { const { port1 } = new MessageChannel(); try { port1.postMessage(secret) } finally { port1.close() } }],
  ['header', (secret) => [...new Headers({ authorization: secret as unknown as string })].join()],
  ['header object of a request', (secret) => [...new Request('http://x.test', { headers: { a: secret as unknown as string } }).headers].join()],
  ['body', (secret) => new Response(secret as unknown as string).headers.get('content-type')],
  ['URL', (secret) => new URL(`https://x.test/?k=${secret}`).href],
  ['search parameters', (secret) => new URLSearchParams({ k: secret as unknown as string }).toString()],
  ['form data', (secret) => { const data = new FormData(); data.set('k', secret as unknown as string); return JSON.stringify([...data]) }],
  ['Buffer', (secret) => Buffer.from(secret as unknown as string)],
  ['TextEncoder', (secret) => new TextEncoder().encode(secret as unknown as string).join()],
  ['btoa', (secret) => btoa(secret as unknown as string)],
  ['encodeURIComponent', (secret) => encodeURIComponent(secret as unknown as string)],
  ['Map and Set', (secret) => inspect([new Map([['k', secret]]), new Set([secret])], { depth: 10, showHidden: true })],
  ['class field', (secret) => inspect(new (class { key = secret })(), { depth: 10, showHidden: true })],
  ['proxy', (secret) => inspect(new Proxy(secret, {}), { showProxy: true, depth: 10, showHidden: true })],
  ['symbols', (secret) => Object.getOwnPropertySymbols(secret).map(String).join()],
  ['attribute of a span', (secret) => JSON.stringify({ attributes: { key: secret } })],
  ['audit event', (secret) => JSON.stringify({ details: { input: { key: secret } } })],
]

describe.each([['development', true], ['production', false]] as const)('a secret in %s', (_, strict) => {
  it.each(WAYS)('does not leave by: %s', (_, way) => {
    const text = outcome(() => way(make(strict)))
    expect(leaks(text)).toBe(false)
  })

  it('is refused by what clones', () => {
    expect(() => structuredClone(make(strict))).toThrow(/clone/i)
    expect(() => v8.serialize(make(strict))).toThrow(/clone/i)
  })
})

describe('use as a string', () => {
  it('throws in development and names the secret', () => {
    expect(() => `${make(true)}`).toThrow('API_KEY')
    expect(() => new Headers({ authorization: make(true) as unknown as string })).toThrow('API_KEY')
  })

  it('says the name in production', () => {
    expect(`${make(false)}`).toBe('[secret API_KEY]')
    expect(JSON.stringify({ key: make(true) })).toBe('{"key":"[secret API_KEY]"}')
    expect(inspect(make(true))).toBe('[secret API_KEY]')
  })
})

describe('the value itself, once it is revealed', () => {
  const scrubber = createScrubber({ secrets: { API_KEY: VALUE } })

  it.each(forms().map((form, index) => [index, form] as const))('is scrubbed from what leaves (form %i)', (_, form) => {
    expect(leaks(scrubber.scrub(`before ${form} after`).text)).toBe(false)
  })

  it('is given by reveal and use', () => {
    expect(make(true).reveal()).toBe(VALUE)
    expect(make(true).use((value) => value.length)).toBe(VALUE.length)
  })
})

