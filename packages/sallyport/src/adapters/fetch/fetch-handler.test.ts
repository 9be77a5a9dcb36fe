import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DefinitionError } from '../../errors/sallyport-error.ts'
import { StreamFailure } from '../../errors/stream-failure.ts'
import { systemClock } from '../../lib/clock.ts'
import { DeadlineList } from '../../lib/deadline.ts'
import type { CallRequest } from '../../lib/call-request.ts'
import type { HandledAction, HandledCall, HandleOptions } from '../../lib/host.ts'
import { toFetchHandler } from './fetch-handler.ts'
import { jsonDepth } from './json-depth.ts'

interface Seen {
  readonly request: CallRequest
  readonly input: unknown
  readonly options: HandleOptions | undefined
}

/** An action whose pipeline answers what a test says, and that remembers what it was given. */
function action(result: HandledCall['result'], more: Partial<HandledCall> = {}): HandledAction & { readonly seen: Seen[] } {
  const seen: Seen[] = []
  return {
    name: 'test',
    size: { maxBytes: 100, maxDepth: 3 },
    bodyDeadline: new DeadlineList(systemClock, 30_000),
    seen,
    handle: async (request, input, options) => {
      seen.push({ request, input, options })
      return { correlationId: 'c1', result, ...more }
    },
  }
}

const URL_ = 'https://shop.example/api/orders'
const post = (body: BodyInit | null, headers: Record<string, string> = { 'content-type': 'application/json' }): Request => new Request(URL_, { method: 'POST', body, headers })

