import { mkdtempSync, rmSync } from 'node:fs'
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

  it('says so when there is no store', async () => {
    const lines: string[] = []
    let code = -1
    const host = { print: () => undefined, complain: (text: string) => void lines.push(text), exit: (to: number) => void (code = to), environment: {} }
    await identitiesCommand(host).parseAsync(['list', '--db', join(folder, 'nowhere')], { from: 'user' })
    expect([code, lines.join()]).toEqual([2, expect.stringContaining('there is no store')])
  })
})
