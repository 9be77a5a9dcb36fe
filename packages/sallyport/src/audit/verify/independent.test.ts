import { existsSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createHash } from 'node:crypto'
import { delimiter, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createPublicKey } from 'node:crypto'
import { inclusionProof } from '../merkle/proof.ts'
import { generateSigner, parseSigner, parseVerifier } from '../note/key.ts'
import { memoryLog } from './memory-log.fixture.ts'

// npm carries Sigstore's client, which verifies checkpoints and inclusion proofs by itself.
const npm = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'npm')).find((file) => existsSync(file) && existsSync(join(dirname(realpathSync(file)), '../node_modules/@sigstore/verify/dist/tlog/merkle.js')))

interface Sigstore {
  verifyCheckpoint(entry: unknown, tlogs: readonly unknown[]): { logSize: unknown; logHash: Uint8Array }
  verifyMerkleInclusion(entry: unknown, checkpoint: unknown): void
}

function sigstore(file: string): Sigstore {
  const require = createRequire(join(dirname(realpathSync(file)), '../node_modules/@sigstore/verify/dist/tlog/'))
  return { ...require('./checkpoint.js'), ...require('./merkle.js') } as Sigstore
}

describe.skipIf(npm === undefined)('an independent client (skipped where npm does not carry @sigstore/verify)', () => {
  const keys = generateSigner('shop.example/audit')
  const entries = Array.from({ length: 700 }, (_, index) => Buffer.from(`entry ${index}`))
  const log = memoryLog(entries, [parseSigner(keys.signerText)], 'shop.example/audit')
  const verifier = parseVerifier(keys.verifierText)
  const material = Buffer.from(keys.verifierText.split('+').slice(2).join('+'), 'base64').subarray(1)
  const publicKey = createPublicKey({ key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), material]), format: 'der', type: 'spki' })
  const id = Buffer.alloc(32)
  id.writeUInt32BE(verifier.id)
  const tlogs = [{ logID: id, baseURL: 'https://shop.example/audit', publicKey }]

  it('accepts our checkpoint and our inclusion proofs, and refuses them once they are changed', async () => {
    if (npm === undefined) return
    const { verifyCheckpoint, verifyMerkleInclusion } = sigstore(npm)
    const entryOf = (index: number, hashes: readonly Uint8Array[], envelope: string): unknown => ({
      canonicalizedBody: entries[index], inclusionProof: { logIndex: String(index), treeSize: '700', hashes, checkpoint: { envelope } },
    })
    const note = log.notes[0] ?? ''
    for (const index of [0, 1, 255, 256, 511, 512, 698, 699]) {
      const hashes = await inclusionProof(log, index, 700)
      const checkpoint = verifyCheckpoint(entryOf(index, hashes, note), tlogs)
      expect(Number(checkpoint.logSize)).toBe(700)
      expect(() => verifyMerkleInclusion(entryOf(index, hashes, note), checkpoint)).not.toThrow()
      const bent = hashes.map((hash) => createHash('sha256').update(hash).digest())
      expect(() => verifyMerkleInclusion(entryOf(index, bent, note), checkpoint)).toThrow()
    }
    expect(() => verifyCheckpoint(entryOf(0, [], note.replace('\n700\n', '\n701\n')), tlogs)).toThrow()
  })
})
