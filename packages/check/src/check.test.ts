import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { check } from './check.ts'
import { ConfigError, parseConfig, readConfig } from './config.ts'
import { CheckCache } from './cache/cache.ts'
import { beyondBaseline, readBaseline, writeBaseline } from './baseline.ts'
import { memoryTree } from './files/memory.ts'
import { toManifest } from './output/posture.ts'

const open = '\'use server\'\nimport { PrismaClient } from \'@prisma/client\'\nconst db = new PrismaClient()\nexport async function remove(id: string) { await db.post.delete({ where: { id } }) }\n'
const run = (files: { readonly [path: string]: string }, today = '2026-11-22') => check({ root: '/app', tree: memoryTree(files), today })
const rulesOf = (files: { readonly [path: string]: string }) => run(files).findings.map(({ rule }) => rule)

describe('a tree on disk', () => {
  let root: string
  const write = (path: string, content: string | Buffer): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'sallyport-check-'))
    write('app/actions.ts', open)
  })
  afterEach(() => rmSync(root, { recursive: true }))

  it('is checked although other files are malformed, huge, or not UTF-8', () => {
    write('app/broken.ts', '\'use server\'\nexport async function half( {{{')
    write('app/huge.ts', `'use server'\n//${'x'.repeat(3 * 1024 * 1024)}`)
    write('app/latin.ts', Buffer.from([0x27, 0x75, 0x73, 0x65, 0x20, 0x73, 0x65, 0x72, 0x76, 0x65, 0x72, 0x27, 0x0a, 0x2f, 0x2f, 0xe9, 0xff]))
    write('package.json', '{ not json')
    write('tsconfig.json', '{ "compilerOptions": { "paths": 7 } }')
    const result = check({ root })
    expect(result.findings.filter(({ rule }) => rule === 'missing-authentication').map(({ file }) => file)).toEqual(['app/actions.ts'])
    expect(result.problems.map(({ file }) => file).sort()).toEqual(['app/broken.ts', 'app/huge.ts', 'app/latin.ts', 'package.json'])
    for (const { problem } of result.problems) expect(problem).not.toContain('\n')
  })

  it('says once of a tsconfig that it is malformed, and ends where tsconfigs extend each other', () => {
    write('tsconfig.json', '{ "compilerOptions": { "paths": ')
    write('app/more.ts', `${open}import { x } from '@/elsewhere'\nexport async function more() { await x() }`)
    write('lib/tsconfig.json', '{ "extends": "./tsconfig.json" }')
    write('lib/actions.ts', `${open}import { x } from '@/elsewhere'\nexport async function more() { await x() }`)
    const result = check({ root })
    expect(result.entries).toHaveLength(5)
    expect(result.problems).toEqual([{ file: 'tsconfig.json', problem: 'is not valid JSON: its path aliases are not known' }])
  })

  it('ends where symbolic links form a loop, or lead nowhere', () => {
    symlinkSync(root, join(root, 'app/again'))
    symlinkSync(join(root, 'gone'), join(root, 'app/gone.ts'))
    const result = check({ root })
    expect(result.entries.map(({ id }) => id)).toEqual(['app/actions.ts#remove'])
    expect(result.problems.map(({ problem }) => problem)).toEqual(['a symbolic link that leads nowhere'])
  })

  it('ends at its own directory: a link out of it is left out, and said', () => {
    const outside = mkdtempSync(join(tmpdir(), 'sallyport-outside-'))
    writeFileSync(join(outside, 'actions.ts'), open)
    symlinkSync(outside, join(root, 'app/outside'))
    symlinkSync(join(outside, 'actions.ts'), join(root, 'app/linked.ts'))
    const result = check({ root })
    rmSync(outside, { recursive: true })
    expect(result.entries.map(({ id }) => id)).toEqual(['app/actions.ts#remove'])
    expect(result.problems).toEqual(['app/linked.ts', 'app/outside'].map((file) => ({ file, problem: 'left out: a symbolic link that leads out of the directory' })))
  })

  it('is checked although it is nested, chained or recursive beyond all measure, and no problem names a path of the machine', () => {
    const action = (body: string): string => `'use server'\nexport async function odd(x) { ${body} }`
    write('app/deep.ts', action(`return ${'['.repeat(3_000)}x${']'.repeat(3_000)}`))
    write('app/nested.ts', action(`${'if (x) {'.repeat(2_000)}${'}'.repeat(2_000)}`))
    write('app/chained.ts', action(`return x${'.a()'.repeat(20_000)}`))
    write('app/binary.ts', Buffer.from(Array.from({ length: 4_000 }, (_, index) => (index * 7_919) % 256)))
    write('app/rings.ts', `'use server'\n${Array.from({ length: 300 }, (_, index) => `export async function f${index}(x) { return g${index}(x) }\nasync function g${index}(x) { return f${(index + 1) % 300}(x) }`).join('\n')}`)
    write('app/dir.ts/inside.ts', open)
    const result = check({ root })
    const seen = new Set(result.entries.map(({ file }) => file))
    expect(['app/actions.ts', 'app/rings.ts', 'app/dir.ts/inside.ts'].every((file) => seen.has(file))).toBe(true)
    for (const { problem } of result.problems) expect(problem).not.toContain(root)
  })

  it('reads a configuration, and says what is wrong with one', () => {
    write('sallyport.check.json', '{ "rules": { "missing-authentication": "off" }, } // loose')
    expect(check({ root, config: readConfig(root) }).findings.map(({ rule }) => rule)).not.toContain('missing-authentication')
    for (const [text, message] of [['{', 'not valid JSON'], ['{ "rulez": {} }', 'rulez is not a setting'], ['{ "rules": { "x": "off" } }', 'no rule x'], ['{ "depth": 99 }', 'depth']] as const) {
      write('sallyport.check.json', text)
      expect(() => readConfig(root)).toThrow(ConfigError)
      expect(() => readConfig(root)).toThrow(message)
    }
  })

  const manifest = '.next/server/server-reference-manifest.json'
  /** A build that registers `remove` of `app/actions.ts`, as long after the sources as it takes to be newer. */
  const build = (app = ''): void => {
    write(`${app}.next/BUILD_ID`, 'x')
    write(app + manifest, JSON.stringify({ node: { abc123: { filename: 'app/actions.ts', exportedName: 'remove' } }, edge: {} }))
    const later = Date.now() / 1000 + 60
    utimesSync(join(root, app + manifest), later, later)
  }
  const exposures = (): object => Object.fromEntries(check({ root }).entries.map(({ file, exposure }) => [file, exposure.tier]))

  it.each([
    ['whatever it is called', { 'tsconfig.json': '{ "extends": ["./config/strict", "./config/base.json"] }', 'config/strict.json': '{}', 'config/base.json': '{ "compilerOptions": { "baseUrl": "..", "paths": { "#guards/*": ["lib/*"] } } }' }],
    ['before another that says nothing of them', { 'tsconfig.json': '{ "extends": ["./config/base.json", "./config/strict"] }', 'config/strict.json': '{ "compilerOptions": { "strict": true } }', 'config/base.json': '{ "compilerOptions": { "baseUrl": "..", "paths": { "#guards/*": ["lib/*"] } } }' }],
    ['with paths from the folder of who extends it', { 'tsconfig.json': '{ "extends": "./config/base" }', 'config/base.json': '{ "compilerOptions": { "paths": { "#guards/*": ["${configDir}/lib/*"] } } }' }],
  ])('takes aliases from a configuration that is extended, %s', (_, configurations) => {
    for (const [path, text] of Object.entries(configurations)) write(path, text)
    write('lib/session.ts', 'import { auth } from \'@clerk/nextjs/server\'\nexport async function demand() { if (!(await auth()).userId) throw new Error(\'no\') }')
    write('app/actions.ts', open.replace('{ await', '{ await demand(); await').replace('import {', 'import { demand } from \'#guards/session\'\nimport {'))
    const cache = new CheckCache()
    const state = () => check({ root, cache }).entries[0]?.controls.authentication.state
    expect(state()).toBe('present')
    write('config/base.json', '{}')
    expect(state()).not.toBe('present')
  })

  it('takes exposure from the manifest of a build', () => {
    write('package.json', '{ "name": "app" }')
    write('app/other.ts', open)
    build()
    write('.next/static/chunks/a.js', 'createServerReference("abc123")')
    expect(check({ root }).statistics.exposure).toBe('manifest')
    expect(exposures()).toEqual({ 'app/actions.ts': 'shipped', 'app/other.ts': 'latent' })
  })

  it('takes nothing from the build of one application for what another exposes', () => {
    write('package.json', '{ "workspaces": ["apps/*", "shared"] }')
    for (const name of ['one', 'two']) {
      write(`apps/${name}/package.json`, `{ "name": "${name}", "dependencies": { "next": "16.4.5" } }`)
      write(`apps/${name}/app/actions.ts`, open)
      write(`apps/${name}/app/unused.ts`, open)
      write(`apps/${name}/app/page.tsx`, 'import { remove } from \'./actions\'\nimport { remove as other } from \'@acme/shared\'')
    }
    write('shared/package.json', '{ "name": "@acme/shared" }')
    write('shared/src/index.ts', open)
    build('apps/one/')
    expect(exposures()).toMatchObject({
      'apps/one/app/actions.ts': 'registered', 'apps/one/app/unused.ts': 'latent',
      'apps/two/app/actions.ts': 'registered', 'apps/two/app/unused.ts': 'latent', 'shared/src/index.ts': 'registered',
    })
  })

  it('derives exposure where the build is older than a source, or of next dev, which lists the pages that were asked for alone', () => {
    write('package.json', '{ "name": "app" }')
    write('app/other.ts', open)
    write('app/page.tsx', 'import { remove } from \'./other\'')
    build()
    expect(exposures()).toMatchObject({ 'app/other.ts': 'latent' })
    const later = Date.now() / 1000 + 120
    utimesSync(join(root, 'app/page.tsx'), later, later)
    expect(exposures()).toMatchObject({ 'app/other.ts': 'registered' })
    expect(check({ root }).problems).toEqual([{ file: manifest, problem: 'is older than app/page.tsx: exposure is derived instead' }])
    build()
    utimesSync(join(root, 'app/page.tsx'), 1, 1)
    rmSync(join(root, '.next/BUILD_ID'))
    expect(exposures()).toMatchObject({ 'app/other.ts': 'registered' })
    expect(check({ root }).problems).toEqual([{ file: manifest, problem: 'is of no finished build: exposure is derived instead' }])
  })
})

