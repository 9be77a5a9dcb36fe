import { AsyncLocalStorage } from 'node:async_hooks'
import { forbidden, notFound, permanentRedirect, redirect, unauthorized } from 'next/navigation.js'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { DefinitionError } from '../../errors/sallyport-error.ts'
import { systemClock } from '../../lib/clock.ts'
import { DeadlineList } from '../../lib/deadline.ts'
import type { Host, Phase } from '../../lib/host.ts'

// As Next's server does before anything else: its contexts are made from this global.
vi.hoisted(async () => {
  const { AsyncLocalStorage } = await import('node:async_hooks')
  Object.assign(globalThis, { AsyncLocalStorage })
  process.env.__NEXT_EXPERIMENTAL_AUTH_INTERRUPTS = 'true'
})

const { nextAdapter } = await import('./next-adapter.ts')
const { toRouteHandler } = await import('./route-handler.ts')
const { withSallyport } = await import('./with-sallyport.ts')
const { actionAsyncStorage } = await import('next/dist/server/app-render/action-async-storage.external.js')
const { workAsyncStorage } = await import('next/dist/server/app-render/work-async-storage.external.js')
const { workUnitAsyncStorage } = await import('next/dist/server/app-render/work-unit-async-storage.external.js')
const { createRequestStore } = await import('next/dist/server/async-storage/request-store.js')

let host: Host
beforeAll(() => {
  expect(actionAsyncStorage).toBeInstanceOf(AsyncLocalStorage)
  host = nextAdapter({ trustedProxies: 1 })
})

/** Runs code where Next would: in its own contexts, with a request store made by Next. */
function inside<T>(where: { readonly type?: string; readonly phase: string; readonly action?: { isAction?: boolean; isAppRoute?: boolean } }, code: () => T): T {
  const inputs: Partial<Parameters<typeof createRequestStore>[0]> = {
    phase: 'action',
    headers: { cookie: 'session=1', 'x-forwarded-for': '6.6.6.6, 203.0.113.7' },
    url: { pathname: '/orders' },
  }
  // Next's own inputs hold more than is read here.
  const store = createRequestStore(inputs as Parameters<typeof createRequestStore>[0])
  Object.assign(store, { phase: where.phase, ...(where.type === undefined ? {} : { type: where.type }) })
  const run = (): T => workUnitAsyncStorage.run(store, code)
  return workAsyncStorage.run({ route: '/orders' } as never, () => (where.action === undefined ? run() : actionAsyncStorage.run(where.action, run)))
}

describe('phase', () => {
  test.each<[Phase, string, Parameters<typeof inside>[0]]>([
    ['action', 'an action that script or a form calls', { phase: 'action', action: { isAction: true } }],
    ['action', 'a route handler', { phase: 'action', action: { isAppRoute: true, isAction: false } }],
    ['action', 'what an action left for after the response', { phase: 'after', action: { isAction: true } }],
    ['render', 'a page', { phase: 'render' }],
    ['render', 'the page that is rendered after a form was posted without JavaScript, where Next leaves its phase at action', { phase: 'action' }],
    ['render', 'the page that is rendered after an action, within its context', { phase: 'render', action: { isAction: true } }],
    ['render', 'what a page left for after the response', { phase: 'after' }],
    ['render', 'a cache', { type: 'cache', phase: 'action', action: { isAction: true } }],
    ['render', 'a route handler that is prerendered', { type: 'prerender', phase: 'action', action: { isAppRoute: true } }],
  ])('%s: %s', (phase, _, where) => expect(inside(where, () => host.phase?.())).toBe(phase))

  test('unknown outside Next, where there is no request either', async () => {
    expect(host.phase?.()).toBe('unknown')
    expect(await host.current()).toBeNull()
  })
})

describe('current', () => {
  test('the request of the call, with its address counted from the right', async () => {
    const request = await inside({ phase: 'action', action: { isAction: true } }, () => host.current())
    expect(request).toMatchObject({ transport: 'next-action', method: 'POST' })
    expect(request?.headers.get('Cookie')).toBe('session=1')
    expect(host.clientAddress?.(request!)).toBe('203.0.113.7')
    expect(await inside({ phase: 'action', action: { isAppRoute: true } }, () => host.current())).toMatchObject({ transport: 'next-route' })
  })
})

