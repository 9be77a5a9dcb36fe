/** Node only. Keys of signed notes (C2SP signed-note): a name, a 32-bit id and an Ed25519 key in one line of text. */
import { createPrivateKey, createPublicKey, hash, randomBytes, sign, verify, type KeyObject } from 'node:crypto'

/** What a key signs: a log's checkpoint, or a witness' timestamped cosignature (C2SP tlog-cosignature). */
export type NoteKeyType = 'ed25519' | 'cosignature'

/** A public key, for checking signatures of one name. */
export interface NoteVerifier {
  readonly name: string
  /** First 32 bits of SHA-256 over name and key: which of several keys signed. */
  readonly id: number
  readonly type: NoteKeyType
  /** The text form, for configuration: `name+id+key`. */
  readonly text: string
  /** True when the signature bytes, as they stand in the note, hold for its text. */
  verify(text: string, signature: Uint8Array): boolean
}

/** A private key. Keep its text like any secret. */
export interface NoteSigner {
  readonly name: string
  readonly id: number
  readonly verifier: NoteVerifier
  /** The 32 secret bytes, from which other keys can be derived. */
  readonly seed: Uint8Array
  sign(text: string, atSeconds?: number): Uint8Array
}

const ALGORITHM: { readonly [Type in NoteKeyType]: number } = { ed25519: 0x01, cosignature: 0x04 }
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')
const NAME = /^[^\s+]+$/u

/** Text that is not a key. */
export class NoteKeyError extends Error {
  override readonly name = 'NoteKeyError'
}

/**
 * Makes a new signer. Give `signerText` to the sealer as a secret, and the verifier's text to whoever checks the log.
 *
 * @param name the log's name, for example `shop.example/audit`: no spaces, no plus.
 * @example
 * ```ts
 * const { signerText, verifierText } = generateSigner('shop.example/audit')
 * ```
 */
export function generateSigner(name: string, type: NoteKeyType = 'ed25519'): { readonly signerText: string; readonly verifierText: string } {
  const seed = randomBytes(32)
  const { verifier } = signerFrom(name, type, seed)
  const key = Buffer.concat([Buffer.from([ALGORITHM[type]]), seed]).toString('base64')
  return { signerText: `PRIVATE+KEY+${name}+${hex(verifier.id)}+${key}`, verifierText: verifier.text }
}

/** Reads a signer's text, `PRIVATE+KEY+name+id+key`. @throws NoteKeyError, which never holds the key. */
export function parseSigner(text: string): NoteSigner {
  const match = /^PRIVATE\+KEY\+([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/u.exec(text.trim())
  const material = Buffer.from(match?.[3] ?? '', 'base64')
  const type = typeOf(material[0])
  if (match?.[1] === undefined || type === undefined || material.length !== 33) throw new NoteKeyError('not a signer: expected PRIVATE+KEY+name+id+key')
  const signer = signerFrom(match[1], type, material.subarray(1))
  if (hex(signer.id) !== match[2]) throw new NoteKeyError(`the signer's id does not belong to its name and key: ${match[1]}`)
  return signer
}

/** Reads a verifier's text, `name+id+key`. @throws NoteKeyError */
export function parseVerifier(text: string): NoteVerifier {
  const match = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/u.exec(text.trim())
  const material = Buffer.from(match?.[3] ?? '', 'base64')
  const type = typeOf(material[0])
  if (match?.[1] === undefined || type === undefined || material.length !== 33) throw new NoteKeyError('not a verifier: expected name+id+key')
  const verifier = verifierFrom(match[1], type, material.subarray(1))
  if (hex(verifier.id) !== match[2]) throw new NoteKeyError(`the verifier's id does not belong to its name and key: ${match[1]}`)
  return verifier
}

function signerFrom(name: string, type: NoteKeyType, seed: Uint8Array): NoteSigner {
  if (!NAME.test(name)) throw new NoteKeyError('the name of a key has no spaces and no plus')
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX.length)
  const verifier = verifierFrom(name, type, publicKey)
  return {
    name,
    id: verifier.id,
    verifier,
    seed,
    sign(text, atSeconds = 0) {
      if (type === 'ed25519') return sign(null, Buffer.from(text), key)
      const stamp = Buffer.alloc(8)
      stamp.writeBigUInt64BE(BigInt(atSeconds))
      return Buffer.concat([stamp, sign(null, cosigned(text, BigInt(atSeconds)), key)])
    },
  }
}

function verifierFrom(name: string, type: NoteKeyType, key: Uint8Array): NoteVerifier {
  const material = Buffer.concat([Buffer.from([ALGORITHM[type]]), key])
  const id = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), material]), 'buffer').readUInt32BE(0)
  const publicKey: KeyObject = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, key]), format: 'der', type: 'spki' })
  return {
    name,
    id,
    type,
    text: `${name}+${hex(id)}+${material.toString('base64')}`,
    verify(text, signature) {
      if (type === 'ed25519') return signature.length === 64 && verify(null, Buffer.from(text), publicKey, signature)
      if (signature.length !== 72) return false
      const at = Buffer.from(signature.buffer, signature.byteOffset, 8).readBigUInt64BE()
      return verify(null, cosigned(text, at), publicKey, signature.subarray(8))
    },
  }
}

function cosigned(text: string, at: bigint): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${at}\n${text}`)
}

function typeOf(algorithm: number | undefined): NoteKeyType | undefined {
  return algorithm === ALGORITHM.ed25519 ? 'ed25519' : algorithm === ALGORITHM.cosignature ? 'cosignature' : undefined
}

function hex(id: number): string {
  return id.toString(16).padStart(8, '0')
}