describe('a library of the application', () => {
  const files = {
    'app/page.tsx': 'import { remove } from \'./actions\'',
    'app/actions.ts': '\'use server\'\nimport { current } from \'@acme/session\'\nimport { store } from \'@acme/store\'\nexport async function remove(id: string) {\n  const who = await current()\n  if (!who) throw new Error(\'no\')\n  await store.posts.drop(id)\n}\nexport async function open(id: string) { await store.posts.drop(id) }',
    'app/built.ts': '\'use server\'\nimport { store } from \'@acme/store\'\nimport { current } from \'@acme/session\'\nimport { action } from \'@acme/actions\'\nconst guarded = action().guard(async ({ next }) => { if (!(await current())) throw new Error(\'no\'); return next({ ctx: {} }) })\nexport const one = guarded.run(async ({ input }) => { await store.posts.drop(input) })\nexport const two = action().run(async ({ input }) => { await store.posts.drop(input) })',
  }
  const config = parseConfig({
    libraries: [
      { name: 'our sessions', packages: ['@acme/session'], calls: { current: { session: null } } },
      { name: 'our store', packages: ['@acme/store'], calls: { 'store.*.drop': { effect: 'db-write', style: 'where-data' } } },
      { name: 'our actions', packages: ['@acme/actions'], builders: { action: { middleware: ['guard'], input: [], handler: ['run'], inputName: 'input', contextName: 'ctx' } } },
    ],
  })

  it('is known by what the configuration says of it: its sessions, what it does, and its builder', () => {
    const { entries, findings } = check({ root: '/app', tree: memoryTree(files), config })
    expect(Object.fromEntries(entries.map(({ name, controls }) => [name, controls.authentication.state]))).toEqual({ remove: 'present', open: 'absent', one: 'present', two: 'absent' })
    expect(findings.filter(({ rule }) => rule === 'missing-authentication').map(({ entry }) => entry)).toEqual(['app/actions.ts#open', 'app/built.ts#two'])
    expect(run(files).findings.filter(({ rule }) => rule === 'missing-authentication')).toEqual([])
  })

  it.each([
    [{ name: 'x' }, 'libraries[0] must be'],
    [{ name: 'x', packages: ['x'], call: {} }, 'call is not known'],
    [{ name: 'x', packages: ['x'], calls: { read: { sesion: null } } }, 'libraries[0].calls["read"]: sesion is not known'],
    [{ name: 'x', packages: ['x'], calls: { read: { effect: 'writes' } } }, 'effect must be one of'],
    [{ name: 'x', packages: ['x'], builders: { action: { handler: ['run'] } } }, 'middleware is missing'],
  ])('is refused where its description is wrong: %j', (library, message) => {
    expect(() => parseConfig({ libraries: [library] })).toThrow(message)
  })
})

