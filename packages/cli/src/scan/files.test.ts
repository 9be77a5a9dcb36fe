import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { FileReader } from './files.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-files-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const MAX = 10 * 1024 * 1024
const path = join(folder, 'file')

/** Bytes that differ wherever one is missing or doubled. */
function bytesOf(size: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: size }, (_, at) => 1 + ((at * 31 + (at >> 8)) % 250)))
}

describe('a file is read whole', () => {
  test.each([0, 1, 4095, 4096, 4097, 65_536, 262_143, 262_144, 262_145, 524_288, 1_500_000])('of %i bytes, behind what was read before', (size) => {
    const bytes = bytesOf(size)
    writeFileSync(path, bytes)
    const reader = new FileReader()
    expect(reader.read(path, MAX)?.equals(bytes)).toBe(true)

    const first = bytesOf(1000)
    writeFileSync(join(folder, 'before'), first)
    expect(reader.read(join(folder, 'before'), MAX)?.length).toBe(1000)
    const at = reader.breakAt(1000)
    expect(reader.read(path, MAX, at)?.equals(bytes)).toBe(true)
    expect(reader.upTo(at + size).equals(Buffer.concat([first, Buffer.from('\n'), bytes]))).toBe(true)
  })

  test.each([10, 4096, 300_000])('of as many bytes as may be: %i', (size) => {
    writeFileSync(path, bytesOf(size))
    expect(new FileReader().read(path, size)?.length).toBe(size)
  })
})

describe('a file is left out', () => {
  test.each([[11, 10], [4097, 4096], [300_001, 300_000], [2 ** 20 + 1, 2 ** 20]])('of %i bytes where %i are the most: said of text alone', (size, most) => {
    const reader = new FileReader()
    writeFileSync(path, bytesOf(size))
    expect([reader.read(path, most), reader.why]).toEqual([undefined, `larger than ${Math.floor(most / 2 ** 20)} MiB`])
    writeFileSync(path, Buffer.alloc(size))
    expect([reader.read(path, most), reader.why]).toEqual([undefined, undefined])
  })

  test('that is none: a folder, a link, a pipe, nothing', () => {
    const reader = new FileReader()
    mkdirSync(join(folder, 'folder'))
    symlinkSync(path, join(folder, 'link'))
    execFileSync('mkfifo', [join(folder, 'pipe')])
    for (const name of ['folder', 'link', 'pipe', 'gone', 'file/below']) expect([name, reader.read(join(folder, name), MAX), reader.why]).toEqual([name, undefined, undefined])
  })
})