const thrownBy = (signal: () => never): unknown => {
  try {
    return signal()
  } catch (error) {
    return error
  }
}

describe('navigation', () => {
  test.each([
    ['redirect', () => redirect('/orders;push;x')],
    ['redirect', () => permanentRedirect('/orders')],
    ['not-found', () => notFound()],
    ['forbidden', () => forbidden()],
    ['unauthorized', () => unauthorized()],
  ])('recognises %s', (kind, signal) => expect(host.navigation?.(thrownBy(signal))).toEqual({ kind }))

  test.each([null, undefined, 'NEXT_REDIRECT', new Error('NEXT_REDIRECT'), { digest: 'NEXT_REDIRECT' }, { digest: 'NEXT_HTTP_ERROR_FALLBACK;500' }, { digest: 'NEXT_HTTP_ERROR_FALLBACK;constructor' }, { digest: 1 }])('takes nothing else for it: %s', (error) => {
    expect(host.navigation?.(error)).toBeNull()
  })
})

describe('what has to be declared', () => {
  test('where the address comes from', () => {
    expect(() => nextAdapter({ trustedProxies: 0 })).toThrow(/x-forwarded-for/)
    // As plain JavaScript may call it.
    expect(() => nextAdapter({} as never)).toThrow(DefinitionError)
    expect(() => nextAdapter(undefined as never)).toThrow(DefinitionError)
    expect(() => nextAdapter({ trustedProxies: ['10.0.0.0/8'] } as never)).toThrow(DefinitionError)
    expect(nextAdapter({ waived: 'an internal tool' }).clientAddress?.waived).toBe('an internal tool')
    expect(nextAdapter({ header: 'x-real-ip', setBy: 'front', allowedOrigins: ['https://a.example'] }).origin).toEqual({ allowed: ['https://a.example'] })
  })
})

describe('route handlers', () => {
  const action = (handle: () => Promise<never>) => ({ name: 'test', size: { maxBytes: 100, maxDepth: 3 }, bodyDeadline: new DeadlineList(systemClock, 30_000), handle })
  const request = new Request('http://localhost/api', { method: 'POST', body: '1', headers: { 'content-type': 'application/json' } })

  test('leave a navigation to Next, and tell nothing of any other error', async () => {
    await expect(toRouteHandler(action(async () => notFound()))(request.clone())).rejects.toHaveProperty('digest', 'NEXT_HTTP_ERROR_FALLBACK;404')
    const response = await toRouteHandler(action(() => Promise.reject(new Error('secret'))))(request.clone())
    expect([response.status, await response.text()]).toEqual([500, expect.not.stringContaining('secret')])
  })

  test('take GET only where that is said', async () => {
    const get = new Request('http://localhost/api?id=1')
    expect((await toRouteHandler(action(() => Promise.reject(new Error('x'))))(get)).status).toBe(405)
    expect((await toRouteHandler(action(() => Promise.reject(new Error('x'))), { get: true })(get)).status).toBe(500)
  })
})

describe('withSallyport', () => {
  const stores = expect.arrayContaining(['sallyport/sqlite', 'sallyport/dist/stores/sqlite'])

  test('keeps the stores out of the bundles, whatever form the configuration has', async () => {
    expect(withSallyport({ reactStrictMode: true })).toEqual({ reactStrictMode: true, serverExternalPackages: stores })
    const twice = withSallyport(withSallyport({ serverExternalPackages: ['pg'] })).serverExternalPackages ?? []
    expect(twice).toContain('pg')
    expect(new Set(twice).size).toBe(twice.length)
    const config = withSallyport(async (phase: string) => ({ env: { phase } }))
    expect(await config('build')).toEqual({ env: { phase: 'build' }, serverExternalPackages: stores })
  })

  test('and nothing else: the hooks have to be bundled, to get the React of Next', () => {
    expect(withSallyport({}).serverExternalPackages).not.toContain('sallyport')
  })
})
