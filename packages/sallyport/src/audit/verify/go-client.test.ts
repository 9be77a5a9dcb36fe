import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { consistencyProof, inclusionProof } from '../merkle/proof.ts'
import { generateSigner, parseSigner } from '../note/key.ts'
import { exportTiles } from '../tiles/folder.ts'
import { memoryLog } from './memory-log.fixture.ts'

// Debian's packages golang-go and golang-golang-x-mod-dev: Go and its implementation of notes, proofs and tiles, without a network.
const GOPATH = '/usr/share/gocode'
const folder = mkdtempSync(join(tmpdir(), 'sallyport-go-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const client = build()

function build(): string | undefined {
  if (!existsSync(join(GOPATH, 'src/golang.org/x/mod/sumdb/tlog'))) return undefined
  const program = join(folder, 'client')
  const source = join(dirname(fileURLToPath(import.meta.url)), 'go-client.fixture.go')
  const { status } = spawnSync('go', ['build', '-o', program, source], { env: { ...process.env, HOME: folder, GO111MODULE: 'off', GOPATH, GOCACHE: join(folder, 'cache'), GOTOOLCHAIN: 'local' } })
  return status === 0 ? program : undefined
}

interface Case {
  readonly kind: 'inclusion' | 'consistency' | 'folder'
  readonly checkpoint?: string
  readonly earlier?: string
  readonly index?: number
  readonly entry?: Uint8Array
  readonly proof?: readonly Uint8Array[]
  readonly folder?: string
  readonly verifier?: string
}

const keys = generateSigner('shop.example/audit')
const entries = Array.from({ length: 700 }, (_, index) => Buffer.from(`entry ${index}`))
const signers = [parseSigner(keys.signerText)]
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

/** What Go says of each case: an empty text, or what it refuses. */
function ask(cases: readonly Case[]): readonly string[] {
  const input = cases.map(({ entry, proof, ...rest }) => ({ verifier: keys.verifierText, ...rest, ...(entry && { entry: base64(entry) }), ...(proof && { proof: proof.map(base64) }) }))
  const { stdout, stderr, status } = spawnSync(client ?? '', { input: JSON.stringify(input), encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as string[]
}

/** Each proof with one hash changed, one left out, and one too many. */
function bent(proof: readonly Uint8Array[]): (readonly Uint8Array[])[] {
  const changed = proof.map((_, at) => proof.map((hash, index) => (index === at ? Uint8Array.from(hash, (byte) => byte ^ 1) : hash)))
  return [...changed, ...(proof.length > 0 ? [proof.slice(1)] : []), [...proof, new Uint8Array(32)]]
}

describe.skipIf(client === undefined)('Go’s client of transparent logs (skipped where golang-go and golang-golang-x-mod-dev are not installed)', () => {
  const sizes = [1, 2, 3, 255, 256, 257, 511, 512, 640, 700]
  const log = memoryLog(entries, signers, 'shop.example/audit', sizes)
  const checkpointOf = (size: number): string => log.notes[sizes.indexOf(size)] ?? ''

  it('accepts our checkpoints and inclusion proofs, and nothing else', async () => {
    const [good, bad]: [Case[], Case[]] = [[], []]
    for (const size of sizes) {
      for (const index of new Set([0, 1, 254, 255, 256, 511, size - 1].filter((index) => index < size))) {
        const entry = entries[index] ?? Buffer.alloc(0)
        const right = { kind: 'inclusion', checkpoint: checkpointOf(size), index, entry, proof: await inclusionProof(log, index, size) } as const
        good.push(right)
        for (const proof of bent(right.proof)) bad.push({ ...right, proof })
        bad.push({ ...right, entry: Buffer.from('another') }, { ...right, index: index + 1 }, { ...right, checkpoint: right.checkpoint.replace(`\n${size}\n`, `\n${size + 1}\n`) })
        bad.push({ ...right, verifier: generateSigner('shop.example/audit').verifierText })
      }
    }
    expect(ask(good)).toEqual(good.map(() => ''))
    expect(ask(bad).filter((refusal) => refusal === '')).toEqual([])
  })

  it('accepts our consistency proofs between all sizes, and nothing else', async () => {
    const forked = memoryLog(entries.with(0, Buffer.from('another history')), signers, 'shop.example/audit', sizes)
    const [good, bad]: [Case[], Case[]] = [[], []]
    for (const [at, older] of sizes.entries()) {
      for (const newer of sizes.slice(at + 1)) {
        const right = { kind: 'consistency', checkpoint: checkpointOf(newer), earlier: checkpointOf(older), proof: await consistencyProof(log, older, newer) } as const
        good.push(right)
        for (const proof of bent(right.proof)) bad.push({ ...right, proof })
        bad.push({ ...right, earlier: forked.notes[at] ?? '' }, { ...right, earlier: right.checkpoint, checkpoint: right.earlier })
      }
    }
    expect(ask(good)).toEqual(good.map(() => ''))
    expect(ask(bad).filter((refusal) => refusal === '')).toEqual([])
  })

  it('reads our tiles, and finds a change of a tile, of an entry and of the checkpoint', async () => {
    const exported = join(folder, 'log')
    expect(await exportTiles(log, exported)).toBe(700)
    expect(ask([{ kind: 'folder', folder: exported }])).toEqual([''])
    for (const file of ['tile/0/000', 'tile/0/001', 'tile/0/002.p/188', 'tile/1/000.p/2', 'tile/entries/001', 'tile/entries/002.p/188', 'checkpoint']) {
      const path = join(exported, file)
      const right = readFileSync(path)
      const wrong = Buffer.from(right)
      const byte = file === 'checkpoint' ? wrong.indexOf('\n700\n') + 1 : 40
      wrong[byte] = (wrong[byte] ?? 0) ^ 1
      writeFileSync(path, wrong)
      expect(ask([{ kind: 'folder', folder: exported }]), file).not.toEqual([''])
      writeFileSync(path, right)
    }
    expect(ask([{ kind: 'folder', folder: exported }])).toEqual([''])
  })
})