describe('imports', () => {
  it('may be cyclic, also as re-exports', () => {
    const files = {
      'a.ts': '\'use server\'\nimport { b } from \'./b\'\nexport async function a(id: string) { return b(id) }',
      'b.ts': 'import { a } from \'./a\'\nexport * from \'./c\'\nexport const b = (id: string): unknown => a(id)',
      'c.ts': 'export * from \'./b\'\nexport { nowhere } from \'./c\'',
    }
    expect(run(files).entries.map(({ name }) => name)).toEqual(['a'])
  })

  it('that lead to nothing leave the answer open', () => {
    const files = { 'a.ts': open.replace('{ await', '{ await guard(); await').replace('import {', 'import { guard } from \'./gone\'\nimport {') }
    const [entry] = run(files).entries
    expect(entry?.controls.authentication.state).toBe('unknown')
    expect(rulesOf(files)).not.toContain('missing-authentication')
  })

  it('work without a tsconfig', () => {
    const guard = 'import { auth } from \'@clerk/nextjs/server\'\nexport async function demand() { if (!(await auth()).userId) throw new Error(\'no\') }'
    const files = { 'src/lib/guard.ts': guard, 'src/app/a.ts': open.replace('{ await', '{ await demand(); await').replace('import {', 'import { demand } from \'@/lib/guard\'\nimport {') }
    expect(run(files).entries[0]?.controls.authentication.state).toBe('present')
  })
})

