import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { describeLimitStore, START } from '../../limits/contract.fixture.ts'
import { checkAgainstExactLog } from '../../limits/exact-model.fixture.ts'
import { checkSameAsMemory } from '../../limits/same-as-memory.fixture.ts'
import { sqliteLimits } from './limits.ts'
import type { WindowCheck } from '../../limits/types.ts'

const directory = mkdtempSync(join(tmpdir(), 'sallyport-limits-'))
const path = join(directory, 'limits.db')
const shared = sqliteLimits({ path })
afterAll(async () => {
  await shared.close?.()
  rmSync(directory, { recursive: true })
})

describeLimitStore('sqlite', () => shared)

describe('1,000 random schedules on SQLite', () => {
  it('agree with an exact log', () => checkAgainstExactLog(() => shared, 1000))
  it('are decided as in memory', () => checkSameAsMemory(() => shared, 300))
})

const check = (key: string, limit = 2): WindowCheck => ({ kind: 'window', name: 'address', key, limit, windowMs: 60_000, cost: 1 })

describe('a file', () => {
  it('is shared by all who open it, and outlives them', async () => {
    const [one, two] = [sqliteLimits({ path }), sqliteLimits({ path })]
    await one.decide([check('shared')], START)
    await two.decide([check('shared')], START)
    expect((await one.decide([check('shared')], START)).allowed).toBe(false)
    await Promise.all([one.close?.(), two.close?.()])
    const three = sqliteLimits({ path })
    expect((await three.decide([check('shared')], START)).allowed).toBe(false)
    await three.close?.()
  })

  it('refuses new keys when it is full, and takes them again when old ones are idle', async () => {
    const store = sqliteLimits({ path: ':memory:', maxKeys: 100 })
    let admitted = 0
    for (let i = 0; i < 500; i++) if ((await store.decide([check(`k${i}`)], START)).allowed) admitted++
    expect(admitted).toBe(100)
    expect((await store.decide([check('k0')], START)).allowed).toBe(true)
    expect((await store.decide([check('k0')], START)).allowed).toBe(false)
    const later = START + 70_000
    for (let i = 0; i < 64; i++) await store.decide([check(`l${i}`)], later)
    expect((await store.decide([check('m')], later)).allowed).toBe(true)
  })
})
