import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sqliteStore } from 'sallyport/sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { identitiesCommand } from './command.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-identities-'))
const db = join(folder, 'store')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

beforeAll(async () => {
  const store = sqliteStore({ path: db })
  await store.identities.create({
    id: 'helper', kind: 'agent', name: 'Helper', purpose: 'Answers questions.', owner: 'ann', environment: 'production', ceiling: ['order:read'], state: 'active',
    createdAt: Date.now() - 200 * 86_400_000, createdBy: 'gov', lastUsedAt: null,
  })
  await store.ledger.close()
})

async function run(...words: readonly string[]): Promise<{ readonly text: string; readonly code: number }> {
  const lines: string[] = []
  let code = -1
  const host = { print: (text: string) => void lines.push(text), complain: (text: string) => void lines.push(text), exit: (to: number) => void (code = to), environment: {}, folder, finish: () => undefined }
  await identitiesCommand(host).parseAsync([...words, '--db', db], { from: 'user' })
  return { text: lines.join('\n'), code }
}

describe('sallyport identities', () => {
  it('lists, rotates, reports, suspends and ends, and leaves a trace in the log', async () => {
    expect(await run('list')).toMatchObject({ code: 0, text: expect.stringMatching(/helper +agent +active +ann +never/) as string })
    const rotated = await run('rotate', 'helper', '--days', '7')
    expect(rotated).toMatchObject({ code: 0, text: expect.stringMatching(/spi_[\w-]{43}$/) as string })
    expect(await run('report')).toMatchObject({ code: 1, text: expect.stringContaining("NHI5:2025   helper: has not used 'order:read'") as string })
    expect(await run('suspend', 'helper')).toMatchObject({ code: 0 })
    expect(await run('rotate', 'helper')).toMatchObject({ code: 1, text: expect.stringContaining('CONFLICT') as string })
    expect(await run('activate', 'helper')).toMatchObject({ code: 0 })
    // The store alone knows of no keys and no secrets: what could not be ended is no success.
    const gone = await run('offboard', 'ann')
    expect([gone.code, gone.text]).toEqual([1, expect.stringMatching(/^Ended helper;[^]*Not ended: API keys, sessions, secrets, what other systems keep of them: [^]*sallyport\.identities\.ts[^]*--module/)])
    const again = await run('offboard', 'ann', '--json')
    expect(again.code).toBe(1)
    expect(JSON.parse(again.text.slice(0, again.text.lastIndexOf('Not ended')))).toMatchObject({ ended: [], notEnded: ['keys', 'sessions', 'secrets', 'elsewhere'].map((what) => ({ what, why: 'not-configured' })) })
    expect(await run('show', 'nobody')).toMatchObject({ code: 1, text: expect.stringContaining('NOT_FOUND') as string })
    const store = sqliteStore({ path: db })
    const actions = (await store.ledger.events.search({ order: 'oldest', limit: 1_000 })).flatMap(({ event }) => (event.kind === 'intent' ? [event.facts.action] : []))
    expect(actions).toEqual(expect.arrayContaining(['identity.list', 'identity.rotate', 'identity.suspend', 'identity.activate', 'identity.offboard']))
    expect(JSON.stringify(await store.ledger.events.search({ limit: 1_000 }))).not.toContain(rotated.text.split('\n').at(-1))
    await store.ledger.close()
  })

  it('registers an agent, sets its ceiling, and refuses what can not be', async () => {
    const about = ['--purpose', 'Answers questions of guests.', '--owner', 'bea'] as const
    const registered = await run('register', 'greeter', ...about, '--ceiling', 'order:read', 'order:cancel', '--json')
    expect(registered.code).toBe(0)
    expect(JSON.parse(registered.text)).toMatchObject({ id: 'greeter', kind: 'agent', name: 'greeter', owner: 'bea', ceiling: ['order:read', 'order:cancel'], state: 'active', credentials: [] })
    expect(await run('register', 'greeter', ...about)).toMatchObject({ code: 1, text: expect.stringContaining('CONFLICT') as string })
    const bad = await run('register', 'two words', '--purpose', 'short', '--owner', 'bea')
    expect([bad.code, bad.text]).toEqual([1, expect.stringMatching(/^The arguments are not valid\.\nid: .+\npurpose: .+8/)])
    expect(await run('register', 'batch', ...about, '--kind', 'service')).toMatchObject({ code: 0, text: expect.stringMatching(/batch +service[^]*--permissions/) as string })
    const permissions = join(folder, 'permissions.txt')
    writeFileSync(permissions, 'order:read\n\norder:update\n')
    expect(await run('ceiling', 'greeter', 'order:cancel', '--permissions', permissions)).toMatchObject({ code: 1, text: expect.stringContaining('"ceiling":"unknown"') as string })
    expect(await run('ceiling', 'greeter', 'order')).toMatchObject({ code: 2, text: "'order' is not a permission: write order:update" })
    const narrowed = await run('ceiling', 'greeter', 'order:read', '--permissions', permissions, '--json')
    expect([narrowed.code, (JSON.parse(narrowed.text) as { ceiling: unknown }).ceiling]).toEqual([0, ['order:read']])
    const none = await run('ceiling', 'greeter', '--json')
    expect([none.code, (JSON.parse(none.text) as { ceiling: unknown }).ceiling]).toEqual([0, []])
    const people = join(folder, 'people.txt')
    writeFileSync(people, 'ann\n')
    expect(await run('register', 'another', ...about, '--people', people)).toMatchObject({ code: 1, text: expect.stringContaining('"owner":"unknown"') as string })
    const store = sqliteStore({ path: db })
    const actions = (await store.ledger.events.search({ limit: 1_000 })).flatMap(({ event }) => (event.kind === 'intent' ? [event.facts.action] : []))
    expect(actions).toEqual(expect.arrayContaining(['identity.register', 'identity.setCeiling']))
    await store.ledger.close()
  })

  it('narrows a credential to scopes, keeps them, and widens it when it is told to', async () => {
    await run('register', 'reader', '--purpose', 'Reads what it is told to.', '--owner', 'bea')
    const scopesAfter = async (...words: readonly string[]): Promise<unknown> => (JSON.parse((await run('rotate', 'reader', '--json', ...words)).text) as { readonly scopes: unknown }).scopes
    expect(await scopesAfter('--scopes', 'orders', 'prices')).toEqual(['orders', 'prices'])
    expect(await scopesAfter()).toEqual(['orders', 'prices'])
    expect((await run('rotate', 'reader')).text).toContain('for the scopes orders prices')
    expect(await scopesAfter('--all-scopes')).toBeNull()
  })

  it('works for one tenant, and sees nothing of the others', async () => {
    const about = ['--purpose', 'Works for a tenant.', '--owner', 'bea', '--tenant', 'acme'] as const
    expect((await run('register', 'acme-bot', ...about)).code).toBe(0)
    expect((await run('list')).text).not.toContain('acme-bot')
    expect((await run('list', '--tenant', 'acme')).text).toMatch(/acme-bot/)
    expect(await run('offboard', 'bea', '--tenant', 'acme')).toMatchObject({ code: 1, text: expect.stringContaining('Of tenant acme: ended acme-bot;') as string })
  })

  it('says so when there is no store', async () => {
    const lines: string[] = []
    let code = -1
    const host = { print: () => undefined, complain: (text: string) => void lines.push(text), exit: (to: number) => void (code = to), environment: {}, folder, finish: () => undefined }
    await identitiesCommand(host).parseAsync(['list', '--db', join(folder, 'nowhere')], { from: 'user' })
    expect([code, lines.join()]).toEqual([2, expect.stringContaining('there is no store')])
    const mistaken = mkdtempSync(join(tmpdir(), 'sallyport-mistaken-'))
    await identitiesCommand(host).parseAsync(['list', '--db', mistaken], { from: 'user' })
    expect([code, lines.length, readdirSync(mistaken)]).toEqual([2, 2, []])
    rmSync(mistaken, { recursive: true })
  })
})

