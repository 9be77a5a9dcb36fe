import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
  const host = { print: (text: string) => void lines.push(text), complain: (text: string) => void lines.push(text), exit: (to: number) => void (code = to), environment: {} }
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
    expect(await run('offboard', 'ann')).toMatchObject({ code: 0, text: expect.stringContaining('Ended helper') as string })
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

  it('says so when there is no store', async () => {
    const lines: string[] = []
    let code = -1
    const host = { print: () => undefined, complain: (text: string) => void lines.push(text), exit: (to: number) => void (code = to), environment: {} }
    await identitiesCommand(host).parseAsync(['list', '--db', join(folder, 'nowhere')], { from: 'user' })
    expect([code, lines.join()]).toEqual([2, expect.stringContaining('there is no store')])
  })
})
