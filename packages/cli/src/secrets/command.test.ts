import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execFile } from 'node:child_process'
import { afterAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-secrets-cli-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const source = (path: string): string => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)))

writeFileSync(join(folder, 'secrets.ts'), `
import { defineSecrets, encryptedProvider, sqlSealedStorage, sqlSecretState } from ${source('../../../sallyport/src/secrets/index.ts')}
import { sqliteDriver } from ${source('../../../sallyport/src/stores/sqlite/driver.ts')}
const driver = sqliteDriver({ path: ${JSON.stringify(join(folder, 'ledger.sqlite'))} })
const defined = defineSecrets({
  environment: 'production', state: sqlSecretState(driver), isolation: { key: 'fingerprint-key-for-tests' },
  provider: encryptedProvider({ storage: sqlSealedStorage(driver), keys: { one: btoa('k'.repeat(32)) }, environment: 'production' }),
  secrets: { A_KEY: { description: 'signs', owner: 'desk', rotate: '30d', rotation: {} }, B_KEY: { description: 'calls', rotation: {} } },
})
const close = defined.close.bind(defined)
export const secrets = Object.assign(defined, { close: async () => { await close(); await driver.close() } })
`)
writeFileSync(join(folder, 'run.ts'), `
import { secretsCommand } from ${source('./command.ts')}
await secretsCommand().parseAsync(process.argv)
`)
writeFileSync(join(folder, 'values.env'), 'A_KEY=first-value-9Zx-aa\nB_KEY=changeme\nOTHER=x\n')

interface Run { readonly code: number; readonly out: string }
function run(args: readonly string[], input?: string): Promise<Run> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['--conditions=@sallyport/source', '--no-warnings', join(folder, 'run.ts'), ...args, '--module', 'secrets.ts'], { cwd: folder }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), out: `${stdout}${stderr}` })
    })
    child.stdin?.end(input ?? '')
  })
}

describe('sallyport secrets', () => {
  it('imports, checks, lists, rotates, revokes and fingerprints, and never shows a value', async () => {
    const outs: string[] = []
    const step = async (args: readonly string[], input?: string): Promise<Run> => {
      const result = await run(args, input)
      outs.push(result.out)
      return result
    }
    expect(await step(['check'])).toMatchObject({ code: 1, out: expect.stringContaining('A_KEY: is missing') as string })
    expect(await step(['import', '--file', 'values.env'])).toMatchObject({ code: 1, out: expect.stringMatching(/A_KEY: imported[\s\S]*B_KEY: was given a placeholder[\s\S]*OTHER: is not defined/) as string })
    expect(await step(['import', 'B_KEY'], 'second-value-7Qy-bb\n')).toMatchObject({ code: 0 })
    expect(await step(['check'])).toMatchObject({ code: 0 })
    const list = await step(['list'])
    expect(list.out).toMatch(/A_KEY .*in 29 d .*current .*desk/)
    expect(await step(['rotate', 'A_KEY'])).toMatchObject({ code: 0 })
    expect(JSON.parse((await step(['list', '--json'])).out)).toHaveLength(2)
    const prints = JSON.parse((await step(['fingerprint'])).out) as { readonly fingerprint: string }[]
    expect(prints.every(({ fingerprint }) => /^[0-9a-f]{32}$/.test(fingerprint))).toBe(true)
    expect(await step(['revoke', 'B_KEY'])).toMatchObject({ code: 0 })
    expect((await step(['check'])).out).toContain('B_KEY: has been revoked')
    expect(await step(['rotate', 'NOT_THERE'])).toMatchObject({ code: 2 })
    for (const out of outs) {
      expect(out).not.toContain('first-value-9Zx-aa')
      expect(out).not.toContain('second-value-7Qy-bb')
    }
  }, 60_000)
})
