import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generateSigner } from 'sallyport/audit'
import { sqliteLedger } from 'sallyport/sqlite'
import { afterAll, describe, expect, it } from 'vitest'

const bin = fileURLToPath(new URL('../bin.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'sallyport-beside-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const keys = generateSigner('shop.example/audit')

function audit(...words: readonly string[]): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  const child = spawn(process.execPath, ['--conditions=@sallyport/source', '--disable-warning=ExperimentalWarning', bin, 'audit', ...words], {
    env: { ...process.env, SALLYPORT_DB: join(folder, 'ledger.sqlite'), SALLYPORT_AUDIT_KEY: keys.verifierText, SALLYPORT_AUDIT_SIGNER: keys.signerText },
  })
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (err += text))
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })))
}

describe('sallyport audit, a process of its own', () => {
  it('reads and verifies while the application writes and seals', async () => {
    const ledger = sqliteLedger({ path: join(folder, 'ledger.sqlite'), sealing: { signers: [keys.signerText], everyMs: 10 } })
    const facts = { action: 'order.cancel', definitionHash: 'h', environment: 'test', transport: 'direct', passed: [], version: '0', actor: { kind: 'user', id: 'alice' } } as const
    let [calls, running] = [0, true]
    const call = async (): Promise<void> => {
      const id = `call-${(calls += 1)}`
      await ledger.admit({ intent: { kind: 'intent', id, time: Date.now(), facts } })
      ledger.record({ kind: 'outcome', id, time: Date.now(), outcome: 'success', durationMs: 1 })
    }
    await call()
    await ledger.flush()
    await ledger.seal()
    const application = Promise.all(Array.from({ length: 4 }, async () => {
      while (running) await call()
    }))
    const [verified, found, tail] = await Promise.all([audit('verify', '--json'), audit('search', '--action', 'order.cancel', '--principal', 'alice', '--decision', 'success', '--since', '1h', '-n', '7', '--json'), audit('tail', '-n', '3', '--json')])
    expect(verified).toMatchObject({ code: 0, err: '' })
    expect(JSON.parse(verified.out)).toMatchObject({ ok: true, problems: [], unsealed: { authenticated: true, problems: [] } })
    expect([found.code, found.out.trim().split('\n').length]).toEqual([0, 7])
    expect([tail.code, tail.out.trim().split('\n').length]).toEqual([0, 3])
    running = false
    await application
    await ledger.close()
    expect(JSON.parse((await audit('verify', '--json')).out)).toMatchObject({ ok: true, entries: calls * 2, unsealed: { entries: 0 } })
  })
})
