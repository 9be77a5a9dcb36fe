import { getEventListeners } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { SallyportError } from '../errors/sallyport-error.ts'
import { canonicalJson } from '../lib/canonical-json.ts'
import type { Host } from '../lib/host.ts'
import { definePolicy } from '../policy/define-policy.ts'
import { createScrubber } from '../scrub/scrubber.ts'
import { createTestPort, fakeClock, testAgent, testRequest, testUser } from '../testing/index.ts'

const SECRET = 'zq7-Kd82_mN4vX9pL1wR'
const policy = definePolicy({ roles: { customer: ['order:read'] } })
const user = testUser('u1', ['customer'], { tier: 'enterprise' })
const makePort = (more: object = {}) => createTestPort({ policy, scrub: createScrubber({ secrets: { API_KEY: SECRET } }), ...more })
const start = (more: object = {}) => {
  const port = makePort(more)
  return { port, builder: port.define('order.read').noInput().authorize('order:read') }
}
const outcomes = async (port: ReturnType<typeof makePort>) => (await port.events()).map(({ event }) => event).filter(({ kind }) => kind === 'outcome')
const outcome = async (port: ReturnType<typeof makePort>) => (await port.events()).at(-1)?.event

async function readAll(stream: ReadableStream<unknown>): Promise<unknown[]> {
  const parts: unknown[] = []
  for await (const part of stream as unknown as AsyncIterable<unknown>) parts.push(part)
  return parts
}

