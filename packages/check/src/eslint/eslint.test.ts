import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sallyport } from './index.ts'

describe('the ESLint plugin', () => {
  let root: string
  const lint = (rule: string, file: string, text: string): string[] => {
    const messages: string[] = []
    const listeners = sallyport.rules[rule]?.create({ filename: join(root, file), cwd: root, sourceCode: { text }, report: ({ message, loc }) => messages.push(`${loc.line}:${loc.column} ${message}`) })
    listeners?.Program?.()
    return messages
  }
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-eslint-')))
    mkdirSync(join(root, 'app'))
    writeFileSync(join(root, 'app/guard.ts'), 'import { auth } from \'@clerk/nextjs/server\'\nexport async function demand() { if (!(await auth()).userId) throw new Error(\'no\') }')
  })
  afterEach(() => rmSync(root, { recursive: true }))
  const action = (guard: string): string => `'use server'\nimport { db } from './gone-db'\nimport { PrismaClient } from '@prisma/client'\nimport { demand } from './guard'\nconst prisma = new PrismaClient()\nexport async function remove(id: string) { ${guard} await prisma.post.delete({ where: { id } }) }`

  it('checks the text as it is typed, with the guards that stand on disk', () => {
    expect(lint('missing-authentication', 'app/actions.ts', action(''))).toEqual([expect.stringMatching(/^6:\d+ remove: it never looks who calls/)])
    expect(lint('missing-authentication', 'app/actions.ts', action('await demand();'))).toEqual([])
    expect(lint('missing-authorization', 'app/actions.ts', action('await demand();'))).toHaveLength(1)
  })

  it('says nothing of files without actions, and offers a configuration', () => {
    expect(lint('missing-authentication', 'app/other.ts', 'export const x = 1')).toEqual([])
    expect(sallyport.configs.recommended.rules['sallyport/missing-authentication']).toBe('error')
    expect(sallyport.configs.recommended.plugins.sallyport).toBe(sallyport)
  })
})