describe('exposure', () => {
  it('is derived from who imports a file, and what nobody can call fails no build', () => {
    const tier = (files: { readonly [path: string]: string }) => run({ 'app/actions.ts': open, ...files }).entries.find(({ name }) => name === 'remove')?.exposure
    expect(tier({})).toMatchObject({ tier: 'latent', derived: true })
    expect(tier({ 'app/page.tsx': 'import { remove } from \'./actions\'' })?.tier).toBe('registered')
    expect(tier({ 'app/button.tsx': '\'use client\'\nimport { remove } from \'./actions\'' })?.tier).toBe('shipped')
    expect(tier({ 'app/index.ts': 'export * from \'./actions\'', 'button.tsx': '\'use client\'\nimport { remove } from \'./app\'' })?.tier).toBe('shipped')
    expect(run({ 'app/page.tsx': open }).entries[0]?.exposure).toMatchObject({ tier: 'registered', derived: true })
    expect(run({ 'app/actions.ts': open }).findings.find(({ rule }) => rule === 'missing-authentication')?.level).toBe('warning')
  })
})

describe('the inventory', () => {
  const db = 'import { PrismaClient } from \'@prisma/client\'\nconst db = new PrismaClient()\n'
  const erase = 'await db.post.delete({ where: { id } })'
  const openIn = (files: { readonly [path: string]: string }) => run(files).entries.filter(({ controls }) => controls.authentication.state === 'absent').map(({ name }) => name)

  it('runs a default export that has no name', () => {
    expect(openIn({ 'app/actions.ts': `'use server'\n${db}export default async function (id: string) { ${erase} }` })).toEqual(['default'])
    expect(openIn({ 'pages/api/erase.ts': `${db}export default async function ({ query: { id } }, response) { ${erase}; response.end() }` })).toEqual(['default'])
  })

  it('has what a pattern exports', () => {
    const files = { 'app/actions.ts': `'use server'\n${db}const erase = async (id: string) => { ${erase} }\nexport const [first] = [erase]\nexport const { second } = { second: erase }` }
    expect(openIn(files)).toEqual(['first', 'second'])
  })

  it('calls an inline action by its own name, or that of its method', () => {
    const inline = `(id: string) { 'use server'; ${erase} }`
    const files = { 'app/page.tsx': `${db}export function made() { return async function inner${inline} }\nexport class Posts { static async erase${inline} }` }
    expect(openIn(files)).toEqual(['inner', 'erase'])
  })
})