describe('middleware', () => {
  it.each([
    ['does not call next', async () => ({ success: true, ctx: {} })],
    ['calls next twice', async ({ next }: { next: () => Promise<{ success: boolean; ctx: object }> }) => (await next(), next())],
    ['throws before next', async () => { throw new Error('no') }],
    ['throws synchronously', () => { throw new Error('no') }],
  ])('that %s fails the call', async (name, middleware) => {
    const { builder } = start()
    let runs = 0
    const action = builder.use(middleware as never).outputSchema(z.number()).action(() => ++runs)
    const result = await action.call({ principal: user, input: undefined })
    expect(result.serverError?.code).toBe('INTERNAL')
    expect(runs).toBe(name === 'calls next twice' ? 1 : 0)
  })

  it("can't replace the result, swallow a refusal, or skip a control by returning", async () => {
    const { port, builder } = start()
    const swallow = builder
      .use(async ({ next }) => {
        await next().catch(() => undefined)
        return { success: true, ctx: {}, data: 'forged' }
      })
      .useValidated(async () => { throw new SallyportError('FORBIDDEN', { reason: 'by middleware' }) })
      .outputSchema(z.string())
      .action(() => 'real')
    expect((await swallow.call({ principal: user, input: undefined })).serverError?.code).toBe('FORBIDDEN')
    expect(await outcome(port)).toMatchObject({ outcome: 'refused', control: 'middleware' })
    const replace = builder.use(async ({ next }) => ({ ...(await next({ ctx: { a: 1 } })), data: 'forged' })).outputSchema(z.string()).action(() => 'real')
    expect(await replace.call({ principal: user, input: undefined })).toEqual({ data: 'real' })
  })

  it('that never ends is given up, before the handler and after it', async () => {
    const port = makePort()
    const define = (name: string) => port.define(name).noInput().authorize('order:read').outputSchema(z.number())
    let runs = 0
    const hang = (): Promise<never> => new Promise(() => undefined)
    const before = define('before').use(hang).action(() => ++runs)
    const after = (name: string) => define(name).use(async ({ next, ctx }) => (await next({ ctx }), hang()))
    const cases = [[before, 'UNAVAILABLE', 'refused'], [after('after').action(() => ++runs), 'TIMEOUT', 'unknown'], [after('afterPromise').action(async () => ++runs), 'TIMEOUT', 'unknown']] as const
    for (const [action, code, outcomes] of cases) {
      const pending = action.call({ principal: user, input: undefined })
      await port.clock.advance(5_001)
      expect((await pending).serverError?.code).toBe(code)
      expect(await outcome(port)).toMatchObject({ outcome: outcomes })
    }
    expect(runs).toBe(2)
  })

  it('that calls next when its time is up has come too late: the handler does not run', async () => {
    const { port, builder } = start()
    let runs = 0
    const seen: unknown[] = []
    const after = (ms: number): Promise<void> => new Promise((resolve) => void port.clock.setTimer(ms, resolve))
    const action = builder
      .use(async ({ next, ctx }) => {
        await after(6_000)
        seen.push(await next({ ctx }))
        return { success: true, ctx }
      })
      .outputSchema(z.number())
      .action(() => ++runs)
    const pending = action.call({ principal: user, input: undefined })
    await port.clock.advance(10_000)
    expect((await pending).serverError?.code).toBe('UNAVAILABLE')
    expect(seen).toEqual([{ success: false, ctx: {} }])
    expect(runs).toBe(0)
    expect(await outcomes(port)).toMatchObject([{ outcome: 'refused' }])
  })

  it('is told that the call failed when the handler comes too late', async () => {
    const { port, builder } = start()
    const seen: unknown[] = []
    const action = builder
      .use(async ({ next, ctx }) => {
        seen.push(await next({ ctx }))
        return { success: true, ctx }
      })
      .deadline('1s')
      .outputSchema(z.string())
      .action(() => new Promise<string>((resolve) => void port.clock.setTimer(2_000, () => resolve('late'))))
    const pending = action.call({ principal: user, input: undefined })
    await port.clock.advance(5_000)
    expect((await pending).serverError?.code).toBe('TIMEOUT')
    expect(seen).toEqual([{ success: false, ctx: {} }])
    expect(await outcomes(port)).toMatchObject([{ outcome: 'unknown' }])
  })

  it('has its own time before next and after it', async () => {
    const { port, builder } = start()
    const after = (ms: number): Promise<void> => new Promise((resolve) => void port.clock.setTimer(ms, resolve))
    const action = builder
      .use(async ({ next, ctx }) => {
        await after(4_000)
        const inner = await next({ ctx })
        await after(4_000)
        return inner
      })
      .deadline('20s')
      .outputSchema(z.string())
      .action(async () => (await after(4_000), 'x'))
    const pending = action.call({ principal: user, input: undefined })
    await port.clock.advance(12_001)
    expect(await pending).toEqual({ data: 'x' })
  })

  it("that waits takes nothing from the handler's time, and the intent says when the handler began", async () => {
    const { port, builder } = start()
    const after = (ms: number): Promise<void> => new Promise((resolve) => void port.clock.setTimer(ms, resolve))
    const began = port.clock.now()
    const action = builder
      .use(async ({ next, ctx }) => (await after(3_000), next({ ctx })))
      .deadline('2s')
      .outputSchema(z.string())
      .action(async () => (await after(1_500), 'x'))
    const pending = action.call({ principal: user, input: undefined })
    await port.clock.advance(5_000)
    expect(await pending).toEqual({ data: 'x' })
    const events = (await port.events()).map(({ event }) => event)
    expect(events).toMatchObject([{ kind: 'intent', time: began + 3_000 }, { kind: 'outcome', time: began + 4_500, durationMs: 4_500 }])
  })

  it("of which one waits takes nothing from the time of the others", async () => {
    const { port, builder } = start()
    const after = (ms: number): Promise<void> => new Promise((resolve) => void port.clock.setTimer(ms, resolve))
    const slow = (before: number, behind: number) => async ({ next, ctx }: { next: (options: { ctx: object }) => Promise<{ success: boolean; ctx: object }>; ctx: object }) => {
      await after(before)
      const inner = await next({ ctx })
      await after(behind)
      return inner
    }
    const action = builder.use(slow(4_000, 4_000)).use(slow(4_000, 4_000)).outputSchema(z.string()).action(async () => (await after(100), 'x'))
    const pending = action.call({ principal: user, input: undefined })
    await port.clock.advance(16_101)
    expect(await pending).toEqual({ data: 'x' })
  })

  it('may take as long as what is further in takes', async () => {
    const { port, builder } = start()
    const slow = builder.use(async ({ next, ctx }) => next({ ctx })).deadline('20s').outputSchema(z.string()).action(() => new Promise<string>((resolve) => void port.clock.setTimer(15_000, () => resolve('x'))))
    const pending = slow.call({ principal: user, input: undefined })
    await port.clock.advance(15_001)
    expect(await pending).toEqual({ data: 'x' })
  })

  it('that calls next when it is through has come too late: the handler does not run', async () => {
    const { builder } = start()
    let runs = 0
    let late: (() => Promise<unknown>) | undefined
    const action = builder.use(async ({ next, ctx }) => ((late = next), { success: true, ctx })).outputSchema(z.number()).action(() => ++runs)
    expect((await action.call({ principal: user, input: undefined })).serverError?.code).toBe('INTERNAL')
    expect(await late?.()).toMatchObject({ success: false })
    expect(runs).toBe(0)
  })

  it('that does not wait for next is waited for', async () => {
    const { builder } = start()
    const action = builder.use(async ({ next }) => (void next(), { success: true, ctx: {} })).outputSchema(z.string()).action(async () => {
      await Promise.resolve()
      throw new SallyportError('CONFLICT')
    })
    expect((await action.call({ principal: user, input: undefined })).serverError?.code).toBe('CONFLICT')
  })

  it.each([
    ['goes on twice', (done: (value: unknown) => void) => (done(1), done(2))],
    ['goes on and fails', (done: (value: unknown) => void, fail: (error: unknown) => void) => (done(1), fail(2))],
  ])('whose promise %s counts once, and so does such a handler', async (_name, then) => {
    const { port, builder } = start()
    let runs = 0
    const action = builder
      .use(({ next, ctx }) => (void next({ ctx }), { then } as never))
      .outputSchema(z.number())
      .action(() => (runs++, { then } as never))
    expect(await action.call({ principal: user, input: undefined })).toEqual({ data: 1 })
    expect(runs).toBe(1)
    expect(await outcomes(port)).toMatchObject([{ outcome: 'success' }])
  })

  it('gets its context and a way on, and nothing of the pipeline', async () => {
    const { builder } = start()
    const names: string[] = []
    const action = builder
      .use(async (args) => {
        for (let part: object = args; part !== Object.prototype; part = Object.getPrototypeOf(part) as object) names.push(...Object.getOwnPropertyNames(part))
        return args.next()
      })
      .outputSchema(z.number())
      .action(() => 1)
    await action.call({ principal: user, input: undefined })
    const expected = ['bindArgsClientInputs', 'bindArgsParsedInputs', 'clientInput', 'constructor', 'correlationId', 'ctx', 'metadata', 'next', 'parsedInput', 'principal', 'resource', 'scope', 'signal']
    expect([...new Set(names)].sort()).toEqual(expected)
  })

  it('replaces the context, never merges it: rights can be narrowed', async () => {
    const { builder } = start()
    const action = builder
      .use(async ({ next }) => next({ ctx: { rights: ['admin'], extra: 1 } }))
      .use(async ({ next }) => next({ ctx: { rights: [] as string[] } }))
      .outputSchema(z.unknown())
      .action(({ ctx }) => JSON.stringify(ctx))
    expect(await action.call({ principal: user, input: undefined })).toEqual({ data: '{"rights":[]}' })
  })

  it('sees the rest fail without its error', async () => {
    const { builder } = start()
    const seen: unknown[] = []
    const action = builder.use(async ({ next, ctx }) => {
      seen.push(await next({ ctx }))
      return { success: true, ctx }
    }).outputSchema(z.string()).action(() => { throw new Error(SECRET) })
    await action.call({ principal: user, input: undefined })
    expect(seen).toEqual([{ success: false, ctx: {} }])
  })
})

