import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'

// An application whose steps quote what they were given, as clients of HTTP do.
const folder = mkdtempSync(join(tmpdir(), 'sallyport-quoting-cli-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const source = (path: string): string => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)))
const FIRST = 'first-value-9Zx-aa'
const MADE = 'made-by-the-issuer-7Yw'

writeFileSync(join(folder, 'secrets.ts'), `
import { defineSecrets, encryptedProvider, envProvider, sqlSealedStorage, sqlSecretState } from ${source('../../../sallyport/src/secrets/index.ts')}
import { sqliteDriver } from ${source('../../../sallyport/src/stores/sqlite/driver.ts')}
const driver = sqliteDriver({ path: ${JSON.stringify(join(folder, 'ledger.sqlite'))} })
const refuse = (step) => ({ value }) => { if (process.env.BROKEN === step) throw new Error('401 for ' + value + ' (' + btoa(value) + ')') }
const defined = defineSecrets({
  environment: 'production', state: sqlSecretState(driver), isolation: { key: 'fingerprint-key-for-tests' },
  provider: encryptedProvider({ storage: sqlSealedStorage(driver), keys: { one: btoa('k'.repeat(32)) }, environment: 'production' }),
  secrets: {
    KEY: { description: 'calls', rotation: { create: () => '${MADE}', test: refuse('test'), revoke: refuse('revoke') } },
    PLAIN: { description: 'is too plain', optional: true, provider: envProvider({ env: { PLAIN: process.env.PLAIN } }) },
  },
})
const close = defined.close.bind(defined)
export const secrets = Object.assign(defined, { close: async () => { await close(); await driver.close() } })
`)
writeFileSync(join(folder, 'run.ts'), `
import { secretsCommand } from ${source('./command.ts')}
await secretsCommand().parseAsync(process.argv)
`)

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}, input = ''): Promise<{ readonly code: number; readonly out: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['--conditions=@sallyport/source', '--no-warnings', join(folder, 'run.ts'), ...args, '--module', 'secrets.ts'], { cwd: folder, env: { ...process.env, ...env } }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), out: `${stdout}${stderr}` })
    })
    child.stdin?.end(input)
  })
}

it('shows no value that a step of a rotation quotes, of the new version or of the one in use', async () => {
  expect(await run(['import', 'KEY'], {}, FIRST)).toMatchObject({ code: 0 })
  for (const [args, env, code] of [
    [['rotate', 'KEY'], { BROKEN: 'test' }, 1],
    [['rotate', 'KEY', '--json'], { BROKEN: 'test' }, 1],
    [['rotate', 'KEY'], { BROKEN: 'revoke' }, 2],
    [['revoke', 'KEY'], { BROKEN: 'revoke' }, 2],
  ] as const) {
    const result = await run(args, env)
    expect(result).toMatchObject({ code, out: expect.stringMatching(/401 for \[[^ ]*.* \(\[REDACTED\]\)/) as string })
    for (const value of [FIRST, MADE]) for (const form of [value, btoa(value)]) expect(result.out).not.toContain(form)
  }
  // It is gone on with, where the issuer answers again.
  expect(await run(['rotate', 'KEY'])).toMatchObject({ code: 0, out: expect.stringContaining('KEY is rotated') as string })
})

it('tells a value that is too plain for a port to start with, and can still work on the others', async () => {
  expect(await run(['check'], { PLAIN: 'abcd' })).toMatchObject({ code: 1, out: expect.stringMatching(/PLAIN: is too short or too plain/) as string })
  expect(await run(['list'], { PLAIN: 'abcd' })).toMatchObject({ code: 0 })
  expect(await run(['rotate', 'KEY'], { PLAIN: 'abcd' })).toMatchObject({ code: 0 })
})