describe('suppressions', () => {
  const suppressed = (comment: string) => run({ 'app/actions.ts': open.replace('export async', `${comment}\nexport async`) })

  it('with a reason accept a finding', () => {
    const result = suppressed('// sallyport-ignore missing-authentication until 2027-01-01: everybody may delete in the sandbox')
    expect(result.findings.map(({ rule }) => rule)).not.toContain('missing-authentication')
    expect(result.suppressed).toMatchObject([{ reason: 'everybody may delete in the sandbox', until: '2027-01-01' }])
  })

  it('hold for three lines, for a file, or for every rule, and for no more', () => {
    const left = (comment: string, gap: number) => run({ 'app/actions.ts': open.replace('export async', `${comment}${'\n'.repeat(gap)}export async`) }).findings.map(({ rule }) => rule)
    const one = '// sallyport-ignore missing-authentication: everybody may delete here'
    expect([left(one, 3).includes('missing-authentication'), left(one, 4).includes('missing-authentication')]).toEqual([false, true])
    expect(left(one, 1)).toContain('missing-validation')
    expect(left('/* sallyport-ignore *: everybody may delete here */', 1)).toEqual([])
    expect(left('// sallyport-ignore-file missing-authentication, missing-validation: a sandbox for all', 9)).toEqual([])
  })

  it.each([
    ['// sallyport-ignore missing-authentication', 'needs a reason'],
    ['// sallyport-ignore missing-authentication until 2026-01-01: everybody may delete', 'expired on 2026-01-01'],
    ['// sallyport-ignore missing-authentication until soon: everybody may delete', 'names no date'],
    ['// sallyport-ignore missing-auth: everybody may delete in the sandbox', 'there is no rule missing-auth. Did you mean missing-authentication?'],
  ])('that are flawed are findings themselves: %s', (comment, message) => {
    const { findings } = suppressed(comment)
    expect(findings.map(({ rule }) => rule)).toEqual(expect.arrayContaining(['missing-authentication', 'bad-suppression']))
    expect(findings.find(({ rule }) => rule === 'bad-suppression')?.message).toContain(message)
  })
})

