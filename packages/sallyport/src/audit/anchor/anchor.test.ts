import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { verifyConsistency } from '../merkle/proof.ts'
import { openCheckpoint, readCheckpoint } from '../note/checkpoint.ts'
import { generateSigner, parseSigner, parseVerifier } from '../note/key.ts'
import { openNote, parseNote, signatureLine } from '../note/note.ts'
import { memoryLog } from '../verify/memory-log.fixture.ts'
import { exportTiles } from '../tiles/folder.ts'
import { NotExtendedError } from './extends.ts'
import { anchorToFile } from './file.ts'
import { cosign } from './witness.ts'

const ORIGIN = 'shop.example/audit'
const keys = generateSigner(ORIGIN)
const witnessKeys = generateSigner('witness.example/w1', 'cosignature')
const logVerifier = parseVerifier(keys.verifierText)
const verifier = parseVerifier(witnessKeys.verifierText)
const entries = Array.from({ length: 700 }, (_, index) => Buffer.from(`entry ${index}`))
const logOf = (of: readonly Uint8Array[]): ReturnType<typeof memoryLog> => memoryLog(of, [parseSigner(keys.signerText)], ORIGIN)

/** A witness as the specification describes it. */
function witness(): typeof fetch {
  let latest = { size: 0, root: new Uint8Array() as Uint8Array }
  return (async (_url: string, init: RequestInit) => {
    const [head = '', ...rest] = String(init.body).split('\n\n')
    const [oldLine = '', ...proof] = head.split('\n')
    const checkpoint = rest.join('\n\n')
    const old = Number(/^old (\d+)$/u.exec(oldLine)?.[1])
    const { size, root } = openCheckpoint(checkpoint, [logVerifier], ORIGIN)
    if (old > size) return new Response('', { status: 400 })
    if (old !== latest.size || (old === size && Buffer.compare(root, latest.root) !== 0)) return new Response(`${latest.size}\n`, { status: 409, headers: { 'content-type': 'text/x.tlog.size' } })
    if (old > 0 && !verifyConsistency(old, size, proof.map((line) => Buffer.from(line, 'base64')), latest.root, root)) return new Response('', { status: 422 })
    latest = { size, root }
    return new Response(signatureLine(parseSigner(witnessKeys.signerText), parseNote(checkpoint).text, 1_700_000_000))
  }) as typeof fetch
}

