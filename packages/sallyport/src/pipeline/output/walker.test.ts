import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { fetchAdapter, toFetchHandler } from '../../adapters/fetch/index.ts'
import { definePolicy } from '../../policy/define-policy.ts'
import { createScrubber } from '../../scrub/scrubber.ts'
import { createTestPort } from '../../testing/index.ts'
import type { AnyAction } from '../../action/action.ts'

const SECRET = 'hunter2-Wq93-zzKf-secret'
const ABROAD = 'pässwort-gehäim-Ω-91'
const scrub = createScrubber({ secrets: { KEY: SECRET, ABROAD } })

function define(result: () => unknown, schema: z.ZodType | null = null): AnyAction {
  const port = createTestPort({ policy: definePolicy({ roles: {} }), scrub, adapter: fetchAdapter({ waived: 'a test has none' }) })
  const begun = port.define('read').noInput().public('anybody may read')
  return schema === null ? begun.waive('projection', 'whatever comes').action(result) : begun.outputSchema(schema).action(result as () => never)
}

/** What leaves over HTTP, and what `JSON.stringify` makes of what `call` answers. Bytes are read as text. */
async function leaves(result: () => unknown, schema: z.ZodType | null = null): Promise<string> {
  const action = define(result, schema)
  const response = await toFetchHandler(action)(new Request('http://shop.example/read', { method: 'POST' }))
  const text = await response.text()
  const { data } = (await action.call({ principal: null, input: undefined })) as { readonly data?: unknown }
  const bytes = text.match(/[\w+/]{6,}={0,2}/g)?.map((word) => Buffer.from(word, 'base64').toString()) ?? []
  return [text, ...bytes, data instanceof ReadableStream ? '' : JSON.stringify(data)].join('\n')
}

class OwnWords extends Date {
  override toJSON(): string {
    return SECRET
  }
}
class Rows extends Array<unknown> {
  toJSON(): string {
    return SECRET
  }
}
class Turns extends Array<unknown> {
  override *[Symbol.iterator](): ArrayIterator<unknown> {
    yield SECRET
  }
}
const hidden = (target: object, key: PropertyKey, value: unknown): object => Object.defineProperty(target, key, { value })
const says = (): string => SECRET
const settles = (resolve: (value: unknown) => void): void => resolve(SECRET)

describe('a result that says something else than what was looked at', () => {
  const cases: [name: string, result: () => unknown][] = [
    ['a date with a toJSON of its own', () => ({ at: hidden(new Date(0), 'toJSON', says) })],
    ['a date of another class', () => ({ at: new OwnWords(0) })],
    ['a list of another class with a toJSON', () => Rows.from([1])],
    ['a list with a toJSON', () => hidden([1], 'toJSON', says)],
    ['a list of another class that iterates otherwise', () => ({ list: new Turns(1) })],
    ['a list that iterates otherwise', () => hidden([1], Symbol.iterator, function* () { yield SECRET })],
    ['an object with a hidden toJSON', () => hidden({ a: 1 }, 'toJSON', says)],
    ['an object with a hidden then', () => ({ inner: hidden({ a: 1 }, 'then', settles) })],
    ['a list with a then', () => ({ inner: hidden([1], 'then', settles) })],
    ['a date with a then', () => ({ inner: hidden(new Date(0), 'then', settles) })],
    ['bytes of another class', () => ({ bytes: new (class extends Uint8Array { toJSON(): string { return SECRET } })(2) })],
    ['a key of a map that is an object with a toString', () => new Map([[hidden({}, 'toString', says), 1]])],
  ]
  test.each(cases)('%s', async (_name, result) => {
    expect(await leaves(result)).not.toContain(SECRET)
  })

  test('leaves as the data that was looked at', async () => {
    expect(await leaves(() => ({ at: new OwnWords(0), list: Rows.from([1, 'x']) }))).toContain('{"data":{"at":"1970-01-01T00:00:00.000Z","list":[1,"x"]}}')
    expect(await leaves(() => ({ at: new OwnWords(0) }), z.object({ at: z.date() }))).toContain('{"data":{"at":"1970-01-01T00:00:00.000Z"}}')
  })

  test('is looked at once where it is copied', async () => {
    let reads = 0
    expect(await leaves(() => ({ found: SECRET, get turns() { return reads++ % 2 === 0 ? 'clean' : SECRET } }))).not.toContain(SECRET)
  })

  test('is looked at once, and is then plain data, also where nothing was found in it', async () => {
    const turns = () => {
      let reads = 0
      return () => (reads++ === 0 ? 'clean' : SECRET)
    }
    const once = () => {
      const turn = turns()
      return { get turn() { return turn() } }
    }
    expect(await leaves(once)).not.toContain(SECRET)
    expect(await leaves(() => { const turn = turns(); return Object.defineProperty([1], 0, { get: turn, enumerable: true }) })).not.toContain(SECRET)
    expect(await leaves(async function* () { yield once() })).not.toContain(SECRET)
  })

  // React sends what these yield.
  test.each([Symbol.iterator, Symbol.asyncIterator])('has nothing left that yields: %s', async (symbol) => {
    const inner = () => ({ a: 1, [symbol]: function* () { yield SECRET } })
    for (const schema of [null, z.object({ inner: z.any() })]) {
      const { data } = (await define(() => ({ inner: inner() }), schema).call({ principal: null, input: undefined })) as { readonly data: { readonly inner: object } }
      expect(Reflect.ownKeys(data.inner)).toEqual(['a'])
    }
  })

  test('has the prototype that React sends', async () => {
    const { data } = (await define(() => ({ inner: Object.assign(Object.create(null), { a: 1 }) as object }), z.object({ inner: z.any() })).call({ principal: null, input: undefined })) as { readonly data: { readonly inner: object } }
    expect(Object.getPrototypeOf(data.inner)).toBe(Object.prototype)
    expect(data).toEqual({ inner: { a: 1 } })
  })
})

