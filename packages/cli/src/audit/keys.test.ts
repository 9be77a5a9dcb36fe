import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateSigner } from 'sallyport/audit'
import { sqliteLedger, type SealingOptions } from 'sallyport/sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { auditCommand } from './command.ts'

const ORIGIN = 'shop.example/audit'
const facts = { action: 'order.cancel', definitionHash: 'h', environment: 'test', transport: 'direct', passed: [], version: '0' }

/** A log in a folder of its own: calls of an application, and the command beside it, with the secrets that each is given. */
function scene() {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-keys-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'ledger.sqlite')
  let calls = 0
  return {
    file: (name: string) => join(folder, name),
    async application(sealing: SealingOptions): Promise<void> {
      const ledger = sqliteLedger({ path, sealing: { ...sealing, everyMs: 1e6 } })
      for (const end = calls + 3; calls < end; calls += 1) await ledger.admit({ intent: { kind: 'intent', id: `call-${calls}`, time: 1_000, facts } })
      await ledger.close()
    },
    async run(environment: Record<string, string>, ...args: string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
      let [code, out, err] = [-1, '', '']
      const command = auditCommand({
        out: (text) => Promise.resolve(void (out += text)), err: (text) => void (err += text), exit: (value) => void (code = value), interactive: false,
        environment: { SALLYPORT_DB: folder, ...environment }, now: () => 10_000, wait: () => Promise.resolve(), interrupted: () => false,
      })
      await command.parseAsync(['node', 'audit', ...args])
      return { code, out, err }
    },
  }
}

describe('the keys of a log', () => {
  it('are kept away from the application: it makes MACs, and another process seals and signs', async () => {
    const { application, run } = scene()
    const keys = generateSigner(ORIGIN)
    const macSecret = randomBytes(32)
    const sealer = { SALLYPORT_AUDIT_SIGNER: keys.signerText, SALLYPORT_AUDIT_KEY: keys.verifierText, SALLYPORT_AUDIT_MAC_SECRET: macSecret.toString('base64') }
    for (let round = 1; round < 4; round += 1) {
      await application({ macSecret })
      expect(JSON.parse((await run(sealer, 'verify', '--json')).out)).toMatchObject({ unsealed: { entries: 3, authenticated: true, problems: [] } })
      expect(await run(sealer, 'seal', '--json')).toMatchObject({ code: 0, out: `{"sealed":3,"refused":0,"size":${round * 3}}\n` })
    }
    expect(await run({ SALLYPORT_AUDIT_KEY: keys.verifierText }, 'verify')).toMatchObject({ code: 0, out: expect.stringContaining('9 entries hold') })
    expect(await run({ ...sealer, SALLYPORT_AUDIT_MAC_SECRET: 'short' }, 'seal')).toMatchObject({ code: 2, err: expect.stringContaining('32 bytes') })
  })

  it('are rotated step by step, and every checkpoint of the way is still good for who has its key', async () => {
    const { application, run, file } = scene()
    const [old, next] = [generateSigner(ORIGIN), generateSigner(ORIGIN)]
    const steps = [[old], [old, next], [next, old], [next]]
    const verified = async (key: typeof old, ...more: string[]): Promise<number> => (await run({}, 'verify', '-k', key.verifierText, ...more)).code
    for (const [step, signers] of steps.entries()) {
      await application({ signers: signers.map(({ signerText }) => signerText) })
      expect((await run({}, 'export', '--format', 'checkpoint', '-o', file(`checkpoint-${step}`))).code).toBe(0)
      expect([await verified(old), await verified(next)]).toEqual([old, next].map((key) => (signers.includes(key) ? 0 : 1)))
    }
    expect(await verified(next, '-c', file('checkpoint-1'), '-c', file('checkpoint-2'))).toBe(0)
    expect(await verified(next, '-c', file('checkpoint-0'))).toBe(1)
    expect(await verified(next, '-k', old.verifierText, '-c', file('checkpoint-0'))).toBe(0)
    expect(JSON.parse((await run({}, 'verify', '-k', next.verifierText, '--json')).out)).not.toHaveProperty('unvouched')
  })

  it('are those of another name where the log has one of its own', async () => {
    const { application, run, file } = scene()
    const keys = generateSigner('key.example/1')
    const environment = { SALLYPORT_AUDIT_SIGNER: keys.signerText, SALLYPORT_AUDIT_KEY: keys.verifierText }
    await application({ signers: [keys.signerText], origin: ORIGIN })
    expect(await run(environment, 'verify')).toMatchObject({ code: 1, out: expect.stringContaining('another log') })
    const ledger = sqliteLedger({ path: file('ledger.sqlite'), sealing: { signers: [keys.signerText], origin: ORIGIN, everyMs: 1e6 } })
    onTestFinished(() => ledger.close())
    await ledger.admit({ intent: { kind: 'intent', id: 'waits', time: 1_000, facts } })
    expect(JSON.parse((await run(environment, 'verify', '--origin', ORIGIN, '--json')).out)).toMatchObject({ ok: true, unsealed: { entries: 1, authenticated: true, problems: [] } })
  })
})
