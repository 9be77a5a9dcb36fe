import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-secrets-order-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const source = (path: string): string => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)))

// A timer that the application's module never stops, as a pool of connections would be.
writeFileSync(join(folder, 'secrets.ts'), `
import { defineSecrets, encryptedProvider, envProvider, memorySealedStorage } from ${source('../../../sallyport/src/secrets/index.ts')}
setInterval(() => {}, 1_000)
export const secrets = defineSecrets({
  environment: 'production',
  provider: encryptedProvider({ storage: memorySealedStorage(), keys: { one: btoa('k'.repeat(32)) }, environment: 'production' }),
  secrets: {
    BROKEN: { description: 'calls \\u001b[2J', provider: envProvider({ env: { BROKEN: 'changeme' } }) },
    A_KEY: { description: 'signs', rotation: {} },
  },
})
`)
// Its deadlines are over at once.
writeFileSync(join(folder, 'silent.ts'), `
import { defineSecrets } from ${source('../../../sallyport/src/secrets/index.ts')}
const clock = { now: () => 0, setTimer: (ms, run) => { const timer = setTimeout(run, 1); timer.unref(); return { cancel: () => clearTimeout(timer) } } }
export const secrets = defineSecrets({ environment: 'production', clock, provider: { name: 'silent', read: () => new Promise(() => {}) }, secrets: { A_KEY: { description: 'signs' } } })
`)
writeFileSync(join(folder, 'run.ts'), `
import { secretsCommand } from ${source('./command.ts')}
await secretsCommand().parseAsync(process.argv)
`)

interface Run { readonly code: number; readonly stdout: string; readonly stderr: string }
function run(args: readonly string[], { input = '', module = 'secrets.ts' }: { readonly input?: string; readonly module?: string } = {}): Promise<Run> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['--conditions=@sallyport/source', '--no-warnings', join(folder, 'run.ts'), ...args, '--module', module], { cwd: folder }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
    child.stdin?.end(input)
  })
}

describe('sallyport secrets, where something is out of order', () => {
  it('rotates and revokes a secret although another can not be used, and ends although the module keeps a timer', async () => {
    expect(await run(['rotate', 'A_KEY', '--compromised'])).toMatchObject({ code: 0, stdout: expect.stringContaining('A_KEY is rotated') as string })
    expect(await run(['revoke', 'A_KEY'])).toMatchObject({ code: 1, stdout: 'A_KEY has no such version.\n' })
    expect(await run(['rotate', 'BROKEN'])).toMatchObject({ code: 2, stderr: expect.stringContaining('BROKEN: is a placeholder') as string })
  })

  it('prints nothing but JSON where that is asked for, and no control characters elsewhere', async () => {
    expect(JSON.parse((await run(['import', 'A_KEY', '--json'], { input: 'first-value-9Zx-aa' })).stdout)).toEqual([{ name: 'A_KEY', status: 'imported' }])
    expect(JSON.parse((await run(['import', 'A_KEY', '--json'], { input: 'changeme' })).stdout)).toEqual([{ name: 'A_KEY', status: 'failed', message: 'A_KEY: was given a placeholder' }])
    expect((await run(['list'])).stdout).toContain('calls \ufffd[2J')
  })

  it('says of a provider that never answers that it does not', async () => {
    expect(await run(['check'], { module: 'silent.ts' })).toEqual({ code: 1, stdout: 'A_KEY: could not be read from the provider "silent": no answer within 30 seconds\n', stderr: '' })
  })
})
