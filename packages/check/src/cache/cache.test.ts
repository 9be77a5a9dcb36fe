import { describe, expect, it } from 'vitest'
import { check, type CheckOptions } from '../check.ts'
import { memoryTree } from '../files/memory.ts'
import { CheckCache } from './cache.ts'
import type { CheckResult } from '../types.ts'

type Files = { readonly [path: string]: string }

const files: Files = {
  'package.json': '{ "name": "app" }',
  'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./*"] } } }',
  'lib/db.ts': 'import { PrismaClient } from \'@prisma/client\'\nexport const db = new PrismaClient()',
  'lib/session.ts': `import NextAuth from 'next-auth'
const { auth } = NextAuth({})
export async function requireUser() {
  const session = await auth()
  if (!session) throw new Error('Unauthorized')
  return session.user
}`,
  'lib/index.ts': 'export * from \'./other\'\nexport * from \'./session\'',
  'lib/other.ts': 'export const other = 1',
  'app/actions.ts': `'use server'
import { requireUser } from '@/lib'
import { db } from '@/lib/db'
export async function own() {
  const user = await requireUser()
  await db.post.deleteMany({ where: { ownerId: user.id } })
}`,
  'app/public.ts': '\'use server\'\nimport { db } from \'@/lib/db\'\nexport async function drop(id: string) { await db.post.delete({ where: { id } }) }',
  'app/none.ts': '// not \'use server\'\nexport const none = 1',
  'app/page.tsx': 'import { own } from \'./actions\'\nimport { drop } from \'./public\'\nexport default () => <form action={own}><button formAction={drop} /></form>',
  'app/api/route.ts': 'export const GET = () => Response.json({ ok: true })',
}

function run(given: Files, options: Partial<CheckOptions> = {}): CheckResult {
  return check({ root: '/app', tree: memoryTree(given), today: '2026-11-22', ...options })
}

/** All but what says how it was found. */
function told({ statistics: { files: count, exposure }, ...rest }: CheckResult): unknown {
  return { ...rest, statistics: { count, exposure } }
}

/** Checks a code base, then what became of it: the answer has to be that of a check without a cache. Gives how many files were parsed for it. */
function then(after: Files, options: Partial<CheckOptions> = {}, before: Files = files): number {
  const cache = new CheckCache()
  run(before, { cache })
  const later = new CheckCache(cache.toText())
  const result = run(after, { ...options, cache: later })
  expect(JSON.stringify(told(result))).toBe(JSON.stringify(told(run(after, options))))
  return result.statistics.parsed
}

function without(path: string): Files {
  return Object.fromEntries(Object.entries(files).filter(([name]) => name !== path))
}

