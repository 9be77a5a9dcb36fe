import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { generateSigner, parseSigner, parseVerifier } from '../note/key.ts'
import { openProof, proveEntry } from '../note/proof-text.ts'
import { appendToBundle } from './bundle.ts'
import { memoryLog } from '../verify/memory-log.fixture.ts'
import { verifyLog } from '../verify/verify-log.ts'
import { exportTiles, tilesFolder } from './folder.ts'
import { tilePath } from './path.ts'

// A disk that is full in the middle of a file whose path holds this.
const full = vi.hoisted(() => ({ at: undefined as string | undefined }))
vi.mock('node:fs/promises', async (original) => {
  const actual = await original<typeof import('node:fs/promises')>()
  return {
    ...actual,
    async writeFile(path: string, data: string | Uint8Array) {
      if (full.at === undefined || !path.includes(full.at)) return actual.writeFile(path, data)
      await actual.writeFile(path, data.slice(0, data.length / 2))
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    },
  }
})

const keys = generateSigner('shop.example/audit')
const verifiers = [parseVerifier(keys.verifierText)]
const entries = Array.from({ length: 600 }, (_, index) => Buffer.from(`entry ${index}`))
const logOf = (size: number): ReturnType<typeof memoryLog> => memoryLog(entries.slice(0, size), [parseSigner(keys.signerText)], 'shop.example/audit')

describe('tiles', () => {
  it('have the paths of the specification', () => {
    expect(tilePath(0, 1_234_067, 256)).toBe('tile/0/x001/x234/067')
    expect(tilePath('entries', 5, 8)).toBe('tile/entries/005.p/8')
    expect(tilePath(2, 0, 1)).toBe('tile/2/000.p/1')
  })

  it('are exported, grow, and verify as a folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-tiles-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    await exportTiles(logOf(300), folder)
    const before = await stat(join(folder, 'tile/entries/000'))
    expect(await exportTiles(logOf(600), folder)).toBe(600)
    expect((await stat(join(folder, 'tile/entries/000'))).mtimeMs).toBe(before.mtimeMs)
    expect(await verifyLog(tilesFolder(folder), { verifiers, earlier: [logOf(300).notes[0] ?? ''] })).toMatchObject({ ok: true, entries: 600 })
    await writeFile(join(folder, 'tile/entries/001'), 'x')
    expect((await verifyLog(tilesFolder(folder), { verifiers })).ok).toBe(false)
  })
})

describe('an export that is interrupted', () => {
  it('leaves nothing behind that the next one takes for whole', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-tiles-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    for (const at of ['entries/000', 'tile/0/001', 'checkpoint']) {
      full.at = at
      await expect(exportTiles(logOf(600), folder)).rejects.toThrow('no space')
    }
    full.at = undefined
    expect(await exportTiles(logOf(600), folder)).toBe(600)
    expect(await verifyLog(tilesFolder(folder), { verifiers })).toMatchObject({ ok: true, entries: 600 })
  })
})

describe('a proof that stands alone', () => {
  it('proves its entry with the public key alone, and nothing once a byte is changed', async () => {
    const proof = await proveEntry(logOf(600), 300)
    const opened = openProof(proof, verifiers, 'shop.example/audit')
    expect([opened.index, Buffer.from(opened.entry).toString(), opened.checkpoint.size]).toEqual([300, 'entry 300', 600])
    const lines = proof.split('\n')
    for (const [index, line] of lines.entries()) {
      if (line === '') continue
      const bent = lines.with(index, `${line.slice(0, -1)}${line.endsWith('A') ? 'B' : 'A'}`).join('\n')
      expect(() => openProof(bent, verifiers, 'shop.example/audit'), line).toThrow()
    }
    await expect(proveEntry(logOf(600), 600)).rejects.toThrow(/0 to 599/)
    const edited = logOf(600)
    edited.bundles.set(1, appendToBundle(new Uint8Array(), entries.slice(256, 512).map((entry, index) => (index === 44 ? Buffer.from('edited') : entry))))
    await expect(proveEntry(edited, 300)).rejects.toThrow(/entry 300 is not the one/)
  })
})
