// Code bases of any size, all alike: to see whether the cost of a check grows with the files.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Files of one feature: what a page, its actions, its routes and their helpers look like. */
const perFeature = 10

function feature(index: number): { readonly [path: string]: string } {
  const at = `features/f${index}`
  const steps = Array.from({ length: 12 }, (_, step) => `export function step${step}(value: number): number {
  if (value > ${step}) return value - ${step}
  return value * ${step + 1}
}`).join('\n')
  const markup = Array.from({ length: 20 }, (_, row) => `      <li className="row-${row}" onClick={() => setChosen(${row})}>{items[${row}]?.title ?? 'none'}</li>`).join('\n')
  const view = (name: string): string => `'use client'
import { useState } from 'react'
import { rename${index} } from './actions'
export function ${name}({ items }: { items: readonly { title: string }[] }) {
  const [chosen, setChosen] = useState(0)
  return (
    <ul>
${markup}
      <button onClick={() => rename${index}({ id: String(chosen), title: 'new' })}>Rename</button>
    </ul>
  )
}`
  return {
    [`${at}/schema.ts`]: `import { z } from 'zod'\nexport const Rename = z.object({ id: z.uuid(), title: z.string().trim().max(80) })\nexport const Find = z.object({ id: z.uuid() })`,
    [`${at}/math.ts`]: steps,
    [`${at}/store.ts`]: `import { db } from '@/lib/db'
import { step3 } from './math'
export const find = async (id: string, ownerId: string) => db.item.findFirst({ where: { id, ownerId }, select: { title: true } })
export const save = async (id: string, ownerId: string, title: string) => {
  await db.item.update({ where: { id, ownerId }, data: { title, revision: step3(${index}) } })
  await db.activityLog.create({ data: { ownerId, what: 'rename' } })
}`,
    [`${at}/actions.ts`]: `'use server'
import { requireUser } from '@/lib/session'
import { Rename } from './schema'
import { save } from './store'
export async function rename${index}(input: unknown) {
  const user = await requireUser()
  const { id, title } = Rename.parse(input)
  await save(id, user.id, title)
}
export async function publish${index}(id: string) {
  ${index % 3 === 0 ? '' : 'const user = await requireUser()'}
  await save(id, ${index % 3 === 0 ? 'id' : 'user.id'}, 'published')
}`,
    [`app/api/f${index}/route.ts`]: `import { withUser } from '@/lib/with-user'
import { find, save } from '@/${at}/store'
import { Find, Rename } from '@/${at}/schema'
export const GET = withUser(async ({ user, params }) => Response.json(await find(Find.parse(params).id, user.id)))
export const PATCH = withUser(async ({ user, body }) => {
  const { id, title } = Rename.parse(body)
  await save(id, user.id, title)
  return Response.json({ ok: true })
})`,
    [`app/f${index}/page.tsx`]: `import { View } from '@/${at}/view'\nexport default async function Page() { return <View items={[]} /> }`,
    [`${at}/view.tsx`]: view('View'),
    [`${at}/list.tsx`]: view('List'),
    [`${at}/card.tsx`]: view('Card'),
    [`${at}/table.tsx`]: view('Table'),
  }
}

const common: { readonly [path: string]: string } = {
  'package.json': '{ "name": "generated", "dependencies": { "next": "16.4.5" } }',
  'tsconfig.json': '{ "compilerOptions": { "baseUrl": ".", "paths": { "@/*": ["./*"] } } }',
  'lib/db.ts': 'import { PrismaClient } from \'@prisma/client\'\nexport const db = new PrismaClient()',
  'lib/auth.ts': 'import NextAuth from \'next-auth\'\nexport const { auth } = NextAuth({})',
  'lib/session.ts': `import { auth } from './auth'
export const requireUser = async () => {
  const session = await auth()
  if (!session?.user) throw new Error('Unauthorized')
  return session.user
}`,
  'lib/with-user.ts': `import { requireUser } from './session'
export const withUser = (handler: (given: { user: { id: string }; params: unknown; body: unknown }) => Promise<Response>) => async (request: Request, { params }: { params: Promise<unknown> }) => {
  try {
    const user = await requireUser()
    return await handler({ user, params: await params, body: request.method === 'GET' ? undefined : await request.json() })
  } catch (error) {
    console.error(error)
    return Response.json({ error: 'It did not work' }, { status: 500 })
  }
}`,
}

/** Writes a code base of about so many files into a folder. */
export function generate(folder: string, files: number): void {
  const all = { ...common, ...Object.assign({}, ...Array.from({ length: Math.round(files / perFeature) }, (_, index) => feature(index))) as { [path: string]: string } }
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}
