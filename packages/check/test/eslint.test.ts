import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { check } from '../src/check.ts'
import { sallyport } from '../src/eslint/index.ts'

// ESLint and its parser of TypeScript stand among the peers of the benches: `cd bench && npm ci`.
const peers = join(dirname(fileURLToPath(import.meta.url)), '../../../bench')
const missing = existsSync(join(peers, 'node_modules/eslint')) ? undefined : 'bench/node_modules is not installed'

interface Message {
  readonly ruleId: string | null
  readonly severity: number
  readonly line: number
  readonly column: number
  readonly message: string
}

/** The part of ESLint that is used here. */
interface Eslint {
  readonly lintFiles: (patterns: readonly string[]) => Promise<readonly { readonly filePath: string; readonly messages: readonly Message[] }[]>
}

describe.skipIf(missing !== undefined)(`in ESLint itself${missing === undefined ? '' : `: ${missing}`}`, () => {
  let root: string
  let eslint: Eslint
  beforeAll(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-real-eslint-')))
    const files: { readonly [path: string]: string } = {
      'app/guard.ts': 'import { auth } from \'@clerk/nextjs/server\'\nexport async function demand(): Promise<string> {\n  const { userId } = await auth()\n  if (!userId) throw new Error(\'no\')\n  return userId\n}\n',
      'app/actions.ts': [
        '\'use server\'', 'import { PrismaClient } from \'@prisma/client\'', 'import { demand } from \'./guard\'', 'const db = new PrismaClient()',
        'export async function remove(id: string): Promise<void> { await db.post.delete({ where: { id } }) }',
        'export async function rename(id: string, name: string): Promise<void> {', '  await demand()', '  await db.post.update({ where: { id }, data: { name } })', '}',
        'export async function own(id: string) { const me = await demand(); return db.user.findFirst({ where: { id, ownerId: me } }) }',
        '// sallyport-ignore missing-authentication, missing-validation: everybody may count', 'export async function count(name: string) { await db.visit.create({ data: { name } }) }', '',
      ].join('\n'),
      'app/page.tsx': 'import { remove, rename, own, count } from \'./actions\'\nexport default function Page() { return <form action={remove} /> }\n',
      'app/api/posts/route.ts': 'import { PrismaClient } from \'@prisma/client\'\nconst db = new PrismaClient()\nexport async function DELETE(request: Request) { await db.post.delete({ where: { id: (await request.json()).id } }) }\n',
    }
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    const require = createRequire(join(peers, 'package.json'))
    const { ESLint } = require('eslint') as { readonly ESLint: new (options: object) => Eslint }
    const parser: unknown = require('@typescript-eslint/parser')
    eslint = new ESLint({
      cwd: root,
      overrideConfigFile: true,
      overrideConfig: [{ files: ['**/*.{ts,tsx}'], languageOptions: { parser, parserOptions: { ecmaFeatures: { jsx: true } } } }, { ...sallyport.configs.recommended, files: ['**/*.{ts,tsx}'] }],
    })
  })
  afterAll(() => rmSync(root, { recursive: true }))

  it('finds what the command finds: the same rules at the same places with the same words', async () => {
    const results = await eslint.lintFiles(['.'])
    const told = results.flatMap(({ filePath, messages }) => messages.map(({ ruleId, severity, line, column, message }) => `${filePath.slice(root.length + 1)}:${line}:${column} ${ruleId} ${severity} ${message}`))
    const offered = new Set(Object.keys(sallyport.configs.recommended.rules))
    const found = check({ root }).findings
      .filter(({ rule }) => offered.has(`sallyport/${rule}`))
      .map(({ file, line, column, rule, message }) => `${file}:${line}:${column} sallyport/${rule} ${sallyport.configs.recommended.rules[`sallyport/${rule}`] === 'error' ? 2 : 1} ${message}`)
    expect(told.sort()).toEqual(found.sort())
    expect(told.length).toBeGreaterThan(5)
    expect(told.join('\n')).toContain('app/actions.ts:5:8 sallyport/missing-authentication 2 remove:')
    expect(told.join('\n')).not.toContain('count:')
  })
})