describe('secrets and versions', () => {
  it('finds secrets in client files and in public variables, and leaves server files alone', () => {
    const key = ['sk', 'live', 'Q7vT2mZp9KfW4xNb8RsL'].join('_')
    expect(rulesOf({ 'a.tsx': `'use client'\nconst key = '${key}'` })).toEqual(['secret-in-client'])
    expect(rulesOf({ 'a.ts': `const key = '${key}'` })).toEqual([])
    expect(rulesOf({ 'a.tsx': '\'use client\'\nconst shown = \'AKIAIOSFODNN7EXAMPLE\'' })).toEqual([])
    expect(rulesOf({ 'a.ts': 'export const key = process.env.NEXT_PUBLIC_OPENAI_API_KEY' })).toEqual(['secret-in-public-variable'])
    expect(rulesOf({ 'a.ts': 'export const key = process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY' })).toEqual([])
  })

  const flaws = (dependencies: { readonly [name: string]: string }) => run({ 'package.json': JSON.stringify({ dependencies }) }).findings.filter(({ rule }) => rule === 'vulnerable-version').map(({ message }) => message)

  it('knows advisories by release line: a fix that was carried back counts there', () => {
    const executes = (version: string) => flaws({ next: version }).find((message) => message.includes('CVE-2025-55182'))
    for (const version of ['15.0.4', '15.1.0', '15.4.7', '15.5.6', '16.0.6']) expect(executes(version)).toContain('as of 2026-11-22')
    for (const version of ['14.2.35', '15.0.5', '15.4.8', '15.5.7', '16.0.7', '16.1.0']) expect(executes(version)).toBeUndefined()
    const passed = (version: string) => flaws({ next: version }).some((message) => message.includes('CVE-2025-29927'))
    expect(['11.1.3', '11.1.4', '12.3.4', '12.3.5', '13.5.8', '14.2.24', '14.2.25', '15.2.2', '15.2.3'].map(passed)).toEqual([false, true, true, false, true, true, false, true, false])
    expect(flaws({ next: '13.0.0' }).some((message) => message.includes('CVE-2026-94482'))).toBe(true)
    expect(flaws({ next: '16.0.0' }).some((message) => message.includes('CVE-2026-27978'))).toBe(false)
    expect(flaws({ next: '16.0.1' }).some((message) => message.includes('CVE-2026-27978'))).toBe(true)
  })

  it.each([
    [{ next: '16.4.5' }, 0, ''], [{ next: '15.5.28' }, 0, ''], [{ next: '16.4.0' }, 3, '16.4.1'], [{ next: '9.5.0' }, 0, ''], [{ next: '15.5.27' }, 2, '15.5.28'], [{ next: '14.2.35' }, 11, '15.5.28'],
    [{ 'react-server-dom-webpack': '19.3.1' }, 0, ''], [{ 'react-server-dom-webpack': '19.3.0' }, 1, '19.3.1'], [{ 'react-server-dom-webpack': '19.2.8' }, 1, '19.2.9'], [{ 'react-server-dom-webpack': '19.0.0' }, 9, '19.0.9'],
  ])('says of %j in one finding which advisories there are, and where to go', (dependencies, count, to) => {
    const found = flaws(dependencies)
    expect(found).toHaveLength(count === 0 ? 0 : 1)
    expect(found.flatMap((message) => message.match(/(?:CVE-\d|GHSA-)/g) ?? [])).toHaveLength(count)
    if (count > 0) expect(found[0]).toContain(`update to ${to} or later`)
  })

  it('makes a new finding of an advisory that is new, for a baseline', () => {
    const fingerprint = (next: string) => run({ 'package.json': JSON.stringify({ dependencies: { next } }) }).findings[0]?.fingerprint
    expect(fingerprint('16.4.0')).not.toBe(fingerprint('16.3.5'))
    expect(fingerprint('16.2.6')).toBe(fingerprint('16.2.7'))
  })

  it('says of a range which version it is about, as a warning', () => {
    const [finding] = run({ 'package.json': JSON.stringify({ dependencies: { next: '^16.4.0' } }) }).findings
    expect(finding).toMatchObject({ level: 'warning', message: expect.stringContaining('the lowest that package.json allows') })
  })
})

