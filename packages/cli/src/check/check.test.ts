import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkCommand } from './command.ts'

describe('sallyport check', () => {
  let root: string
  let out = ''
  let err = ''
  let code = -1
  let columns: number | undefined
  const run = async (...args: string[]): Promise<number> => {
    out = err = ''
    await checkCommand({ out: (text) => void (out += text), err: (text) => void (err += text), exit: (given) => void (code = given), interactive: false, columns }).parseAsync(args, { from: 'user' })
    return code
  }
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'sallyport-check-cli-'))
    mkdirSync(join(root, 'app'))
    writeFileSync(join(root, 'app/actions.ts'), '\'use server\'\nimport { PrismaClient } from \'@prisma/client\'\nconst db = new PrismaClient()\nexport async function remove(id: string) { await db.post.delete({ where: { id } }) }\n')
    writeFileSync(join(root, 'app/page.tsx'), 'import { remove } from \'./actions\'\nexport default function Page() { return <form action={remove} /> }\n')
  })
  afterEach(() => rmSync(root, { recursive: true }))

  it('exits with 1 where there are errors, 0 where there are none, 2 where it can\'t run', async () => {
    expect(await run(root)).toBe(1)
    expect(out).toContain('missing-authentication')
    expect(await run(root, '--fail-on', 'never')).toBe(0)
    expect(await run(join(root, 'gone'))).toBe(2)
    writeFileSync(join(root, 'sallyport.check.json'), '{ "fail": 1 }')
    expect(await run(root)).toBe(2)
    expect(err).toContain('fail is not a setting')
    writeFileSync(join(root, 'sallyport.check.json'), '{\n  // ours\n  "failOn": error,\n}')
    expect(await run(root)).toBe(2)
    expect(err).toMatch(/is not valid JSON: .*"failOn": error/)
    writeFileSync(join(root, 'sallyport.check.json'), '{ "rules": { "missing-auth": "off" } }')
    expect(await run(root)).toBe(2)
    expect(err).toContain('Did you mean missing-authentication?')
  })

  it('does not pass what it could not look at', async () => {
    rmSync(join(root, 'app/page.tsx'))
    writeFileSync(join(root, 'app/half.ts'), '\'use server\'\nexport async function half( {{{')
    expect(await run(root)).toBe(2)
    expect(out).toContain('app/half.ts can\'t be parsed')
    expect(err).toBe('sallyport check: what is in app/half.ts was not checked. Mend it, or leave its folder out: { "ignore": […] } in sallyport.check.json.\n')
    expect(await run(root, '--fail-on', 'warning')).toBe(1)
    expect(await run(root, '--fail-on', 'never')).toBe(0)
    await run(root, '-f', 'sarif')
    expect(JSON.parse(out).runs[0].invocations[0].executionSuccessful).toBe(false)
    writeFileSync(join(root, 'app/half.ts'), `'use server'\n//${'x'.repeat(3 * 1024 * 1024)}`)
    expect(await run(root)).toBe(2)
    // Nothing that can be called is in these.
    writeFileSync(join(root, 'app/half.ts'), `//${'x'.repeat(3 * 1024 * 1024)}`)
    writeFileSync(join(root, 'app/no-action.ts'), 'export const half = {{{')
    expect(await run(root)).toBe(0)
  })

  it('fails from the level on that it is told, by the configuration or, before it, by a flag', async () => {
    rmSync(join(root, 'app/page.tsx'))
    expect(await run(root)).toBe(0)
    expect(out).toMatch(/0 errors, [1-9]\d* warnings/)
    expect(await run(root, '--fail-on', 'warning')).toBe(1)
    writeFileSync(join(root, 'sallyport.check.json'), '{ "failOn": "warning" }')
    expect(await run(root)).toBe(1)
    expect(await run(root, '--fail-on', 'error')).toBe(0)
  })

  it('says findings with one cause in one line', async () => {
    writeFileSync(join(root, 'app/shared.ts'), 'import { PrismaClient } from \'@prisma/client\'\nconst db = new PrismaClient()\nexport const drop = (id: string) => db.post.delete({ where: { id } })\n')
    writeFileSync(join(root, 'app/many.ts'), `'use server'\nimport { drop } from './shared'\n${['a', 'b', 'c', 'd'].map((name) => `export async function ${name}(id: string) { await drop(id) }`).join('\n')}\n`)
    await run(root)
    expect(out).toMatch(/missing-authentication.*4 entry points: it never looks who calls/)
    expect(out).toContain('app/shared.ts:3  ←  app/many.ts#a, app/many.ts#b, app/many.ts#c and 1 more')
    expect(out).toMatch(/missing-authentication.*remove: it never looks/)
  })

  it('puts below each other what a terminal is too narrow for', async () => {
    columns = 60
    await run(root, '--fail-on', 'never')
    const lines = stripVTControlCharacters(out).split('\n')
    expect(lines.slice(0, 4)).toEqual(['remove  registered*', '  app/actions.ts:4', '  ✗ auth    ✗ authz   ✗ valid   ✗ limit   ✗ audit', expect.stringMatching(/^ {2}. proj    . scrub   . errors$/)])
    columns = undefined
    await run(root, '--fail-on', 'never')
    expect(out).toContain('│ entry point')
  })

  it('prints every format, and writes to a file', async () => {
    await run(root, '-f', 'json')
    expect(JSON.parse(out).entries).toHaveLength(1)
    await run(root, '-f', 'sarif', '-o', join(root, 'reports/out.sarif'))
    expect(out).toBe('')
    expect(JSON.parse(readFileSync(join(root, 'reports/out.sarif'), 'utf8')).version).toBe('2.1.0')
    await run(root, '-f', 'markdown')
    expect(out).toContain('| level | rule |')
    await run(root, '-f', 'html')
    expect(out).toContain('<!doctype html>')
  })

  it('accepts a baseline, and writes a manifest', async () => {
    expect(await run(root, '--update-baseline')).toBe(0)
    expect(await run(root, '--baseline', join(root, 'sallyport.baseline.json'), '--manifest')).toBe(0)
    expect(out).toMatch(/0 errors, .*, 0 accepted, [1-9]\d* in the baseline/)
    expect(JSON.parse(readFileSync(join(root, 'sallyport.manifest.json'), 'utf8')).entries[0].id).toBe('app/actions.ts#remove')
    expect(await run(root, '--update-baseline', '--baseline', join(root, 'ci/base.json'))).toBe(0)
    expect(readFileSync(join(root, 'ci/base.json'), 'utf8')).toContain('"version": 1')
    expect(await run(root, '--baseline', join(root, 'gone.json'))).toBe(2)
    writeFileSync(join(root, 'torn.json'), '[]')
    expect(await run(root, '--baseline', join(root, 'torn.json'))).toBe(2)
    expect(err).toContain('torn.json is no baseline: write it again with --update-baseline')
  })

  it('says the same from a cache, which it keeps up to date', async () => {
    const file = join(root, 'node_modules/.cache/sallyport/check')
    const told = async (...args: string[]): Promise<object> => {
      await run(root, '-f', 'json', ...args)
      const { statistics: { parsed, files }, ...rest } = JSON.parse(out) as { readonly statistics: { readonly parsed: number; readonly files: number } }
      return { ...rest, files, isParsed: parsed > 0 }
    }
    const first = await told('--cache')
    expect(first).toMatchObject({ isParsed: true })
    const text = readFileSync(file, 'utf8')
    expect(await told('--cache')).toEqual({ ...first, isParsed: false })
    expect(readFileSync(file, 'utf8')).toBe(text)
    expect(code).toBe(1)
    writeFileSync(join(root, 'app/page.tsx'), '')
    const alone = await told()
    expect(alone).not.toEqual(first)
    expect(await told('--cache')).toEqual(alone)
    expect(readFileSync(file, 'utf8')).not.toBe(text)
    writeFileSync(file, text.slice(0, 100))
    expect(await told('--cache')).toEqual(alone)
  })

  it('goes on where the cache can\'t be written, and says so', async () => {
    expect(await run('--cache', '--cache-location', join(root, 'app/page.tsx/cache'), root)).toBe(1)
    expect(out).toContain('missing-authentication')
    expect(err).toMatch(/^sallyport check: the cache could not be written: /)
    mkdirSync(join(root, 'taken/cache'), { recursive: true })
    await run(root, '--cache-location', join(root, 'taken/cache'))
    expect(readdirSync(join(root, 'taken'))).toEqual(['cache'])
    expect(await run(root, '--cache-location', join(root, 'own/cache'))).toBe(1)
    expect(err).toBe('')
    expect(readFileSync(join(root, 'own/cache'), 'utf8')).toContain('app/actions.ts')
  })

  it('explains a rule, and names the rules that there are', async () => {
    expect(await run('--explain', 'mass-assignment')).toBe(0)
    expect(out).toContain('CWE-915')
    expect(await run('--explain', 'nothing')).toBe(2)
    expect(err).toContain('mass-assignment')
    expect(await run('--explain', 'missing-auth')).toBe(2)
    expect(err).toContain('Did you mean missing-authentication?')
  })
})
