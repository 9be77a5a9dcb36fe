import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateSigner } from 'sallyport/audit'
import { removeBefore, sqliteLedger, type SqlLedger } from 'sallyport/sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { auditCommand } from './command.ts'

// More than several pages of a reader, sealed and not.
const CALLS = 1_300
const folder = mkdtempSync(join(tmpdir(), 'sallyport-long-'))
const keys = generateSigner('shop.example/audit')
const facts = { action: 'order.cancel', definitionHash: 'h', environment: 'test', transport: 'direct', passed: [], version: '0' }
let ledger: SqlLedger

beforeAll(async () => {
  ledger = sqliteLedger({ path: join(folder, 'ledger.sqlite'), sealing: { signers: [keys.signerText], everyMs: 1e6 } })
  const write = (from: number, to: number): Promise<unknown> => Promise.all(Array.from({ length: to - from }, async (_, index) => {
    const id = `call-${from + index}`
    await ledger.admit({ intent: { kind: 'intent', id, time: 1_000 + from + index, facts: { ...facts, actor: { kind: 'user', id: `user-${(from + index) % 2}` } } } })
    ledger.record({ kind: 'outcome', id, time: 1_000 + from + index, outcome: 'success', durationMs: 5 })
  }))
  await write(0, 1_000)
  await ledger.flush()
  await ledger.seal()
  await write(1_000, CALLS)
  await ledger.flush()
})

afterAll(async () => {
  await ledger.close()
  rmSync(folder, { recursive: true, force: true })
})

interface Line {
  readonly sequence: number
  readonly sealed?: boolean
  readonly id: string
  readonly kind: string
}

async function run(...args: string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  let [code, out, err] = [-1, '', '']
  const command = auditCommand({
    out: (text) => Promise.resolve(void (out += text)), err: (text) => void (err += text), exit: (value) => void (code = value), interactive: false,
    environment: { SALLYPORT_DB: folder, SALLYPORT_AUDIT_KEY: keys.verifierText }, now: () => 3_000, wait: () => Promise.resolve(), interrupted: () => false,
  })
  await command.parseAsync(['node', 'audit', ...args])
  return { code, out, err }
}

const linesOf = (text: string): readonly Line[] => text.trim().split('\n').map((line) => JSON.parse(line) as Line)
const SEALED = 2_000
/** A log of which nothing is missing, twice or out of place, and that says which numbers are for good. */
const IN_ORDER = Array.from({ length: 2 * CALLS }, (_, index) => (index < SEALED ? `${index}` : `~${index}`))
const NEWEST_FIRST = IN_ORDER.toReversed()
const sequencesOf = (lines: readonly Line[]): readonly string[] => lines.map(({ sequence, sealed }) => (sealed === false ? `~${sequence}` : `${sequence}`))
const different = (lines: readonly Line[]): number => new Set(lines.map(({ kind, id }) => `${kind} ${id}`)).size

describe('sallyport audit, of a log of many pages', () => {
  it('search --all gives every match once, the newest first or the oldest', async () => {
    const newest = linesOf((await run('search', '--all', '--json')).out)
    expect([sequencesOf(newest), different(newest)]).toEqual([NEWEST_FIRST, 2 * CALLS])
    const oldest = linesOf((await run('search', '--all', '--oldest', '--json')).out)
    expect([sequencesOf(oldest), different(oldest)]).toEqual([IN_ORDER, 2 * CALLS])
    expect(linesOf((await run('search', '--all', '--principal', 'user-1', '--json')).out)).toHaveLength(CALLS)
  })

  it('search without it gives as many as are asked for', async () => {
    expect(linesOf((await run('search', '--json')).out)).toHaveLength(100)
    expect(sequencesOf(linesOf((await run('search', '-n', '1200', '--json')).out))).toEqual(NEWEST_FIRST.slice(0, 1_200))
  })

  it('export --format jsonl writes every event once, the oldest first, to standard output or a file', async () => {
    const file = join(folder, 'events.jsonl')
    const printed = await run('export', '--format', 'jsonl')
    const lines = linesOf(printed.out)
    expect([sequencesOf(lines), different(lines)]).toEqual([IN_ORDER, 2 * CALLS])
    expect(await run('export', '--format', 'jsonl', '-o', file)).toMatchObject({ code: 0, err: expect.stringContaining('2600') })
    expect(readFileSync(file, 'utf8')).toBe(printed.out)
  })

  it('export goes by filters, and an export of nothing is an empty file', async () => {
    expect(linesOf((await run('export', '--principal', 'user-0', '--until', '1970-01-01T00:00:01.099Z')).out).map(({ id }) => id)).toHaveLength(100)
    const file = join(folder, 'nothing.jsonl')
    await run('export', '--action', 'order.view', '-o', file)
    expect(readFileSync(file, 'utf8')).toBe('')
  })

  it('verify says plainly what retention removed, and misses what somebody else did', async () => {
    expect(await removeBefore(ledger.driver, 2_000)).toEqual({ entries: 1_792, minimumIndex: 1_792 })
    expect(await run('export', '--format', 'tiles', '-o', join(folder, 'tiles'))).toMatchObject({ code: 0 })
    for (const where of [[], ['--tiles', join(folder, 'tiles')]]) {
      expect(await run('verify', ...where)).toMatchObject({ code: 0, out: expect.stringContaining('2601 entries hold\n  of these, retention removed entries 0 to 1791, as entry 2600 says') })
    }
    await ledger.driver.transact([{ sql: 'DELETE FROM sallyport_audit_bundle WHERE n = 7' }, { sql: 'UPDATE sallyport_audit_tree SET pruned = 2048' }])
    rmSync(join(folder, 'tiles/tile/entries/007'))
    for (const where of [[], ['--tiles', join(folder, 'tiles')]]) {
      expect(await run('verify', ...where)).toMatchObject({ code: 1, out: expect.stringContaining('entries 1792 to 2047 are missing') })
    }
  })

  it('says where it can not write', async () => {
    expect(await run('export', '-o', join(folder, 'no', 'such', 'folder'))).toMatchObject({ code: 2, err: expect.stringContaining('ENOENT') })
  })
})
