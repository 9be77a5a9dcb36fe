import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { dotEnvProvider } from './dotenv.ts'
import { encryptedProvider } from './encrypted.ts'
import { fileProvider } from './file.ts'
import { memorySealedStorage } from './sealed-storage.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-secrets-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('files', () => {
  it('are read without the line break at their end, through links as Kubernetes makes them', async () => {
    writeFileSync(join(folder, 'REAL'), 'a value \n')
    symlinkSync('REAL', join(folder, 'LINK'))
    const provider = fileProvider({ folder })
    expect(await provider.read({ name: 'x', key: 'REAL' })).toEqual({ value: 'a value ' })
    expect(await provider.read({ name: 'x', key: 'LINK' })).toEqual({ value: 'a value ' })
    expect(await provider.read({ name: 'x', key: 'NOT_THERE' })).toBeNull()
  })

  it('are never looked for outside the folder', async () => {
    for (const key of ['../etc/passwd', '/etc/passwd', '.hidden', 'a/b', '']) await expect(fileProvider({ folder }).read({ name: 'x', key })).rejects.toThrow('not a file name')
  })
})

describe('.env files', () => {
  writeFileSync(join(folder, '.env'), 'SALLYPORT_T1=from-env\nSALLYPORT_T2="two words"\n')
  writeFileSync(join(folder, '.env.local'), 'SALLYPORT_T1=from-local\n')
  const read = async (environment: string, key: string): Promise<string | undefined> => (await dotEnvProvider({ folder, environment }).read({ name: key, key }))?.value

  it('are read in development, the more local one first', async () => {
    expect(await read('development', 'SALLYPORT_T1')).toBe('from-local')
    expect(await read('development', 'SALLYPORT_T2')).toBe('two words')
  })

  it('are not read elsewhere', async () => {
    expect(await read('production', 'SALLYPORT_T1')).toBeUndefined()
    expect(await read('staging', 'SALLYPORT_T2')).toBeUndefined()
  })
})

describe('the encrypted store', () => {
  const keys = { old: btoa('o'.repeat(32)), new: btoa('n'.repeat(32)) }
  const base = { environment: 'production', now: () => 1 }

  it('keeps nothing that can be read without the key', async () => {
    const storage = memorySealedStorage()
    const provider = encryptedProvider({ ...base, storage, keys: { old: keys.old } })
    const version = await provider.put('KEY', 'the-value-itself')
    expect(await provider.read({ name: 'KEY', key: 'KEY' })).toEqual({ value: 'the-value-itself', version, createdAt: 1 })
    expect(JSON.stringify(await storage.list())).not.toContain('the-value-itself')
    expect(JSON.stringify(await storage.list())).not.toContain(btoa('the-value-itself'))
    await expect(encryptedProvider({ ...base, storage, keys: { old: keys.new } }).read({ name: 'KEY', key: 'KEY' })).rejects.toThrow('does not open')
  })

  it('changes the envelope key by wrapping again, without touching values', async () => {
    const storage = memorySealedStorage()
    await encryptedProvider({ ...base, storage, keys: { old: keys.old } }).put('KEY', 'the-value-itself')
    const sealed = (await storage.list())[0]?.sealed
    const both = encryptedProvider({ ...base, storage, keys: { new: keys.new, old: keys.old } })
    expect(await both.rewrap()).toBe(1)
    expect(await both.rewrap()).toBe(0)
    expect((await storage.list())[0]?.sealed).toBe(sealed)
    expect((await encryptedProvider({ ...base, storage, keys: { new: keys.new } }).read({ name: 'KEY', key: 'KEY' }))?.value).toBe('the-value-itself')
    await expect(encryptedProvider({ ...base, storage, keys: { old: keys.old } }).read({ name: 'KEY', key: 'KEY' })).rejects.toThrow('"new"')
  })

  it('does not open a row under another name, version or environment, nor a changed one', async () => {
    const storage = memorySealedStorage()
    const provider = encryptedProvider({ ...base, storage, keys: { old: keys.old } })
    await provider.put('KEY', 'the-value-itself')
    const [row] = await storage.list()
    if (row === undefined) throw new Error('no row')
    const flipped = `${row.sealed.slice(0, 30)}${row.sealed[30] === 'A' ? 'B' : 'A'}${row.sealed.slice(31)}`
    for (const change of [{ name: 'OTHER' }, { version: 'x' }, { sealed: flipped }]) {
      const other = memorySealedStorage()
      await other.insert({ ...row, ...change })
      await expect(encryptedProvider({ ...base, storage: other, keys: { old: keys.old } }).read({ name: change.name ?? 'KEY', key: 'KEY' })).rejects.toThrow('does not open')
    }
    await expect(encryptedProvider({ ...base, environment: 'staging', storage, keys: { old: keys.old } }).read({ name: 'KEY', key: 'KEY' })).rejects.toThrow('does not open')
  })

  it('refuses keys that are no keys', () => {
    expect(() => encryptedProvider({ ...base, storage: memorySealedStorage(), keys: { a: 'short' } })).toThrow('32 bytes')
    expect(() => encryptedProvider({ ...base, storage: memorySealedStorage(), keys: {} })).toThrow('needs')
  })
})