describe('what a handler throws', () => {
  it('reaches the caller as a code and a correlation id, and the log as an outcome', async () => {
    const { port, builder } = start()
    const action = builder.outputSchema(z.string()).action(() => { throw new Error(`SELECT * FROM users; key=${SECRET}`) })
    const result = await action.call({ principal: user, input: undefined })
    expect(result).toEqual({ serverError: { code: 'INTERNAL', message: 'Something went wrong.', correlationId: expect.any(String) } })
    const event = await outcome(port)
    expect(event).toMatchObject({ kind: 'outcome', outcome: 'failed', code: 'INTERNAL', id: result.serverError?.correlationId })
    expect(JSON.stringify(await port.events())).not.toContain(SECRET)
  })

  it('can be one of its own errors, whose details go through their schema and the scrubber', async () => {
    const { builder } = start()
    const action = builder
      .errors({ OUT_OF_STOCK: z.object({ left: z.number(), hint: z.string() }), BROKEN: z.object({ n: z.number() }) })
      .outputSchema(z.string())
      .action(({ errors, principal }) => {
        if (principal.id === 'u2') throw errors.BROKEN({ n: 'x' as never })
        throw errors.OUT_OF_STOCK({ left: 3, hint: `try ${SECRET}`, more: 'dropped' } as never)
      })
    const result = await action.call({ principal: user, input: undefined })
    expect(result.serverError).toMatchObject({ code: 'OUT_OF_STOCK', details: { left: 3 } })
    expect(JSON.stringify(result)).not.toMatch(/zq7|dropped/)
    expect((await action.call({ principal: { ...user, id: 'u2' }, input: undefined })).serverError?.code).toBe('INTERNAL')
  })

  it('navigates where the framework says so, and is audited as that', async () => {
    const signal = new Error('NEXT_REDIRECT')
    const host: Host = { name: 'test', current: () => testRequest(), navigation: (error) => (error === signal ? { kind: 'redirect' } : null) }
    const { port, builder } = start({ adapter: host })
    port.signIn(user)
    const action = builder.outputSchema(z.string()).action(() => { throw signal })
    await expect(action()).rejects.toBe(signal)
    expect(await outcome(port)).toMatchObject({ outcome: 'navigated', reason: 'redirect' })
  })

  it('navigates nowhere with a secret of the application', async () => {
    const navigation: Host['navigation'] = (error) => (error instanceof Error && 'digest' in error ? { kind: 'redirect' } : null)
    const { port, builder } = start({ adapter: { name: 'test', current: () => testRequest(), navigation } })
    port.signIn(user)
    const action = builder.outputSchema(z.string()).action(() => {
      throw Object.assign(new Error('NEXT_REDIRECT'), { digest: `NEXT_REDIRECT;replace;/next?key=${SECRET};307;` })
    })
    expect((await action()).serverError?.code).toBe('INTERNAL')
    expect(await outcome(port)).toMatchObject({ outcome: 'failed' })
  })

  it.each([
    ['a getter that throws', () => ({ get digest() { throw new Error(SECRET) } })],
    ['a proxy that throws whatever it is asked', () => new Proxy({}, { get() { throw new Error(SECRET) }, has() { throw new Error(SECRET) }, getPrototypeOf() { throw new Error(SECRET) } })],
    ['an error with a code that is none', () => Object.assign(new SallyportError('CONFLICT'), { code: '__proto__' })],
  ])('is sanitised and recorded when %s is thrown', async (_name, thrown) => {
    const navigation: Host['navigation'] = (error) => ((error as { readonly digest?: unknown }).digest === 'go' ? { kind: 'redirect' } : null)
    const { port, builder } = start({ adapter: { name: 'test', current: () => null, navigation } })
    const action = builder.outputSchema(z.string()).action(() => { throw thrown() })
    const result = await action.call({ principal: user, input: undefined })
    expect(result.serverError).toMatchObject({ code: 'INTERNAL', message: 'Something went wrong.' })
    expect(await outcome(port)).toMatchObject({ outcome: 'failed', code: 'INTERNAL' })
    expect(JSON.stringify([result, await port.events()])).not.toContain(SECRET)
  })

  it('is sanitised when the log of the application throws', async () => {
    const { builder } = start({ log: () => { throw new Error(SECRET) } })
    const action = builder.outputSchema(z.string()).action(() => { throw new Error('it broke') })
    expect((await action.call({ principal: user, input: undefined })).serverError?.code).toBe('INTERNAL')
  })

  it('blames who sent half of a surrogate pair, and no handler that meets one', async () => {
    const port = makePort()
    const action = port.define('order.read').inputSchema(z.string().max(9)).authorize('order:read').outputSchema(z.string()).action(({ parsedInput }) => {
      canonicalJson('\ud800')
      return parsedInput
    })
    expect((await action.call({ principal: user, input: 'a\udc00' })).serverError?.code).toBe('INVALID_INPUT')
    expect(await outcome(port)).toMatchObject({ outcome: 'refused', control: 'audit', code: 'INVALID_INPUT' })
    expect((await action.call({ principal: user, input: 'a' })).serverError?.code).toBe('INTERNAL')
  })

  it('gives the audit log no secret that is the id of a row or a session, or a key of the input', async () => {
    const port = makePort()
    const action = port.define('order.read').inputSchema(z.record(z.string().max(100), z.number())).authorize('order:read', { resource: () => ({ id: SECRET }) }).outputSchema(z.number()).action(() => 1)
    const principal = { ...user, session: { ...user.session, id: SECRET } }
    expect(await action.call({ principal, input: {} })).toEqual({ data: 1 })
    expect((await action.call({ principal, input: { [SECRET]: 'x' as never } })).validationErrors).toBeDefined()
    expect(await port.events()).toHaveLength(3)
    expect(JSON.stringify(await port.events())).not.toContain(SECRET)
  })

  it('leaves nothing behind that is still waited for, however the call ended', async () => {
    const clock = fakeClock()
    const port = makePort({ clock, reconcileAfter: null })
    const define = (name: string) => port.define(`order.${name}`).noInput().authorize('order:read').use(async ({ next, ctx }) => next({ ctx })).deadline('2s').outputSchema(z.string())
    const slowly = (name: string) => define(name).use(({ next, ctx }) => new Promise<Awaited<ReturnType<typeof next>>>((resolve) => void clock.setTimer(6_000, () => resolve(next({ ctx })))))
    const actions = [
      define('done').action(async () => 'x'),
      define('thrown').action(async () => { throw new Error('no') }),
      define('late').action(() => new Promise<string>((resolve) => void clock.setTimer(3_000, () => resolve('x')))),
      slowly('lateMiddleware').action(async () => 'x'),
      define('twice').use(async ({ next, ctx }) => (await next({ ctx }), next({ ctx }))).action(async () => 'x'),
    ]
    const calls = actions.flatMap((action) => [action.call({ principal: user, input: undefined }), action.call({ principal: null as never, input: undefined })])
    await clock.advance(60_000)
    expect((await Promise.all(calls)).filter(({ data }) => data === 'x')).toHaveLength(1)
    const setTimer = vi.spyOn(clock, 'setTimer')
    await clock.advance(60_000)
    expect(setTimer).not.toHaveBeenCalled()
  })

  it('is unknown to the log after the deadline, and the handler is told to stop', async () => {
    const { port, builder } = start()
    let signal: AbortSignal | undefined
    const action = builder.deadline('2s').outputSchema(z.string()).action((args) => {
      signal = args.signal
      return new Promise<string>(() => undefined)
    })
    const pending = action.call({ principal: user, input: undefined })
    await port.clock.advance(1_999)
    expect(signal?.aborted).toBe(false)
    await port.clock.advance(2)
    expect((await pending).serverError?.code).toBe('TIMEOUT')
    expect(signal?.aborted).toBe(true)
    expect(await outcome(port)).toMatchObject({ outcome: 'unknown' })
  })

  it("leaves nothing on its caller's signal, which may be that of thousands of calls", async () => {
    const port = makePort()
    const caller = new AbortController()
    const define = (name: string) => port.define(name).noInput().authorize('order:read').outputSchema(z.boolean())
    const action = define('reads').action(({ signal }) => signal.aborted)
    const failing = define('fails').action(({ signal }) => { throw new Error(String(signal.aborted)) })
    for (const one of [action, failing]) await one.call({ principal: user, input: undefined, signal: caller.signal })
    expect(getEventListeners(caller.signal, 'abort')).toEqual([])
  })

  it('is aborted when the caller has gone', async () => {
    const { port, builder } = start()
    const caller = new AbortController()
    const action = builder.outputSchema(z.string()).action(({ signal }) => new Promise<string>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))))
    const pending = action.call({ principal: user, input: undefined, signal: caller.signal })
    await port.clock.advance(1)
    caller.abort()
    expect((await pending).serverError?.code).toBe('INTERNAL')
    expect(await outcome(port)).toMatchObject({ outcome: 'aborted' })
  })
})

