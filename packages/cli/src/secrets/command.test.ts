import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execFile } from 'node:child_process'
import { createPort, definePolicy } from 'sallyport'
import { memoryStore } from 'sallyport/memory'
import { defineSecrets, envProvider, type SecretStatus } from 'sallyport/secrets'
import { sqliteStore } from 'sallyport/sqlite'
import { testUser } from 'sallyport/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { usesTable } from './table.ts'
import { usesOf, type SecretUse } from './uses.ts'

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
const revealed: string[] = []
// A real call whose handler reveals a secret: the log says which.
async function useASecret(): Promise<void> {
  const store = sqliteStore({ path: join(folder, 'log') })
  const known = defineSecrets({ environment: 'production', provider: envProvider({ env: { A_KEY: 'first-value-9Zx-aa' } }), secrets: { A_KEY: { description: 'signs' } } })
  const policy = definePolicy({ roles: { clerk: ['order:charge'] } })
  const port = createPort({ environment: 'production', policy, secrets: known, store, identity: { name: 'none', authenticate: () => null }, log: () => undefined })
  await known.load()
  const charge = port.define('order.charge').noInput().authorize('order:charge').outputSchema(z.boolean()).action(() => {
    revealed.push(port.secret('A_KEY').reveal())
    return true
  })
  for (const id of ['ann', 'ben', 'ben']) expect(await charge.call({ principal: testUser(id, ['clerk']), input: undefined })).toEqual({ data: true })
  await port.close()
  await known.close()
}
writeFileSync(join(folder, 'run.ts'), `
import { secretsCommand } from ${source('./command.ts')}
await secretsCommand().parseAsync(process.argv)
`)
writeFileSync(join(folder, 'values.env'), 'A_KEY=first-value-9Zx-aa\nB_KEY=changeme\nOTHER=x\n')

interface Run { readonly code: number; readonly out: string; readonly stdout: string; readonly stderr: string }
function run(args: readonly string[], input?: string): Promise<Run> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['--conditions=@sallyport/source', '--no-warnings', join(folder, 'run.ts'), ...args, '--module', 'secrets.ts'], { cwd: folder }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), out: `${stdout}${stderr}`, stdout, stderr })
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
    expect(list.stderr).toContain('say where the audit log is')
    expect(await step(['list', '--db', 'nowhere'])).toMatchObject({ code: 2, stderr: expect.stringContaining('there is no log at nowhere') as string })
    // The commands before have ended: nobody has to be waited for.
    const rotated = await step(['rotate', 'A_KEY', '--json'])
    expect(JSON.parse(rotated.stdout)).toMatchObject({ status: 'done' })
    expect(rotated.stderr.match(/^ {2}\w+/gm)?.map((word) => word.trim())).toEqual(['create', 'test', 'announce', 'promote', 'overlap', 'revoke', 'destroy'])
    expect(JSON.parse((await step(['list', '--json'])).stdout)).toHaveLength(2)
    const prints = JSON.parse((await step(['fingerprint'])).out) as { readonly fingerprint: string }[]
    expect(prints.every(({ fingerprint }) => /^[0-9a-f]{32}$/.test(fingerprint))).toBe(true)
    expect(await step(['revoke', 'B_KEY'])).toMatchObject({ code: 0 })
    expect((await step(['check'])).out).toContain('B_KEY: has been revoked')
    expect((await step(['list'])).out).toMatch(/B_KEY .* revoked /)
    expect(await step(['rotate', 'NOT_THERE'])).toMatchObject({ code: 2 })
    expect(await step(['rotate'])).toMatchObject({ code: 2 })
    expect(await step(['list', '--no-such-option'])).toMatchObject({ code: 2 })
    for (const out of outs) {
      expect(out).not.toContain('first-value-9Zx-aa')
      expect(out).not.toContain('second-value-7Qy-bb')
    }
  })

  it('lists who used what, from the audit log', async () => {
    await useASecret()
    const used = await run(['list', '--db', 'log'])
    expect(used.out).toMatch(/USED +VERSION +ACTION +WHO +TIMES +LAST/)
    expect(used.out).toMatch(/A_KEY +value-\w+ +order\.charge +user:ben +2 /)
    expect(used.out).toMatch(/A_KEY +value-\w+ +order\.charge +user:ann +1 /)
    const entries = JSON.parse((await run(['list', '--db', 'log', '--json'])).stdout) as (SecretStatus & { readonly uses: readonly SecretUse[] })[]
    expect(entries.map(({ name, uses }) => [name, uses.map(({ actor, times }) => [actor, times])])).toEqual([['A_KEY', [['user:ben', 2], ['user:ann', 1]]], ['B_KEY', []]])
    expect((await run(['list', '--db', 'log', '--since', '2099-01-01'])).out).toContain('No use of a secret')
    expect(await run(['list', '--db', 'log', '--since', 'ages'])).toMatchObject({ code: 2 })
    expect(revealed).toHaveLength(3)
    expect(JSON.stringify([used, entries])).not.toContain(revealed[0])
  })
})

describe('who used what', () => {
  it('keeps versions and people apart, says for whom an agent acted, and counts what is beyond its rows', async () => {
    const { ledger } = memoryStore()
    const facts = (actor: string) => ({ action: 'order.charge', definitionHash: 'h', environment: 'test', transport: 'mcp', passed: [], version: '0', subject: { kind: 'user' as const, id: 'ann' }, actor: { kind: 'agent' as const, id: actor } })
    for (const [time, actor, version] of [[1, 'bot', '1'], [2, 'bot', '1'], [3, 'bot', '2'], [4, 'other', '2'], [5, 'third', '2']] as const) {
      await ledger.admit({ intent: { kind: 'intent', id: `c${time}`, time, facts: facts(actor) } })
      ledger.record({ kind: 'outcome', id: `c${time}`, time, outcome: 'success', durationMs: 1, secrets: [{ name: 'KEY', version }] })
    }
    await ledger.flush()
    const { uses, others } = await usesOf(ledger.events, 2, 2)
    expect(others).toBe(2)
    expect(uses.map(({ actor, subject, version, times }) => [actor, subject, version, times])).toEqual([['agent:third', 'user:ann', '2', 1], ['agent:other', 'user:ann', '2', 1]])
    const all = await usesOf(ledger.events, 0)
    expect(all.uses.find(({ version }) => version === '1')).toMatchObject({ actor: 'agent:bot', times: 2, first: 1, last: 2 })
    expect(usesTable(all, '30d')).toContain('agent:bot for user:ann')
    expect(usesTable({ uses, others }, '30d')).toContain('and 2 uses by others')
    expect(usesTable({ uses: Array.from({ length: 25 }, (_, at) => ({ ...(uses[0] as SecretUse), actor: `user:${at}\u001b[2J` })), others: 0 }, '30d')).toMatch(/user:19\ufffd[\s\S]*and 5 rows more/)
  })
})