describe('a cache of a check', () => {
  const all = run(files).statistics.parsed

  it('parses nothing where nothing changed, and has nothing to write', () => {
    expect(all).toBeGreaterThan(4)
    expect(then(files)).toBe(0)
    const cache = new CheckCache()
    run(files, { cache })
    expect(cache.changed).toBe(true)
    const later = new CheckCache(cache.toText())
    run(files, { cache: later })
    expect(later.changed).toBe(false)
    expect(later.toText()).toBe(cache.toText())
  })

  it('examines a file that changed, and what was read for it, but no other', () => {
    const parsed = then({ ...files, 'app/public.ts': `${files['app/public.ts'] ?? ''}\nexport async function also(id: string) { await db.post.update({ where: { id }, data: {} }) }` })
    expect(parsed).toBe(2)
  })

  it.each([
    ['a helper two imports away', { ...files, 'lib/session.ts': (files['lib/session.ts'] ?? '').replace('if (!session) throw new Error(\'Unauthorized\')', '') }],
    ['a line above, so that places move', { ...files, 'lib/session.ts': `// a line\n${files['lib/session.ts'] ?? ''}` }],
    ['a file that a barrel passed over, which now has the name', { ...files, 'lib/other.ts': 'export const requireUser = async () => ({ id: 1 })' }],
    ['a file that is gone', without('lib/session.ts')],
    ['an entry point that is gone', without('app/public.ts')],
    ['a file that now comes before another of its name', { ...files, 'lib.ts': 'export const requireUser = async () => ({ id: 1 })' }],
    ['a file that moved to the folder of its name', { ...without('lib/session.ts'), 'lib/session/index.ts': files['lib/session.ts'] ?? '' }],
    ['an alias that leads elsewhere', { ...files, 'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./old/*"] } } }', 'old/lib.ts': 'export const requireUser = async () => ({ id: 1 })' }],
    ['a package that is now one of the code base', { ...files, 'packages/auth/package.json': '{ "name": "next-auth", "main": "index.ts" }', 'packages/auth/index.ts': 'export default () => ({ auth: async () => ({ user: { id: 1 } }) })' }],
    ['a client module that imports the actions', { ...files, 'app/button.tsx': '\'use client\'\nimport { own } from \'./actions\'\nexport const Button = () => <button onClick={() => own()} />' }],
    ['nobody any more that imports the actions', without('app/page.tsx')],
    ['a suppression', { ...files, 'app/public.ts': (files['app/public.ts'] ?? '').replace('export', '// sallyport-ignore missing-authentication: for everybody\nexport') }],
    ['a file that is no entry point any more', { ...files, 'app/public.ts': (files['app/public.ts'] ?? '').replace('\'use server\'\n', '') }],
    ['one that becomes one', { ...files, 'lib/db.ts': `'use server'\n${files['lib/db.ts'] ?? ''}` }],
    ['a secret in a client file', { ...files, 'app/client.ts': '\'use client\'\nexport const key = process.env.STRIPE_SECRET_KEY' }],
  ] as readonly (readonly [string, Files])[])('sees %s', (_what, after) => {
    expect(JSON.stringify(told(run(after)))).not.toBe(JSON.stringify(told(run(files))))
    then(after)
    // And back.
    then(files, {}, after)
  })

  it('says of a file with an error each time that it has one', () => {
    const broken = { ...files, 'lib/session.ts': `${files['lib/session.ts'] ?? ''}\n}{` }
    expect(run(broken).problems).toHaveLength(1)
    expect(then(broken, {}, broken)).toBeGreaterThan(0)
    then(files, {}, broken)
  })

  it('starts anew with another configuration', () => {
    expect(then(files, { config: { depth: 1 } })).toBeGreaterThan(0)
    expect(then(files, { config: { rules: { 'missing-authentication': 'off' } } })).toBe(all)
  })

  it('is taken for empty where it is not as it was written', () => {
    const cache = new CheckCache()
    run(files, { cache })
    const text = cache.toText()
    for (const torn of ['', '{}', text.slice(0, -10), text.replace('"absent"', '"present"'), `x${text}`]) {
      const result = run(files, { cache: new CheckCache(torn) })
      expect(result.statistics.parsed).toBe(all)
      expect(told(result)).toEqual(told(run(files)))
    }
  })

  it('holds for a code base that was moved, and names no folder above it', () => {
    const cache = new CheckCache()
    check({ root: '/here', tree: memoryTree(files, '/here/deep'), today: '2026-11-22', cache })
    expect(cache.toText()).not.toContain('/here')
    expect(run(files, { cache: new CheckCache(cache.toText()) }).statistics.parsed).toBe(0)
  })

  it('goes through one change after the other', () => {
    let cache = new CheckCache()
    const changes: readonly Files[] = [{ 'lib/other.ts': 'export const other = 2' }, { 'lib/db.ts': 'export const db = {}' }, { 'lib/new.ts': 'export {}' }, { 'lib/db.ts': files['lib/db.ts'] ?? '' }, { 'lib/index.ts': 'export * from \'./session\'' }, {}]
    let now = files
    for (const change of changes) {
      now = { ...now, ...change }
      cache = new CheckCache(cache.toText())
      expect(JSON.stringify(told(run(now, { cache })))).toBe(JSON.stringify(told(run(now))))
    }
  })
})