describe('what a handler returns', () => {
  it('loses keys that the schema does not name, even a loose one', async () => {
    const { builder } = start()
    const row = { id: 1, password: 'x', items: [{ sku: 'a', cost: 1 }], nested: { city: 'b', zip: 'c' } }
    const strict = z.object({ id: z.number(), items: z.array(z.looseObject({ sku: z.string() })), nested: z.looseObject({ city: z.string() }).optional() })
    const action = builder.outputSchema(z.looseObject(strict.shape)).action(() => row as never)
    expect(await action.call({ principal: user, input: undefined })).toEqual({ data: { id: 1, items: [{ sku: 'a' }], nested: { city: 'b' } } })
  })

  it('is refused when it does not fit its schema', async () => {
    const { port, builder } = start()
    const action = builder.outputSchema(z.object({ id: z.number() })).action(() => ({ id: 'one' }) as never)
    const result = await action.call({ principal: user, input: undefined })
    expect(result.serverError?.code).toBe('INTERNAL')
    expect(port.log.at(-1)?.reason).toContain('does not fit its schema at id')
  })

  it('keeps dates, maps, sets, bigints and bytes, settles promises, and has no secret in any of them', async () => {
    const { builder } = start()
    const when = new Date(0)
    const action = builder.waive('projection', 'the test looks at raw values').action(() => ({
      when, big: 1n, set: new Set([SECRET, 'b']), map: new Map([[`k ${SECRET}`, { v: `v ${SECRET}` }]]),
      bytes: new TextEncoder().encode(`raw ${SECRET} bytes`), later: Promise.resolve({ deep: Promise.resolve(`p ${SECRET}`) }), [SECRET]: 1, list: ['a', `b ${SECRET}`],
    }))
    const { data } = await action.call({ principal: user, input: undefined })
    const value = data as unknown as Record<string, unknown>
    expect(value['when']).toEqual(when)
    expect(value['big']).toBe(1n)
    expect([...(value['set'] as Set<string>)]).toEqual(['[REDACTED]', 'b'])
    expect([...(value['map'] as Map<string, unknown>)]).toEqual([['k [REDACTED]', { v: 'v [REDACTED]' }]])
    expect(new TextDecoder().decode(value['bytes'] as Uint8Array)).toBe('raw [REDACTED] bytes')
    expect(await value['later']).toEqual({ deep: 'p [REDACTED]' })
    expect(value['list']).toEqual(['a', 'b [REDACTED]'])
    expect(Object.keys(value)).toContain('[REDACTED]')
  })

  it.each([
    ['a function', () => () => 1],
    ['a symbol', () => Symbol('x')],
    ['a class instance', () => new (class Row { id = 1 })()],
    ['a React element', () => ({ $$typeof: Symbol.for('react.transitional.element'), type: 'div', props: {} })],
    ['a cycle', () => { const a: { self?: unknown } = {}; a.self = a; return a }],
    ['a rejected promise', () => ({ later: Promise.reject(new Error(SECRET)) })],
  ])('is refused when it holds %s', async (_name, make) => {
    const { builder } = start()
    const action = builder.waive('projection', 'the test looks at raw values').action(() => ({ nested: [make()] }))
    const result = await action.call({ principal: user, input: undefined })
    expect(result.serverError?.code).toBe('INTERNAL')
    expect(JSON.stringify(result)).not.toContain(SECRET)
  })

  it('may disclose one field on purpose, audited', async () => {
    const { port, builder } = start()
    const action = builder.outputSchema(z.object({ key: z.string(), note: z.string() })).discloses('key', 'a new key is shown once').action(() => ({ key: SECRET, note: SECRET }))
    expect(await action.call({ principal: user, input: undefined })).toEqual({ data: { key: SECRET, note: '[REDACTED]' } })
    expect(await outcome(port)).toMatchObject({ disclosed: ['key: a new key is shown once'] })
  })
})

