import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineSecrets, encryptedProvider, sqlSealedStorage, sqlSecretState } from 'sallyport/secrets'
import { sqliteDriver } from 'sallyport/sqlite'
import { afterAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-rotate-cli-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const source = (path: string): string => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)))
const FIRST = 'third-value-5Wz-cc'
const KEY = btoa('k'.repeat(32))

writeFileSync(join(folder, 'secrets.ts'), `
import { defineSecrets, encryptedProvider, sqlSealedStorage, sqlSecretState } from ${source('../../../sallyport/src/secrets/index.ts')}
import { sqliteDriver } from ${source('../../../sallyport/src/stores/sqlite/driver.ts')}
const driver = sqliteDriver({ path: ${JSON.stringify(join(folder, 'ledger.sqlite'))} })
const defined = defineSecrets({
  environment: 'production', state: sqlSecretState(driver), isolation: { key: 'fingerprint-key-for-tests' },
  provider: encryptedProvider({ storage: sqlSealedStorage(driver), keys: { one: '${KEY}' }, environment: 'production' }),
  secrets: { SIGNING_KEY: { description: 'signs', rotation: {} } },
})
const close = defined.close.bind(defined)
export const secrets = Object.assign(defined, { close: async () => { await close(); await driver.close() } })
`)
writeFileSync(join(folder, 'run.ts'), `
import { secretsCommand } from ${source('./command.ts')}
await secretsCommand().parseAsync(process.argv)
`)

function run(args: readonly string[], input = ''): Promise<{ readonly code: number; readonly out: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['--conditions=@sallyport/source', '--no-warnings', join(folder, 'run.ts'), ...args, '--module', 'secrets.ts'], { cwd: folder }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), out: `${stdout}${stderr}` })
    })
    child.stdin?.end(input)
  })
}
async function said(...args: readonly string[]): Promise<string> {
  const { code, out } = await run(args)
  expect(code, out).toBe(0)
  return out
}

describe('a rotation by the command, with an instance of the application running', () => {
  it('waits for it, goes on where it stopped, and waits for nobody where a value is compromised', async () => {
    expect(await run(['import', 'SIGNING_KEY'], `${FIRST}\n`)).toMatchObject({ code: 0 })
    const driver = sqliteDriver({ path: join(folder, 'ledger.sqlite') })
    const instance = defineSecrets({
      environment: 'production', state: sqlSecretState(driver), isolation: { key: 'fingerprint-key-for-tests' },
      provider: encryptedProvider({ storage: sqlSealedStorage(driver), keys: { one: KEY }, environment: 'production' }),
      secrets: { SIGNING_KEY: { description: 'signs', rotation: {} } },
    })
    await instance.load()
    const current = (): string => instance.get('SIGNING_KEY').reveal()
    expect(current()).toBe(FIRST)

    expect(await said('rotate', 'SIGNING_KEY')).toMatch(/waits at the step "announce" for .*Run it again to go on/)
    expect(await said('list')).toMatch(/SIGNING_KEY .*rotating: announce/)
    // Nothing has changed: it waits still, and begins nothing anew.
    expect(await said('rotate', 'SIGNING_KEY')).not.toMatch(/^ {2}create /m)
    await instance.refresh()
    expect(await said('rotate', 'SIGNING_KEY')).toMatch(/waits at the step "overlap"/)
    expect(current()).toBe(FIRST)
    await instance.refresh()
    const second = current()
    expect(second).not.toBe(FIRST)
    expect(await said('rotate', 'SIGNING_KEY')).toContain('SIGNING_KEY is rotated')

    await instance.refresh()
    expect(await said('rotate', 'SIGNING_KEY', '--compromised')).toContain('SIGNING_KEY is rotated')
    await instance.refresh()
    expect(instance.verifying('SIGNING_KEY').map((key) => key.reveal() === second)).toEqual([false])

    const { version } = instance.get('SIGNING_KEY')
    expect(await run(['revoke', 'SIGNING_KEY', 'no-such-version'])).toMatchObject({ code: 1, out: expect.stringContaining('no such version') as string })
    expect(await said('revoke', 'SIGNING_KEY', version)).toContain(`Revoked SIGNING_KEY: ${version}`)
    await instance.refresh()
    expect(current).toThrow()
    await instance.close()
    await driver.close()
  })

  it.each([[['import']], [['import', 'SIGNING_KEY', '--file', 'secrets.ts']], [['import', '--file', 'nosuch.env']], [['nosuch']], [['revoke']]])('%j could not be done', async (args) => {
    expect(await run(args)).toMatchObject({ code: 2 })
  })
})
