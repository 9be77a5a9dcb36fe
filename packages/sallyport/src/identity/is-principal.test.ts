import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isFresh } from './freshness.ts'
import { isPrincipal } from './is-principal.ts'
import type { Principal } from './principal.ts'

const whole: Principal = {
  kind: 'agent',
  id: 'helper',
  roles: ['assistant'],
  tier: 'agent',
  tenant: 'acme',
  owner: 'ada',
  task: 'refund-7',
  chain: ['planner'],
  ceiling: ['order:read'],
  session: { id: 's1', credential: 'bearer', authenticatedAt: 1, expiresAt: 2, scopes: ['orders'] },
  subject: { kind: 'user', id: 'ada', roles: ['customer'], tenant: 'acme' },
}

test('takes a principal, whole or with the least', () => {
  expect(isPrincipal(whole)).toBe(true)
  expect(isPrincipal({ kind: 'user', id: 'ada', roles: [], session: { credential: 'cookie' } })).toBe(true)
  expect(isPrincipal({ ...whole, session: { credential: 'bearer', scopes: 'all' } })).toBe(true)
  expect(isPrincipal({ kind: 'user', id: 'a>b', roles: [], session: { credential: 'cookie' } })).toBe(true)
})

test.each<[string, unknown]>([
  ['null', null],
  ['undefined', undefined],
  ['true', true],
  ['an empty object', {}],
  ['no id', { ...whole, id: undefined }],
  ['an empty id', { ...whole, id: '' }],
  ['a number as id', { ...whole, id: 1 }],
  ['another kind', { ...whole, kind: 'admin' }],
  ['roles as text', { ...whole, roles: 'admin' }],
  ['a role that is no text', { ...whole, roles: [['admin']] }],
  ['no session', { ...whole, session: undefined }],
  ['no credential', { ...whole, session: {} }],
  ['another credential', { ...whole, session: { credential: 'magic' } }],
  ['a time that is no number', { ...whole, session: { credential: 'cookie', authenticatedAt: Number.NaN } }],
  ['scopes that are one text', { ...whole, session: { credential: 'bearer', scopes: 'orders prices' } }],
  ['a subject without roles', { ...whole, subject: { kind: 'user', id: 'ada' } }],
  ['a tenant that is null', { ...whole, tenant: null }],
  ['a ceiling that is null', { ...whole, ceiling: null }],
  ['a task that is no text', { ...whole, task: 7 }],
  ['an agent whose id reads like one that acts for somebody', { ...whole, id: 'helper>user:bob' }],
  ['a chain of numbers', { ...whole, chain: [1] }],
])('refuses %s', (_, value) => expect(isPrincipal(value)).toBe(false))

test('never throws, and takes nothing by chance', () => {
  fc.assert(fc.property(fc.anything(), (value) => !isPrincipal(value)))
})

test('a sign-in is fresh within its span, and never when its time is unknown or ahead', () => {
  const session = (authenticatedAt?: number): Principal['session'] => ({ credential: 'cookie', ...(authenticatedAt === undefined ? {} : { authenticatedAt }) })
  expect(isFresh(session(1_000), 500, 1_500)).toBe(true)
  expect(isFresh(session(1_000), 500, 1_501)).toBe(false)
  expect(isFresh(session(), 500, 1_000)).toBe(false)
  expect(isFresh(session(Number.NaN), 500, 1_000)).toBe(false)
  expect(isFresh(session(6_000), 500, 1_000)).toBe(true)
  expect(isFresh(session(6_001), 500, 1_000)).toBe(false)
})