describe('a stream', () => {
  const pieces = [`the key is ${SECRET.slice(0, 7)}`, SECRET.slice(7, 12), `${SECRET.slice(12)}, keep it`]

  it('of strings is scrubbed as one text, and its outcome is known at its end', async () => {
    const { port, builder } = start()
    const action = builder.outputStream(z.string()).action(async function* () { yield* pieces })
    const { data } = await action.call({ principal: user, input: undefined })
    expect((await port.events()).map(({ event }) => event.kind)).toEqual(['intent'])
    expect((await readAll(data as ReadableStream<unknown>)).join('')).toBe('the key is [REDACTED], keep it')
    expect(await outcome(port)).toMatchObject({ outcome: 'success', findings: expect.any(Object) })
  })

  it('of parts joins the field that carries the text, and keeps parts of another kind apart', async () => {
    const { builder } = start()
    const Part = z.object({ type: z.string(), delta: z.string().optional(), n: z.number().optional() })
    const action = builder.outputStream(Part, { text: 'delta' }).action(async function* () {
      for (const delta of pieces) yield { type: 'text', delta }
      yield { type: 'step', n: 1 }
      yield { type: 'reasoning', delta: SECRET.slice(0, 5) }
    })
    const parts = (await readAll((await action.call({ principal: user, input: undefined })).data as ReadableStream<unknown>)) as { type: string; delta?: string }[]
    const text = (type: string) => parts.filter((part) => part.type === type).map((part) => part.delta ?? '').join('')
    expect(text('text')).toBe('the key is [REDACTED], keep it')
    expect(parts.findIndex((part) => part.type === 'step')).toBeGreaterThan(parts.findLastIndex((part) => part.type === 'text'))
    expect(JSON.stringify(parts)).not.toContain(SECRET.slice(0, 12))
  })

  it('that fails ends with a code, and no secret', async () => {
    const { port, builder } = start()
    const action = builder.outputStream(z.string()).action(async function* () {
      yield 'a'
      throw new Error(`upstream said ${SECRET}`)
    })
    const { data } = await action.call({ principal: user, input: undefined })
    const failure = await readAll(data as ReadableStream<unknown>).catch((error: unknown) => error as Error & { code: string; digest: string })
    expect(failure).toMatchObject({ code: 'INTERNAL', digest: expect.stringContaining('SALLYPORT;INTERNAL;') })
    expect(`${(failure as Error).message}${(failure as Error).stack}`).not.toMatch(/upstream|zq7|\.ts/)
    expect(await outcome(port)).toMatchObject({ outcome: 'failed' })
  })

  it('that the reader leaves is aborted, and its source is closed', async () => {
    const { port, builder } = start()
    const closed = vi.fn()
    const action = builder.outputStream(z.string()).action(async function* () {
      try {
        for (;;) yield 'a'
      } finally {
        closed()
      }
    })
    const reader = ((await action.call({ principal: user, input: undefined })).data as ReadableStream<unknown>).getReader()
    await reader.read()
    await reader.cancel()
    expect(closed).toHaveBeenCalledOnce()
    expect(await outcome(port)).toMatchObject({ outcome: 'aborted' })
  })

  it('that ends quietly because its caller has gone is aborted, not a success', async () => {
    const { port, builder } = start()
    const caller = new AbortController()
    const action = builder.outputStream(z.string()).action(async function* ({ signal }) {
      yield 'a'
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    })
    const reader = ((await action.call({ principal: user, input: undefined, signal: caller.signal })).data as ReadableStream<unknown>).getReader()
    await reader.read()
    const last = reader.read()
    await port.clock.advance(1)
    caller.abort()
    expect(await last).toMatchObject({ done: true })
    expect(await outcome(port)).toMatchObject({ outcome: 'aborted' })
  })

  it('that falls silent is ended', async () => {
    const { port, builder } = start()
    const action = builder.outputStream(z.string(), { idle: '2s' }).action(async function* () {
      yield 'a'
      await new Promise(() => undefined)
    })
    const reader = ((await action.call({ principal: user, input: undefined })).data as ReadableStream<unknown>).getReader()
    await reader.read()
    const next = reader.read().catch((error: unknown) => error)
    await port.clock.advance(2_001)
    expect(await next).toMatchObject({ code: 'TIMEOUT' })
  })

  it('reads its source no faster than it is read', async () => {
    const { builder } = start()
    let made = 0
    const action = builder.outputStream(z.number()).action(async function* () { for (;;) yield ++made })
    const reader = ((await action.call({ principal: user, input: undefined })).data as ReadableStream<unknown>).getReader()
    await reader.read()
    await reader.read()
    expect(made).toBe(2)
    await reader.cancel()
  })
})