describe('what goes in', () => {
  test('JSON, and the facts of the request', async () => {
    const echo = action({ data: 1 })
    await toFetchHandler(echo)(post('{"id":"1"}', { 'content-type': 'application/json; charset=utf-8', cookie: 'a=b', 'x-approval-id': 'a1' }), { socketAddress: '192.0.2.1' })
    expect(echo.seen[0]).toMatchObject({ input: { id: '1' }, options: { approval: 'a1' } })
    expect(echo.seen[0]?.request).toMatchObject({ transport: 'fetch', method: 'POST', url: URL_, socketAddress: '192.0.2.1' })
    expect(echo.seen[0]?.request.headers.get('Cookie')).toBe('a=b')
  })

  test('forms of both kinds, a query where GET is allowed, and nothing', async () => {
    const echo = { ...action({ data: 1 }), size: { maxBytes: 1_000, maxDepth: 3 } }
    const handler = toFetchHandler(echo, { methods: ['GET', 'POST'] })
    const form = new FormData()
    form.append('id', '1')
    await handler(post(form, {}))
    await handler(post(new URLSearchParams({ id: '2' }), {}))
    await handler(new Request(`${URL_}?id=3`))
    const ids = echo.seen.map(({ input }) => (input as FormData).get('id'))
    expect(ids).toEqual(['1', '2', '3'])
    await handler(new Request(URL_))
    await handler(post(null))
    expect(echo.seen.slice(3).map(({ input }) => input)).toEqual([undefined, undefined])
  })

  test.each<[string, string, BodyInit, Record<string, string>?]>([
    ['PAYLOAD_TOO_LARGE', 'a body over the cap', JSON.stringify('x'.repeat(100))],
    ['PAYLOAD_TOO_LARGE', 'deep nesting', '[[[[]]]]'],
    ['INVALID_INPUT', 'what is not JSON', '{'],
    ['INVALID_INPUT', 'what is not UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
    ['INVALID_INPUT', 'another type', '<a/>', { 'content-type': 'text/xml' }],
    ['INVALID_INPUT', 'no type', new Uint8Array([0x31]), {}],
    ['INVALID_INPUT', 'a form without its boundary', 'x', { 'content-type': 'multipart/form-data' }],
    ['PAYLOAD_TOO_LARGE', 'a form over the cap', `id=${'x'.repeat(100)}`, { 'content-type': 'application/x-www-form-urlencoded' }],
  ])('%s for %s reaches the pipeline as a refusal, without an input', async (code, _, body, headers) => {
    const echo = action({ data: 1 })
    await toFetchHandler(echo)(post(body, headers))
    expect(echo.seen[0]).toMatchObject({ input: undefined, options: { refused: { code } } })
  })

  test('reads no further than the cap, whatever length was stated', async () => {
    let pulled = 0
    let cancelled = false
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulled++
        controller.enqueue(new Uint8Array(40))
      },
      cancel: () => {
        cancelled = true
      },
    })
    // `duplex` is required for streams and missing from the DOM's types.
    const init: RequestInit & { duplex: 'half' } = { method: 'POST', body: endless, duplex: 'half', headers: { 'content-type': 'application/json', 'content-length': '1' } }
    const echo = action({ data: 1 })
    await toFetchHandler(echo)(new Request(URL_, init))
    expect(echo.seen[0]?.options?.refused?.code).toBe('PAYLOAD_TOO_LARGE')
    expect(cancelled).toBe(true)
    expect(pulled).toBeLessThan(8)
  })

  test('only the methods that are declared, and only paths that are listed', async () => {
    const echo = action({ data: 1 })
    const handler = toFetchHandler({ '/orders': echo }, { basePath: '/api' })
    const refused = await handler(new Request(URL_))
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'POST'])
    expect((await handler(new Request('https://shop.example/api/__proto__', { method: 'POST' }))).status).toBe(404)
    expect((await handler(new Request('https://shop.example/orders', { method: 'POST' }))).status).toBe(404)
    expect(echo.seen).toHaveLength(0)
    expect((await handler(post('1'))).status).toBe(200)
    expect(() => toFetchHandler({ orders: echo })).toThrow(DefinitionError)
  })

  test('HEAD where GET is allowed: the same without its content, and a stream that nobody reads ends', async () => {
    let left = false
    const data = new ReadableStream({ pull: () => new Promise(() => undefined), cancel: () => void (left = true) })
    const head = (url = URL_): Request => new Request(url, { method: 'HEAD' })
    const echo = action({ data: 1 })
    const response = await toFetchHandler(echo, { methods: ['GET'] })(head(`${URL_}?id=1`))
    expect([response.status, response.headers.get('x-correlation-id'), response.body]).toEqual([200, 'c1', null])
    expect(echo.seen[0]?.request.method).toBe('GET')
    expect((echo.seen[0]?.input as FormData).get('id')).toBe('1')
    expect((await toFetchHandler(action({ data }), { methods: ['GET'] })(head())).status).toBe(200)
    expect(left).toBe(true)
    expect((await toFetchHandler(action({ data: 1 }))(head())).status).toBe(405)
  })

  test('the depth of a JSON text is that of its value', () => {
    const depthOf = (value: unknown): number => (typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0)
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => jsonDepth(JSON.stringify(value), 50) === depthOf(value)))
    expect(jsonDepth('['.repeat(1_000_000), 20)).toBe(21)
  })
})

