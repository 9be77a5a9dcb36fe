import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { canonicalJson } from '../lib/canonical-json.ts'
import { fromCanonicalJson } from '../lib/from-canonical-json.ts'
import { memoryStore } from '../stores/memory/store.ts'
import { sqliteStore } from '../stores/sqlite/store.ts'
import { createTestPort } from '../testing/index.ts'
import { definePolicy } from '../policy/define-policy.ts'
import { idempotencyContract } from './idempotency.contract.fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-idempotency-'))
const store = sqliteStore({ path: folder })
afterAll(async () => {
  await store.ledger.close()
  rmSync(folder, { recursive: true, force: true })
})

idempotencyContract('memory', async () => memoryStore())
idempotencyContract('sqlite', async () => store)

describe('what is kept of a result', () => {
  it('comes back as it was', () => {
    const value = { a: [1, 'two', null, true], when: new Date(5), big: 5n, map: new Map([['k', new Set([1])]]), bytes: new Uint8Array([0, 255]), inner: { $date: 'no date' }, ['__proto__x']: 1 }
    expect(fromCanonicalJson(canonicalJson(value))).toEqual(value)
  })
})

describe('what can not be idempotent', () => {
  const port = createTestPort({ policy: definePolicy({ roles: { r: ['a:b'] } }) })
  it('is refused when it is defined', () => {
    const streaming = port.define('x.stream').noInput().authorize('a:b').idempotent(() => 'k').outputStream({ '~standard': { version: 1, vendor: 'x', validate: (value) => ({ value }) } })
    expect(() => streaming.action(async function* () {})).toThrow(/stream/)
    const open = port.define('x.public').noInput().public('for everybody').idempotent(() => 'k').waive('projection', 'the test looks at it')
    expect(() => open.action(() => 1)).toThrow(/public/)
    const { idempotency: _none, ...without } = memoryStore()
    const bare = createTestPort({ policy: definePolicy({ roles: { r: ['a:b'] } }), store: without })
    expect(() => bare.define('x.y').noInput().authorize('a:b').idempotent(() => 'k').waive('projection', 'the test looks at it').action(() => 1)).toThrow(/idempotency/)
  })
})
