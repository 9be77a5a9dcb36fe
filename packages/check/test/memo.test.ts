import { beforeAll, describe, expect, it, vi } from 'vitest'
import { memoryTree } from '../src/files/memory.ts'
import { readCases } from './cases.ts'
import type { check as Check } from '../src/check.ts'

/** Helpers that several actions call from different places: after other checks, in a circle, and for a chain that goes on. */
const shared = {
  'auth.ts': 'import NextAuth from \'next-auth\'\nexport const { auth } = NextAuth({})',
  'lib/prisma.ts': 'import { PrismaClient } from \'@prisma/client\'\nexport const prisma = new PrismaClient()',
  'lib/drizzle.ts': `import { drizzle } from 'drizzle-orm/node-postgres'
import { pgTable, text } from 'drizzle-orm/pg-core'
export const db = drizzle('')
export const posts = pgTable('posts', { id: text('id'), ownerId: text('owner_id') })`,
  'lib/posts.ts': `import { prisma } from './prisma'
import { db, posts } from './drizzle'
export const drop = async (id: string) => { await prisma.post.delete({ where: { id } }) }
export const begun = () => db.delete(posts)
export async function even(id: string, left: number) {
  await prisma.even.delete({ where: { id } })
  if (left) await odd(id, left)
}
export async function odd(id: string, left: number) {
  await prisma.odd.delete({ where: { id } })
  if (left) await even(id, left)
}`,
  'app/actions.ts': `'use server'
import { eq } from 'drizzle-orm'
import { auth } from '../auth'
import { posts } from '../lib/drizzle'
import { begun, drop, even, odd } from '../lib/posts'
export async function asAdmin(id: string) {
  const session = await auth()
  if (session?.user.role !== 'admin') throw new Error('Forbidden')
  await drop(id)
}
export async function asAnybody(id: string) { await drop(id) }
export async function evenFirst(id: string, left: number) { await even(id, left) }
export async function oddFirst(id: string, left: number) { await odd(id, left) }
export async function own() {
  const session = await auth()
  if (!session) throw new Error('Unauthorized')
  await begun().where(eq(posts.ownerId, session.user.id))
}
export async function named(id: string) {
  const session = await auth()
  if (!session) throw new Error('Unauthorized')
  await begun().where(eq(posts.id, id))
}`,
}

/** Every fixture in one code base, so that what one entry point came to is there for the next. */
function together(): { readonly [path: string]: string } {
  const all: { [path: string]: string } = Object.fromEntries(Object.entries(shared).map(([path, text]) => [`shared/${path}`, text]))
  readCases().forEach(({ files }, index) => {
    for (const [path, text] of Object.entries(files)) all[`case${index}/${path}`] = text
  })
  return all
}

describe('what is remembered', () => {
  let remembering: typeof Check
  let running: typeof Check
  beforeAll(async () => {
    remembering = (await import('../src/check.ts')).check
    vi.resetModules()
    // No call is like another: all are run.
    vi.doMock('../src/derive/signature.ts', () => ({ signatureOf: () => undefined }))
    running = (await import('../src/check.ts')).check
    vi.doUnmock('../src/derive/signature.ts')
  })

  const facts = (check: typeof Check, files: { readonly [path: string]: string }, depth: number) => {
    const { entries, findings, problems } = check({ root: '/app', tree: memoryTree(files), today: '2026-11-22', config: { depth } })
    return { entries, findings, problems }
  }

  it.each([8, 4, 2])('is what running it again shows, evidence and all, at a depth of %i', (depth) => {
    const files = together()
    const { entries, findings, problems } = facts(remembering, files, depth)
    expect(entries.length).toBeGreaterThan(200)
    expect({ entries, findings, problems }).toEqual(facts(running, files, depth))
  })

  it('is told apart by where it stands', () => {
    const states = Object.fromEntries(facts(remembering, shared, 8).entries.map(({ name, controls, effects }) => [name, [controls.authorization.state, effects.map(({ target }) => target).join()]]))
    expect(states).toEqual({
      asAdmin: ['present', 'post'], asAnybody: ['absent', 'post'], evenFirst: ['absent', 'even,odd'], oddFirst: ['absent', 'odd,even'], own: ['present', 'posts'], named: ['absent', 'posts'],
    })
  })

  it('does not depend on which entry point came first', () => {
    const cases = Object.entries(together())
    const named = (result: ReturnType<typeof facts>) => new Map(result.entries.map((entry) => [entry.id, entry]))
    const whole = named(facts(remembering, Object.fromEntries(cases), 8))
    for (const prefix of ['shared/', 'case0/', 'case7/', 'case20/']) {
      const alone = named(facts(remembering, Object.fromEntries(cases.filter(([path]) => path.startsWith(prefix))), 8))
      for (const [id, entry] of alone) expect(whole.get(id)?.controls).toEqual(entry.controls)
    }
  })
})