describe('what comes out', () => {
  test('data, with the correlation id and the limits', async () => {
    const limits = [{ name: 'principal', limit: 30, remaining: 29, resetMs: 1_500 }, { name: 'bad"name', limit: 1, remaining: 1, resetMs: 1 }]
    const response = await toFetchHandler(action({ data: { id: 1 } }, { limits }))(post('1'))
    expect([response.status, await response.json()]).toEqual([200, { data: { id: 1 } }])
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-correlation-id': 'c1',
      ratelimit: '"principal";r=29;t=2',
      'ratelimit-policy': '"principal";q=30',
    })
  })

  test('nothing, as JSON has it', async () => {
    expect(await (await toFetchHandler(action({ data: undefined }))(post('1'))).text()).toBe('{"data":null}')
  })

  test('what JSON does not know is written in a stated way', async () => {
    const data = { when: new Date(0), map: new Map([['a', new Set([1n])]]), bytes: new Uint8Array([1, 2, 255]), later: Promise.resolve([Promise.resolve(1)]), ['__proto__']: 1 }
    const response = await toFetchHandler(action({ data }))(post('1'))
    expect(await response.text()).toBe('{"data":{"when":"1970-01-01T00:00:00.000Z","map":{"a":["1"]},"bytes":"AQL/","later":[1],"__proto__":1}}')
  })

  test('a refusal is a problem with its code, and nothing else', async () => {
    const serverError = { code: 'RATE_LIMITED', message: 'Too many requests. Try again later.', correlationId: 'c1', retryAfterMs: 1_200 }
    const response = await toFetchHandler(action({ serverError }))(post('1'))
    expect(response.status).toBe(429)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(response.headers.get('retry-after')).toBe('2')
    expect(await response.json()).toEqual({ type: 'about:blank', title: serverError.message, status: 429, code: 'RATE_LIMITED', correlationId: 'c1', retryAfterMs: 1_200 })
  })

  test.each([
    ['UNAUTHENTICATED', 401, 'Bearer'],
    ['REAUTHENTICATE', 401, 'Bearer error="insufficient_user_authentication"'],
    ['NOT_FOUND', 404, null],
    ['OUT_OF_STOCK', 422, null],
    ['constructor', 422, null],
  ])('%s answers %d', async (code, status, challenge) => {
    const response = await toFetchHandler(action({ serverError: { code, message: 'm', correlationId: 'c1' } }))(post('1'))
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([status, challenge])
  })

  test('validation errors by place', async () => {
    const response = await toFetchHandler(action({ validationErrors: { id: { _errors: ['not a UUID'] } } }))(post('1'))
    expect([response.status, await response.json()]).toEqual([400, expect.objectContaining({ code: 'INVALID_INPUT', correlationId: 'c1', validationErrors: { id: { _errors: ['not a UUID'] } } })])
  })

  test('an unexpected error tells nothing', async () => {
    const broken: HandledAction = { ...action({ data: 1 }), handle: () => Promise.reject(new Error('secret path')) }
    const response = await toFetchHandler(broken)(post('1'))
    expect([response.status, await response.text()]).toEqual([500, expect.not.stringContaining('secret')])
  })
})

describe('streams', () => {
  async function* parts(fail?: unknown): AsyncGenerator<unknown> {
    yield { text: 'a' }
    yield 2n
    if (fail !== undefined) throw fail
  }
  const textOf = async (data: AsyncIterable<unknown>, accept = '*/*'): Promise<[string | null, string]> => {
    const response = await toFetchHandler(action({ data }))(post('1', { 'content-type': 'application/json', accept }))
    return [response.headers.get('content-type'), await response.text()]
  }

  test('one line for each part, and one for the end', async () => {
    expect(await textOf(parts())).toEqual(['application/x-ndjson', '{"data":{"text":"a"}}\n{"data":"2"}\n{"done":true}\n'])
  })

  test('events for a caller that accepts them', async () => {
    expect(await textOf(parts(), 'text/html, text/event-stream;q=0.9')).toEqual(['text/event-stream', 'event: data\ndata: {"text":"a"}\n\nevent: data\ndata: "2"\n\nevent: done\ndata: true\n\n'])
  })

  test('a failure on the way is told as the pipeline has it, and nothing else is', async () => {
    const [, told] = await textOf(parts(new StreamFailure('TIMEOUT', 'c2')))
    expect(told).toContain('{"error":{"code":"TIMEOUT","message":"This took too long. It may or may not have been done.","correlationId":"c2"}}\n')
    const [, text] = await textOf(parts(new Error('secret path')))
    expect(text).toContain('"code":"INTERNAL"')
    expect(text).not.toMatch(/secret|"done"/)
  })

  test('ends the source when the caller leaves', async () => {
    let ended = false
    async function* endless(): AsyncGenerator<number> {
      try {
        for (let part = 0; ; part++) yield part
      } finally {
        ended = true
      }
    }
    const response = await toFetchHandler(action({ data: endless() }))(post('1'))
    const reader = response.body!.getReader()
    await reader.read()
    await reader.cancel()
    expect(ended).toBe(true)
  })
})