describe('witness', () => {
  const url = 'https://witness.example'

  it('cosigns a log that grows, and says where it was when that is not known', async () => {
    const fetch = witness()
    for (const [size, known] of [[300, 0], [500, 300], [700, 0]] as const) {
      const log = logOf(entries.slice(0, size))
      const anchored = await cosign({ url, verifier, fetch }, log.notes[0] ?? '', log, known)
      expect(openNote(parseNote(anchored), [verifier, logVerifier])).toHaveLength(2)
    }
  })

  it('finds a roll-back, a fork of the same size, and a fork that grew', async () => {
    const fetch = witness()
    const honest = logOf(entries.slice(0, 500))
    await cosign({ url, verifier, fetch }, honest.notes[0] ?? '', honest, 0)
    const shorter = logOf(entries.slice(0, 300))
    await expect(cosign({ url, verifier, fetch }, shorter.notes[0] ?? '', shorter, 300)).rejects.toMatchObject({ kind: 'inconsistent' })
    for (const size of [500, 600]) {
      const forked = logOf(entries.slice(0, size).map((entry, index) => (index === 3 ? Buffer.from('other') : entry)))
      await expect(cosign({ url, verifier, fetch }, forked.notes[0] ?? '', forked, 500)).rejects.toMatchObject({ kind: 'inconsistent' })
    }
  })

  it('calls it unavailable when the answer is cut off, slow, endless or somewhere else, and reads no more than it needs', async () => {
    let chunks = 0
    const endless = (): ReadableStream<Uint8Array> => new ReadableStream({ pull: (controller) => void ((chunks += 1), controller.enqueue(Buffer.alloc(65_536, 'a'))) })
    const server = createServer((request, response) => {
      request.resume()
      if (request.url === '/cut/add-checkpoint') response.writeHead(200, { 'content-length': '500' }).write('x', () => response.destroy())
      else if (request.url === '/slow/add-checkpoint') response.writeHead(200).write('x')
      else if (request.url === '/moved/add-checkpoint') response.writeHead(307, { location: '/cut/add-checkpoint' }).end()
      else if (request.url === '/unknown/add-checkpoint') response.writeHead(404).end('no such log')
      else response.writeHead(500).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => new Promise((resolve) => (server.closeAllConnections(), server.close(() => resolve(undefined)))))
    const { port } = server.address() as AddressInfo
    const log = logOf(entries)
    for (const [name, kind] of [['cut', 'unavailable'], ['slow', 'unavailable'], ['moved', 'unavailable'], ['unknown', 'unknown-log'], ['other', 'unavailable']] as const) {
      await expect(cosign({ url: `http://127.0.0.1:${port}/${name}/`, verifier, timeoutMs: name === 'slow' ? 200 : 10_000 }, log.notes[0] ?? '', log, 0), name).rejects.toMatchObject({ name: 'WitnessError', kind })
    }
    for (const status of [200, 409]) await expect(cosign({ url, verifier, fetch: (async () => new Response(endless(), { status })) as typeof fetch }, log.notes[0] ?? '', log, 0)).rejects.toMatchObject({ name: 'WitnessError', kind: 'malformed' })
    expect(chunks).toBeLessThan(10)
  })

  it('takes a conflict for one only where it says a size, and gives up on a witness that never agrees', async () => {
    const log = logOf(entries)
    const answering = (...answers: readonly Response[]): typeof fetch => {
      const left = [...answers]
      return (async () => left.shift() ?? new Response('', { status: 500 })) as typeof fetch
    }
    const conflict = (text: string): Response => new Response(text, { status: 409, headers: { 'content-type': 'text/x.tlog.size' } })
    for (const [answers, kind] of [
      [[conflict('')], 'malformed'], [[conflict('-1\n')], 'malformed'], [[conflict('1e3\n')], 'malformed'], [[conflict('99999999999999999999\n')], 'malformed'],
      [[conflict('0\n')], 'inconsistent'], [[conflict('701\n')], 'inconsistent'], [[conflict('300\n'), conflict('300\n')], 'inconsistent'],
      [[conflict('300\n'), conflict('400\n'), conflict('500\n')], 'unavailable'],
    ] as const) await expect(cosign({ url, verifier, fetch: answering(...answers) }, log.notes[0] ?? '', log, 0), JSON.stringify(kind)).rejects.toMatchObject({ name: 'WitnessError', kind })
  })

  it('accepts no cosignature of another key, and no answer that is none', async () => {
    const log = logOf(entries)
    const stranger = parseSigner(generateSigner('witness.example/w1', 'cosignature').signerText)
    const { text } = parseNote(log.notes[0] ?? '')
    for (const answer of [signatureLine(stranger, text, 1), 'ok\n', '']) {
      await expect(cosign({ url, verifier, fetch: (async () => new Response(answer)) as typeof fetch }, log.notes[0] ?? '', log, 0)).rejects.toMatchObject({ kind: 'malformed' })
    }
    await expect(cosign({ url, verifier, fetch: () => Promise.reject(new Error('down')) }, log.notes[0] ?? '', log, 0)).rejects.toMatchObject({ kind: 'unavailable' })
  })
})

describe('anchorToFile', () => {
  it('keeps the largest checkpoint', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-anchor-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const path = join(folder, 'deep', 'checkpoint')
    const [small, large] = [300, 500].map((size) => logOf(entries.slice(0, size)).notes[0] ?? '')
    expect(await anchorToFile(path, large ?? '')).toBe(true)
    expect(await anchorToFile(path, small ?? '')).toBe(false)
    expect(readCheckpoint(await readFile(path, 'utf8')).size).toBe(500)
  })

  it('leaves a checkpoint that the log does not extend: of another log, of a fork of its size, and of a fork that has grown', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-anchor-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const path = join(folder, 'checkpoint')
    const honest = logOf(entries.slice(0, 300))
    await anchorToFile(path, honest.notes[0] ?? '')
    const forks = [300, 500].map((size) => logOf(entries.slice(0, size).map((entry, index) => (index === 3 ? Buffer.from('other') : entry))))
    const other = memoryLog(entries, [parseSigner(keys.signerText)], 'other.example/audit')
    for (const log of [...forks, other]) {
      expect(await anchorToFile(path, log.notes[0] ?? '', log)).toBe(false)
      await expect(exportTiles(log, folder)).rejects.toThrow(NotExtendedError)
    }
    expect(await anchorToFile(path, forks[0]?.notes[0] ?? '')).toBe(false)
    expect(await readFile(path, 'utf8')).toBe(honest.notes[0])
    const grown = logOf(entries)
    expect(await anchorToFile(path, grown.notes[0] ?? '', grown)).toBe(true)
    expect(await exportTiles(grown, folder)).toBe(700)
  })
})