describe('the level of a finding', () => {
  const heals = (rest: string) => run({
    'app/page.tsx': 'import { open } from \'./actions\'',
    'app/actions.ts': ['\'use server\'', 'import fs from \'node:fs/promises\'', 'import { auth } from \'@clerk/nextjs/server\'', 'export async function open(id: string) {', 'const text = await fs.readFile(id, \'utf8\')', 'await fs.writeFile(id, text + \' kept\')', rest, '}'].join('\n'),
  }).findings.find(({ rule }) => rule === 'missing-authentication')

  it('is lower where a stored file is only kept again before the call is refused', () => {
    expect(heals('if (!(await auth()).userId) return { error: \'no\' }\n  return { text }')).toMatchObject({ level: 'warning', message: expect.stringContaining('before it asks who calls') })
    expect(heals('await auth()\n  return { text }')).toMatchObject({ level: 'error' })
  })
})

describe('spending', () => {
  const level = (guard: string) => run({
    'app/page.tsx': 'import { forgot } from \'./actions\'',
    'app/actions.ts': `'use server'\nimport { Resend } from 'resend'\nimport { Ratelimit } from '@upstash/ratelimit'\nimport { db } from './gone'\nconst resend = new Resend('x')\nconst limits = new Ratelimit({})\nexport async function forgot(email: string) {\n  const { success } = await limits.limit(email)\n  ${guard}\n  await db.resetToken.deleteMany({ where: { email } })\n  await resend.emails.send({ to: email })\n}`,
  }).findings.find(({ rule }) => rule === 'unauthenticated-spending')

  it('of anybody is less bad under a limit that holds', () => {
    expect(level('if (!success) return')).toMatchObject({ level: 'warning', message: expect.stringContaining('under a limit') })
    expect(level('if (!success) console.warn(email)')).toMatchObject({ level: 'error' })
  })
})

describe('what a route is given', () => {
  const level = (id: string) => run({
    'app/api/posts/[id]/route.ts': `import { PrismaClient } from '@prisma/client'\nconst db = new PrismaClient()\nexport async function DELETE(request: Request, { params }) {\n  const body = await request.json()\n  const { id } = await params\n  const search = new URL(request.url).searchParams\n  await db.post.delete({ where: { id: ${id} } })\n}`,
  }).findings.find(({ rule }) => rule === 'missing-validation')?.level

  it.each([['id', 'note'], ['search.get(\'id\')', 'note'], ['body.id', 'warning'], ['id + body.id', 'warning']])('is a string where it is a part of the address: %s', (id, expected) => {
    expect(level(id)).toBe(expected)
  })
})

describe('a baseline', () => {
  it('accepts what it knows, also when lines move, and nothing else', () => {
    const before = run({ 'app/actions.ts': open })
    const baseline = readBaseline(writeBaseline(before.findings))
    const moved = run({ 'app/actions.ts': `${open.replace('\'use server\'', '\'use server\'\n\n\n')}export async function clear() { await db.post.deleteMany() }` })
    expect(new Set(beyondBaseline(moved.findings, baseline).map(({ entry }) => entry))).toEqual(new Set(['app/actions.ts#clear']))
    expect(() => readBaseline('{}')).toThrow('is no baseline')
  })
})

describe('the manifest', () => {
  it('is the same for the same postures, whatever the lines', () => {
    expect(toManifest(run({ 'app/actions.ts': open }))).toBe(toManifest(run({ 'app/actions.ts': `\n\n${open}` })))
    expect(JSON.parse(toManifest(run({ 'app/actions.ts': open })))).toMatchObject({ entries: [{ id: 'app/actions.ts#remove', controls: { authentication: 'absent' } }] })
  })
})
