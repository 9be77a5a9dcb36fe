import { describe, expect, it } from 'vitest'
import { check } from '../check.ts'
import { memoryTree } from '../files/memory.ts'
import type { CheckResult } from '../types.ts'

const db = `import { PrismaClient } from '@prisma/client'
export const db = new PrismaClient()`

function run(files: { readonly [path: string]: string }, depth?: number): CheckResult {
  return check({ root: '/app', tree: memoryTree({ 'lib/db.ts': db, ...files }), today: '2026-11-22', config: depth === undefined ? {} : { depth } })
}

const chains = (result: CheckResult): { readonly [entry: string]: readonly string[] } =>
  Object.fromEntries(result.entries.map(({ name, effects }) => [name, effects.map(({ at }) => at.chain.slice(1).map(({ line, text }) => `${line} ${text}`).join(' > '))]))

describe('a call that is not run a second time', () => {
  const helper = `import { db } from './db'
export const remove = async (id: string) => drop({ id })
const drop = async (where: { id: string }) => { await db.post.delete({ where }) }`

  it('is shown where it stands, not where it stood first', () => {
    const result = run({
      'lib/posts.ts': helper,
      'app/actions.ts': `'use server'
import { remove } from '../lib/posts'
export async function one(id: string) { await remove(id) }
export async function two(key: string) {
  await remove(key)
}`,
    })
    expect(chains(result)).toEqual({ one: ['3 remove(id) > 2 drop({ id })'], two: ['5 remove(key) > 2 drop({ id })'] })
  })

  it('is followed as deep as the bound says, whoever called it first', () => {
    const file = (names: readonly string[]): { readonly [path: string]: string } => ({
      'lib/posts.ts': helper,
      'app/actions.ts': `'use server'
import { remove } from '../lib/posts'
const further = async (id: string) => remove(id)
${names.map((name) => (name === 'near' ? 'export async function near(id: string) { await remove(id) }' : 'export async function far(id: string) { await further(id) }')).join('\n')}`,
    })
    const effects = (names: readonly string[]): object => Object.fromEntries(run(file(names), 3).entries.map((entry) => [entry.name, entry.effects.length]))
    expect(effects(['near', 'far'])).toEqual({ near: 1, far: 0 })
    expect(effects(['far', 'near'])).toEqual({ near: 1, far: 0 })
  })

  it('is tied to what the code around it did, where it looks back to that', () => {
    const action = (table: string): string => `export async function ${table}(text: string) {
  const session = await auth()
  if (!session) throw new Error('Unauthorized')
  full(await db.${table}.count({ where: { authorId: session.user.id } }))
  await db.${table}.create({ data: { text, authorId: session.user.id } })
}`
    const result = run({
      'lib/bound.ts': 'export function full(rows: number) { if (rows >= 20) throw new Error(\'Too many\') }',
      'auth.ts': 'import NextAuth from \'next-auth\'\nexport const { auth } = NextAuth({})',
      'app/actions.ts': `'use server'\nimport { auth } from '../auth'\nimport { db } from '../lib/db'\nimport { full } from '../lib/bound'\n${action('post')}\n${action('comment')}`,
    })
    const reasons = result.entries.map(({ controls }) => controls['rate-limit'].reason)
    expect(reasons[0]).toContain('a count is compared')
    expect(reasons[1]).toBe(reasons[0])
  })

  it('is over its bound only for the action that counts towards it', () => {
    const action = (name: string, counts: string): string => `export async function ${name}(text: string) {
  const session = await auth()
  if (!session) throw new Error('Unauthorized')
  const account = await db.account.findUnique({ where: { id: session.user.id } })
  ${counts}
  pays(account)
  await db.post.create({ data: { text, authorId: session.user.id } })
}`
    const result = run({
      'lib/credits.ts': 'export function pays(account: { credits: number }) { if (account.credits <= 0) throw new Error(\'No credits\') }',
      'lib/often.ts': 'const calls = new Map<string, number>()\nexport function often(id: string) {\n  const count = (calls.get(id) ?? 0) + 1\n  calls.set(id, count)\n  return count > 9\n}',
      'auth.ts': 'import NextAuth from \'next-auth\'\nexport const { auth } = NextAuth({})',
      'app/actions.ts': `'use server'\nimport { auth } from '../auth'\nimport { db } from '../lib/db'\nimport { pays } from '../lib/credits'\nimport { often } from '../lib/often'
${action('counting', 'await db.account.update({ where: { id: session.user.id }, data: { credits: { decrement: 1 } } })')}
${action('logging', 'if (often(session.user.id)) console.warn(\'often\')')}`,
    })
    expect(result.entries.map(({ name, controls }) => [name, controls['rate-limit'].state])).toEqual([['counting', 'present'], ['logging', 'absent']])
  })

  it('changes its argument each time', () => {
    const result = run({
      'app/actions.ts': `'use server'
import { db } from '../lib/db'
import { auth } from '@/auth'
const own = (where: { id: string; ownerId?: string }, ownerId: string) => { where.ownerId = ownerId }
export async function one(id: string) {
  const session = await auth()
  if (!session) throw new Error('Unauthorized')
  const where: { id: string; ownerId?: string } = { id }
  own(where, session.user.id)
  await db.post.delete({ where })
}
export async function two(id: string) {
  const session = await auth()
  if (!session) throw new Error('Unauthorized')
  const where: { id: string; ownerId?: string } = { id }
  own(where, session.user.id)
  await db.post.delete({ where })
}`,
      'auth.ts': `import NextAuth from 'next-auth'
export const { auth } = NextAuth({})`,
    })
    expect(result.entries.map(({ name, controls }) => [name, controls.authorization.state])).toEqual([['one', 'present'], ['two', 'present']])
    expect(result.findings.filter(({ rule }) => rule === 'missing-authorization' || rule === 'session-not-bound')).toEqual([])
  })

  it('gives an object of its own each time', () => {
    const result = run({
      'app/actions.ts': `'use server'
import { db } from '../lib/db'
const fields = () => ({ title: 'new' })
export async function careless(input: { role: string }) {
  const data: { title: string; role?: string } = fields()
  data.role = input.role
  await db.user.create({ data })
}
export async function careful() {
  const data = fields()
  await db.user.create({ data })
}`,
    })
    const validation = Object.fromEntries(result.entries.map(({ name, controls }) => [name, controls.validation.state + String(controls.validation.applies)]))
    expect(validation).toEqual({ careless: 'absenttrue', careful: 'absentfalse' })
  })
})