describe('sallyport identities, with the module that calls identityActions', () => {
  const shop = join(folder, 'shop')
  mkdirSync(shop)
  const source = (path: string): string => JSON.stringify(fileURLToPath(new URL(`../../../sallyport/src/${path}`, import.meta.url)))
  // Keys in a file, so that another process finds them; a timer that is never cleared, as a pool of connections would be.
  writeFileSync(join(shop, 'application.ts'), `
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { apiKeys, createPort, definePolicy, firstOf, identityActions, memoryApiKeyStore } from ${source('index.ts')}
import { defineSecrets, sqlSecretState } from ${source('secrets/index.ts')}
import { sqliteDriver, sqliteStore } from ${source('stores/sqlite/index.ts')}
const path = (name) => new URL(name, import.meta.url)
const read = () => (existsSync(path('keys.json')) ? JSON.parse(readFileSync(path('keys.json'), 'utf8')) : [])
const write = (records) => writeFileSync(path('keys.json'), JSON.stringify(records))
export const keys = {
  find: (id) => read().find((one) => one.id === id) ?? null,
  add: (record) => write([...read(), record]),
  revoke: (id, now) => (write(read().map((one) => (one.id === id ? { ...one, revokedAt: now } : one))), true),
  keysOf: (id) => read().filter((one) => one.owner === id || one.principal.id === id),
  setOwner: (id, owner) => (write(read().map((one) => (one.id === id ? { ...one, owner } : one))), true),
}
const store = sqliteStore({ path: path('store').pathname })
const driver = sqliteDriver({ path: path('store/ledger.sqlite').pathname })
export const secrets = defineSecrets({
  environment: 'staging', state: sqlSecretState(driver), isolation: { key: 'a fingerprint key for tests' },
  provider: { name: 'test', read: async ({ name }) => ({ value: name + '-9Zx-aa-Kd82-mN4v', version: '1' }) },
  secrets: { ANNS: { description: 'what Ann signs in with', principal: 'ann' }, TEAMS: { description: 'what the team signs in with', owner: 'ann' } },
})
const port = createPort({
  name: 'shop', environment: 'staging', store, secrets, log: () => undefined,
  identity: firstOf([apiKeys({ store: keys }), { name: 'tokens', authenticate: () => null }]),
  policy: definePolicy({ roles: { governor: ['identity:govern', 'order:read'] } }),
  rolesOf: (id) => (id === 'gone' ? null : []),
})
export const made = identityActions(port, { permission: 'identity:govern', alsoEnd: (id) => appendFileSync(path('left.txt'), id + '\\n'), ...(process.env['CAN_END'] === undefined ? {} : { endSessions: () => 2 }) })
setInterval(() => undefined, 1_000)
`)
  writeFileSync(join(shop, 'named.ts'), "export { made as identities } from './application.ts'\n")
  writeFileSync(join(shop, 'other.ts'), 'export const nothing = {}\n')
  writeFileSync(join(shop, 'run.ts'), `import { identitiesCommand } from ${JSON.stringify(fileURLToPath(new URL('./command.ts', import.meta.url)))}\nawait identitiesCommand().parseAsync(process.argv)\n`)
  writeFileSync(join(shop, 'issue.ts'), `
import { issueApiKey } from ${source('index.ts')}
import { keys } from './application.ts'
await issueApiKey({ store: keys, principal: { kind: 'user', id: 'ann', roles: [] }, expiresIn: '1d', now: Date.now() })
await issueApiKey({ store: keys, principal: { kind: 'service', id: 'nightly', roles: [], owner: 'ann' }, expiresIn: '1d', now: Date.now() })
process.exit()
`)
  const node = (file: string, args: readonly string[] = [], environment: object = {}): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> =>
    new Promise((resolve) => {
      const options = { cwd: shop, env: { ...process.env, ...environment }, timeout: 50_000 }
      execFile(process.execPath, ['--conditions=@sallyport/source', '--no-warnings', join(shop, file), ...args], options, (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }))
    })
  const revoked = (): readonly boolean[] => (JSON.parse(readFileSync(join(shop, 'keys.json'), 'utf8')) as readonly { readonly revokedAt?: number }[]).map(({ revokedAt }) => revokedAt !== undefined)

  it('ends API keys, secrets and what is elsewhere too, and is a success only when nothing is left', async () => {
    expect((await node('issue.ts')).stderr).toBe('')
    const register = ['register', 'helper', '--purpose', 'Answers questions.', '--owner', 'ann', '--module', 'named.ts'] as const
    expect(await node('run.ts', [...register, '--ceiling', 'order:close'])).toMatchObject({ code: 1, stderr: expect.stringContaining('"ceiling":"unknown"') as string })
    expect(await node('run.ts', [...register, '--ceiling', 'order:read'])).toMatchObject({ code: 0, stderr: '' })
    expect(await node('run.ts', ['offboard', 'ann', '--to', 'gone', '--module', 'named.ts'])).toMatchObject({ code: 1, stderr: expect.stringContaining('"owner":"unknown"') as string })
    expect(revoked()).toEqual([false, false])

    const gone = await node('run.ts', ['offboard', 'ann', '--module', 'named.ts'])
    expect(gone.stdout).toMatch(/^Ended helper; handed over none\.\nGrants revoked: 0; requests withdrawn: 0; API keys revoked: 2, handed over: 0; sessions ended: 0; secrets revoked: ANNS\.\n$/)
    expect(gone.stderr).toMatch(/^Not ended: what they sign in with of tokens: .*endSessions.*\nNot ended: secrets TEAMS: they answered for it.*\n$/)
    expect(gone.code).toBe(1)
    expect(revoked()).toEqual([true, true])
    expect(readFileSync(join(shop, 'left.txt'), 'utf8')).toBe('ann\nhelper\n')

    // In the folder of the application nothing has to be named, and a provider that can't is the application's to stand in for.
    writeFileSync(join(shop, 'sallyport.identities.ts'), "export { made } from './application.ts'\n")
    expect(await node('run.ts', ['offboard', 'bea'], { CAN_END: 'yes' })).toMatchObject({ code: 0, stdout: expect.stringContaining('sessions ended: 2') as string, stderr: '' })
    expect(JSON.parse((await node('run.ts', ['list', '--json'])).stdout)).toMatchObject({ identities: [{ id: 'helper', state: 'ended', environment: 'staging' }] })
  }, 120_000)

  it('refuses a module that is not there or says nothing, and options that it answers', async () => {
    const refused = async (...args: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await node('run.ts', args)
      expect([code, stdout]).toEqual([2, ''])
      return stderr
    }
    expect(await refused('list', '--module', 'nowhere.ts')).toContain('there is no module at')
    expect(await refused('list', '--module', 'other.ts')).toContain('exports nothing that identityActions gave')
    expect(await refused('list', '--module', 'named.ts', '--db', 'store')).toContain('leave out --db')
    expect(await refused('list', '--module', 'named.ts', '--people', 'people.txt')).toContain('leave out --people')
  }, 120_000)
})