describe('a call', () => {
  it('during render is refused', async () => {
    const host: Host = { name: 'test', current: () => testRequest(), phase: () => 'render' }
    const { port, builder } = start({ adapter: host })
    port.signIn(user)
    const action = builder.outputSchema(z.string()).action(() => 'x')
    expect((await action()).serverError?.code).toBe('FORBIDDEN')
  })

  it('outside a request names the way in', async () => {
    const { builder } = start()
    await expect(builder.outputSchema(z.string()).action(() => 'x')()).rejects.toThrow(/action\.call/)
  })

  it('of an agent counts for the person for whom it acts, and leaves other people theirs', async () => {
    const { port } = start()
    const action = port.define('order.peek').noInput().authorize('order:read').limit({ perPrincipal: 1 }).outputSchema(z.string()).action(() => 'x')
    const call = async (subject: string) => {
      const live = { id: `g-${subject}`, environment: 'test', subject, actor: 'bot', chain: [], actions: ['order.peek'], resources: null, input: null, fields: null, maxUses: 9, uses: 0, notBefore: 0, expiresAt: Number.MAX_SAFE_INTEGER, parentId: null, grantedBy: subject, revokedAt: null, createdAt: 0 }
      if ((await port.store.grants.get(live.id)) === null) await port.store.grants.create(live)
      const agent = testAgent('bot', ['order:read'], { subject: testUser(subject, ['customer']) })
      return (await action.call({ principal: agent, input: undefined })).serverError?.code ?? 'ok'
    }
    expect([await call('u1'), await call('u1'), await call('u2')]).toEqual(['ok', 'RATE_LIMITED', 'ok'])
  })

  it('gives its concurrency slot back, however it ends', async () => {
    const { port, builder } = start()
    const action = builder.limit({ concurrency: 1 }).outputSchema(z.string()).action(({ principal }) => {
      if (principal.id === 'u1') return new Promise<string>((resolve) => void port.clock.setTimer(1_000, () => resolve('x')))
      throw new Error('x')
    })
    const first = action.call({ principal: user, input: undefined })
    await port.clock.advance(0)
    expect((await action.call({ principal: user, input: undefined })).serverError?.code).toBe('RATE_LIMITED')
    await port.clock.advance(1_001)
    expect(await first).toEqual({ data: 'x' })
    const again = action.call({ principal: user, input: undefined })
    await port.clock.advance(1_001)
    expect(await again).toEqual({ data: 'x' })
  })

  it('observed instead of enforced reports, until its date', async () => {
    const { port } = start()
    const action = port.define('order.peek').noInput().authorize('order:read').observe('authorization', 'rolled out in January', '2026-01-31').outputSchema(z.string()).action(() => 'x')
    const nobody = testUser('u9', [])
    expect(await action.call({ principal: nobody, input: undefined })).toEqual({ data: 'x' })
    expect((await port.events())[0]?.event).toMatchObject({ facts: { observed: [{ control: 'authorization' }] } })
    port.clock.set(Date.UTC(2026, 0, 31, 0, 0, 1))
    expect((await action.call({ principal: nobody, input: undefined })).serverError?.code).toBe('FORBIDDEN')
  })

  it('asks for a fresh sign-in where that is declared', async () => {
    const { port, builder } = start()
    const action = builder.freshness('5m').outputSchema(z.string()).action(() => 'x')
    const signedIn = (ago: number) => ({ ...user, session: { credential: 'cookie' as const, authenticatedAt: port.clock.now() - ago } })
    expect(await action.call({ principal: signedIn(300_000), input: undefined })).toEqual({ data: 'x' })
    for (const principal of [signedIn(300_001), signedIn(-3_600_000), user]) {
      expect((await action.call({ principal, input: undefined })).serverError?.code).toBe('REAUTHENTICATE')
    }
  })
})