test('a key __proto__ stays a key', async () => {
  expect(await leaves(() => JSON.parse(`{"__proto__":{"a":1},"b":"${SECRET}"}`) as unknown)).toContain('{"data":{"__proto__":{"a":1},"b":"[REDACTED]"}}')
})

test('keys that become the same are all kept', async () => {
  const both = { [SECRET]: 1, [ABROAD]: 2, a: 3 }
  const result = async (value: unknown): Promise<unknown> => ((await define(() => value).call({ principal: null, input: undefined })) as { readonly data?: unknown }).data
  expect(await result(both)).toEqual({ '[REDACTED]': 1, '[REDACTED] 2': 2, a: 3 })
  expect(await result(new Map(Object.entries(both)))).toEqual(new Map(Object.entries({ '[REDACTED]': 1, '[REDACTED] 2': 2, a: 3 })))
})

test('promises are waited for wherever they are, keys of maps among them', async () => {
  const { data } = (await define(() => new Map([[Promise.resolve(SECRET), [Promise.resolve(SECRET)]]])).call({ principal: null, input: undefined })) as { readonly data?: unknown }
  expect(data).toEqual(new Map([['[REDACTED]', ['[REDACTED]']]]))
})

test('a secret beyond ASCII is found in bytes', async () => {
  expect(await leaves(() => new TextEncoder().encode(`it is ${ABROAD}.`))).not.toContain(ABROAD)
})

describe('parts of a stream', () => {
  test('promises in them are waited for, and what they settle to is scrubbed', async () => {
    expect(await leaves(async function* () { yield { a: [Promise.resolve(SECRET)] } })).toContain('{"data":{"a":["[REDACTED]"]}}')
  })

  test.each([SECRET, ABROAD])('bytes are one text, however they are cut', async (secret) => {
    const bytes = new TextEncoder().encode(`it is ${secret}, and no more`)
    let parts: readonly Uint8Array[] = []
    const action = define(async function* () { yield* parts })
    for (let cut = 1; cut < bytes.length; cut += 3) {
      parts = [bytes.slice(0, cut), bytes.slice(cut)]
      const { data } = (await action.call({ principal: null, input: undefined })) as { readonly data: AsyncIterable<Uint8Array> }
      let text = ''
      for await (const part of data) text += Buffer.from(part).toString('latin1')
      expect(text).toBe('it is [REDACTED], and no more')
    }
  })

  test('bytes that are nothing known come out as they went in', async () => {
    const bytes = Uint8Array.from({ length: 512 }, (_, i) => i & 0xff)
    const { data } = (await define(async function* () { yield bytes.slice(0, 300).buffer; yield bytes.slice(300) }).call({ principal: null, input: undefined })) as { readonly data: AsyncIterable<Uint8Array> }
    const out: number[] = []
    for await (const part of data) out.push(...part)
    expect(out).toEqual([...bytes])
  })
})
