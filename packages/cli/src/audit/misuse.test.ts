import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generateSigner, parseNote, parseSigner, signNote } from 'sallyport/audit'
import { sqliteDriver, sqliteLedger, type SqlLedger } from 'sallyport/sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { auditCommand } from './command.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-misuse-'))
const file = (name: string): string => join(folder, name)
const keys = generateSigner('shop.example/audit')
const facts = { action: 'order.cancel', definitionHash: 'h', environment: 'test', transport: 'direct', passed: [], version: '0' }
let ledger: SqlLedger

beforeAll(async () => {
  ledger = sqliteLedger({ path: file('ledger.sqlite'), sealing: { signers: [keys.signerText], everyMs: 1e6 } })
  await Promise.all(Array.from({ length: 600 }, (_, index) => ledger.admit({ intent: { kind: 'intent', id: `call-${index}`, time: 1_000 + index, facts } })))
  ledger.record({ kind: 'outcome', id: 'odd', time: 2_000, outcome: 'failed', durationMs: 1, reason: 'one \u009b2J two \u2028 three' })
  await ledger.flush()
  await ledger.seal()
})

afterAll(async () => {
  await ledger.close()
  rmSync(folder, { recursive: true, force: true })
})

interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

async function run(args: readonly string[], { interruptedAfter = Infinity, rounds = Infinity, environment = { SALLYPORT_DB: folder } as Record<string, string> } = {}): Promise<Ended> {
  let [code, out, err, lines, waits] = [-1, '', '', 0, 0]
  const command = auditCommand({
    out: (text) => Promise.resolve(void ((lines += 1), (out += text))), err: (text) => void (err += text), exit: (value) => void (code = value), interactive: false,
    environment: { SALLYPORT_AUDIT_KEY: keys.verifierText, ...environment }, now: () => Date.UTC(2026, 0, 31), wait: () => Promise.resolve(void (waits += 1)), interrupted: () => lines >= interruptedAfter || waits >= rounds - 1,
  })
  await command.parseAsync(['node', 'audit', ...args])
  return { code, out, err }
}

