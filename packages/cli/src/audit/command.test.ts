import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateSigner, type IntentEvent } from 'sallyport/audit'
import { sqliteDriver, sqliteLedger, type SqlLedger } from 'sallyport/sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { auditCommand } from './command.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-cli-'))
const file = (name: string): string => join(folder, name)
const keys = generateSigner('shop.example/audit')
const facts = { action: 'order.cancel', definitionHash: 'h', environment: 'test', transport: 'direct', passed: [], version: '0' }
const intent = (id: string, actor: string): IntentEvent => ({ kind: 'intent', id, time: 1_000, facts: { ...facts, actor: { kind: 'user', id: actor } } })
let ledger: SqlLedger

beforeAll(async () => {
  ledger = sqliteLedger({ path: file('ledger.sqlite'), sealing: { signers: [keys.signerText], everyMs: 1e6 } })
  for (const id of ['a', 'b', 'c']) {
    await ledger.admit({ intent: intent(id, `user-${id}`) })
    ledger.record({ kind: 'outcome', id, time: 2_000, outcome: id === 'c' ? 'failed' : 'success', durationMs: 5, ...(id === 'c' && { reason: 'bad \u001b[2J terminal' }) })
  }
  await ledger.flush()
})

afterAll(async () => {
  await ledger.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Runs the command while the ledger is open, as beside a running application. */
async function run(...args: string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  let [code, out, err] = [-1, '', '']
  let waits = 0
  const command = auditCommand({
    out: (text) => Promise.resolve(void (out += text)), err: (text) => void (err += text), exit: (value) => void (code = value), interactive: false,
    environment: { SALLYPORT_AUDIT_SIGNER: keys.signerText, SALLYPORT_AUDIT_KEY: keys.verifierText, SALLYPORT_DB: folder }, now: () => 10_000,
    wait: () => Promise.resolve(void (waits += 1)), interrupted: () => waits > 2,
  })
  await command.parseAsync(['node', 'audit', ...args])
  return { code, out, err }
}

describe('sallyport audit', () => {
  it('searches by principal, decision and time, before anything is sealed', async () => {
    expect((await run('search', '--principal', 'user-a', '--json')).out.trim().split('\n')).toHaveLength(2)
    expect(await run('search', '--decision', 'refused')).toMatchObject({ code: 1, out: '' })
    expect((await run('search', '--since', '8s')).out).not.toContain('intent')
    expect((await run('search', '--until', '9s', '--json')).out.trim().split('\n')).toHaveLength(3)
    expect((await run('search', '--action', 'order.cancel', '--decision', 'failed', '--json')).out.trim().split('\n').map((line) => JSON.parse(line).id)).toEqual(['c'])
    for (const none of [['--action', 'order.view'], ['--tenant', 'acme'], ['--principal', 'user-z']]) expect((await run('search', ...none)).code, none.join(' ')).toBe(1)
    expect(await run('search', '--decision', 'maybe')).toMatchObject({ code: 2, err: expect.stringContaining('one of success') })
    expect(await run('search', '--db', '/nowhere')).toMatchObject({ code: 2, err: expect.stringContaining('--db') })
  })

  it('never lets an event steer the terminal', async () => {
    for (const args of [['search'], ['show', 'c']]) expect((await run(...args)).out).not.toContain('\u001b[2J')
  })

  it('shows a call, and says when there is none', async () => {
    expect((await run('show', 'c', '--json')).out.trim().split('\n').map((line) => JSON.parse(line).kind)).toEqual(['intent', 'outcome'])
    expect((await run('show', 'nobody')).code).toBe(1)
  })

  it('tails in the order of time, and follows', async () => {
    const { out } = await run('tail', '-n', '2', '--json', '--follow')
    expect(out.trim().split('\n').map((line) => JSON.parse(line).sequence)).toEqual([4, 5])
  })

  it('seals, exports a checkpoint and tiles, verifies both, and proves an entry', async () => {
    expect(await run('verify')).toMatchObject({ code: 1, out: expect.stringContaining('no checkpoint') })
    expect(await run('seal', '--json')).toMatchObject({ code: 0, out: '{"sealed":6,"refused":0,"size":6}\n' })
    expect(await run('export', '--format', 'checkpoint', '-o', file('checkpoint'))).toMatchObject({ code: 0 })
    expect(await run('export', '--format', 'tiles', '-o', file('tiles'))).toMatchObject({ code: 0, err: expect.stringContaining('6 entries') })
    for (const where of [[], ['--tiles', file('tiles')]]) {
      expect(JSON.parse((await run('verify', '--json', '--checkpoint', file('checkpoint'), ...where)).out)).toMatchObject({ ok: true, size: 6, entries: 6 })
    }
    const proof = await run('prove', '3', '--tiles', file('tiles'))
    writeFileSync(file('proof'), proof.out)
    expect(await run('verify', '--proof', file('proof'))).toMatchObject({ code: 0, out: expect.stringContaining('entry 3 is in shop.example/audit') })
    writeFileSync(file('bent'), proof.out.replace('index 3', 'index 2'))
    expect(await run('verify', '--proof', file('bent'))).toMatchObject({ code: 1 })
    expect(await run('prove', '6')).toMatchObject({ code: 2, err: expect.stringContaining('0 to 5') })
  })

  it('exports JSON lines and OCSF', async () => {
    expect((await run('export', '-o', file('events.jsonl'))).code).toBe(0)
    expect(readFileSync(file('events.jsonl'), 'utf8').trim().split('\n')).toHaveLength(6)
    const ocsf = (await run('export', '--format', 'ocsf')).out.trim().split('\n').map((line) => JSON.parse(line))
    expect(ocsf.map(({ class_uid: uid }) => uid)).toEqual([6003, 6003, 6003])
  })

  it('finds what was changed in the database', async () => {
    const driver = sqliteDriver({ path: file('ledger.sqlite') })
    await driver.transact([{ sql: 'UPDATE sallyport_audit_bundle SET data = $1', params: [Buffer.from('000568656c6c6f', 'hex')] }])
    expect(await run('verify')).toMatchObject({ code: 1, out: expect.stringContaining('missing') })
    await driver.close()
  })

  it('makes a key', async () => {
    expect((await run('key', 'other.example/audit')).out).toMatch(/^SALLYPORT_AUDIT_SIGNER=PRIVATE\+KEY\+other.example\/audit\+/u)
    expect((await run('key', 'two words')).code).toBe(2)
  })
})