describe('sallyport audit, asked for what it can not do', () => {
  it('takes no time for another than was meant', async () => {
    for (const when of ['10', '0', 'last 5', 'yesterday 1', '2026-02-30', '2026-13-01', '-5m', '5x', '', '99999999999999999999d', '2026-01-31T12:00:00 Europe/Paris']) {
      expect(await run(['search', '--since', when]), when).toMatchObject({ code: 2, out: '', err: expect.stringContaining('--since takes a span') })
    }
    for (const when of ['2026', '2026-01', '2026-01-31', '2026-01-31T12:00', '2026-01-31 12:00:30', '2026-01-31T12:00:00.5Z', '2026-01-31T12:00:00+01:00', '90s', '15m', '24h', '7d', '2w']) {
      expect((await run(['search', '--since', when])).err, when).not.toContain('takes')
    }
  })

  it('takes no count for another than was meant', async () => {
    for (const count of ['', ' ', '1e1', '0x10', '-1', '1.5', 'all']) {
      for (const args of [['search', '-n', count], ['tail', '-n', count], ['prove', '--', count]]) expect(await run(args), args.join(' ')).toMatchObject({ code: 2, out: '', err: expect.stringContaining('whole number') })
    }
  })

  it('takes one log, and filters only where they filter', async () => {
    for (const args of [
      ['verify', '--db', folder, '--tiles', folder], ['verify', '--db', folder, '--database-url', 'postgres://127.0.0.1:1/none'], ['seal', '--tiles', folder],
      ['export', '--format', 'tiles', '-o', file('filtered'), '--principal', 'alice'], ['export', '--format', 'checkpoint', '--since', '1h'],
    ]) expect(await run(args, { environment: { SALLYPORT_DB: folder, SALLYPORT_AUDIT_SIGNER: keys.signerText } }), args.join(' ')).toMatchObject({ code: 2, out: '' })
    expect(existsSync(file('filtered'))).toBe(false)
  })

  it('says so when it was interrupted, and takes a part for no whole', async () => {
    for (const args of [['export'], ['search', '--all']]) {
      const { code, out, err } = await run(args, { interruptedAfter: 5 })
      expect({ code, lines: out.split('\n').length - 1, err }, args[0]).toEqual({ code: 130, lines: 5, err: expect.stringContaining('interrupted') })
    }
  })

  it('names what is no log, and one that is newer than itself', async () => {
    const empty = sqliteDriver({ path: file('empty.sqlite') })
    await empty.migrate('other', ['CREATE TABLE other (id BIGINT PRIMARY KEY)'])
    await empty.close()
    writeFileSync(file('text'), 'no database, and long enough to be read as one '.repeat(100))
    for (const other of ['empty.sqlite', 'text']) {
      expect(await run(['verify', '--db', file(other)]), other).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/no audit log|not a database/u) })
    }
    const newer = sqliteDriver({ path: file('ledger.sqlite') })
    await newer.transact([{ sql: "UPDATE sallyport_migration SET version = version + 1 WHERE name = 'audit'" }])
    for (const args of [['verify'], ['search'], ['export', '--format', 'tiles', '-o', file('newer')]]) expect(await run(args), args[0]).toMatchObject({ code: 2, out: '', err: expect.stringContaining('upgrade') })
    await newer.transact([{ sql: "UPDATE sallyport_migration SET version = version - 1 WHERE name = 'audit'" }])
    await newer.close()
  })

  it('says of what is no key, and no file either, that it is neither', async () => {
    expect(await run(['verify', '-k', 'shop.example'])).toMatchObject({ code: 2, err: expect.stringContaining('shop.example is neither a public key') as string })
  })

  it('reads a key from a file, whatever the file is called', async () => {
    writeFileSync(file('a+b.pub'), `${keys.verifierText}\n`)
    expect((await run(['verify', '-k', file('a+b.pub')])).code).toBe(0)
    writeFileSync(file('printed.pub'), `SALLYPORT_AUDIT_KEY=${keys.verifierText}\n`)
    for (const printed of [file('printed.pub'), `SALLYPORT_AUDIT_KEY=${keys.verifierText}`]) expect((await run(['verify', '-k', printed])).code).toBe(0)
    expect(await run(['verify', '-k', file('none.pub')])).toMatchObject({ code: 2, err: expect.stringContaining('none.pub') })
    const { err } = await run(['verify', '-k', keys.signerText])
    expect(err).not.toContain(keys.signerText.split('+').at(-1))
  })

  it('takes the key of a witness for what it is', async () => {
    const witness = generateSigner('witness.example/w1', 'cosignature')
    expect(await run(['verify', '-k', keys.verifierText, '-k', witness.verifierText])).toMatchObject({ code: 2, err: expect.stringContaining('--witness') })
    expect(await run(['verify', '--witness', witness.verifierText])).toMatchObject({ code: 2, err: expect.stringContaining('--checkpoint') })
    const checkpoint = (await run(['export', '--format', 'checkpoint'])).out
    writeFileSync(file('alone'), checkpoint)
    writeFileSync(file('cosigned'), checkpoint + signNote(parseNote(checkpoint).text, [parseSigner(witness.signerText)], 7).slice(parseNote(checkpoint).text.length + 1))
    expect(await run(['verify', '-c', file('alone'), '--witness', witness.verifierText])).toMatchObject({ code: 1, out: expect.stringContaining('not cosigned by witness.example/w1') })
    expect((await run(['verify', '-c', file('cosigned'), '--witness', witness.verifierText])).code).toBe(0)
  })

  it('seals on when the database comes back, where it watches, and says that it is away', async () => {
    const environment = { SALLYPORT_AUDIT_SIGNER: keys.signerText }
    const away = ['seal', '--database-url', 'postgres://postgres@127.0.0.1:1/none']
    expect(await run(away, { environment })).toMatchObject({ code: 2, out: '' })
    const { code, err } = await run([...away, '--watch'], { environment, rounds: 3 })
    expect([code, err.match(/trying again/gu)?.length]).toEqual([0, 3])
  })

  it('never lets an event steer the terminal, as JSON neither', async () => {
    for (const args of [['show', 'odd'], ['show', 'odd', '--json'], ['export', '--since', '1970-01-01T00:00:02Z']]) expect((await run(args)).out, args.join(' ')).not.toMatch(/[\u0080-\u009f\u2028]/u)
    expect(JSON.parse((await run(['show', 'odd', '--json'])).out)).toMatchObject({ reason: 'one \u009b2J two \u2028 three' })
  })
})

describe('sallyport audit, a process whose reader goes away', () => {
  it('ends as what it found, not as if all were well', async () => {
    copyFileSync(file('ledger.sqlite'), file('copy.sqlite'))
    copyFileSync(file('ledger.sqlite-wal'), file('copy.sqlite-wal'))
    const other = generateSigner('shop.example/audit')
    const ended = (key: string, ...args: readonly string[]): Promise<{ readonly code: number | null; readonly err: string }> => {
      const child = spawn(process.execPath, ['--conditions=@sallyport/source', '--disable-warning=ExperimentalWarning', fileURLToPath(new URL('../bin.ts', import.meta.url)), 'audit', ...args, '--db', file('copy.sqlite')], { env: { ...process.env, SALLYPORT_AUDIT_KEY: key } })
      child.stdout.destroy()
      let err = ''
      child.stderr.setEncoding('utf8').on('data', (text: string) => void (err += text))
      return new Promise((resolve) => child.once('close', (code) => resolve({ code, err })))
    }
    expect(await ended(other.verifierText, 'verify')).toEqual({ code: 1, err: '' })
    expect(await ended(keys.verifierText, 'verify')).toEqual({ code: 0, err: '' })
    expect(await ended(keys.verifierText, 'search', '--all', '--json')).toEqual({ code: 0, err: '' })
  })
})
