/** Node only: `crypto.hash` makes one HMAC in 1.5 µs where `createHmac` takes ten times that. */
import { hash, hkdfSync, timingSafeEqual } from 'node:crypto'
import { HASH_BYTES, sha256Text } from './merkle/hash.ts'

/** A key that authenticates entries until they are sealed. */
export interface MacKey {
  /** HMAC-SHA-256 (RFC 2104) over writer, counter and bytes, as 32 bytes in a latin1 string. */
  tag(writer: string, counter: number, bytes: Uint8Array): string
  /** Whether a tag is this key's, told in constant time. */
  holds(tag: string, writer: string, counter: number, bytes: Uint8Array): boolean
}

const BLOCK = 64
const CONTEXT = 'sallyport audit batch v2'

/**
 * Prepares a key. Binding the writer and a counter that has no gaps to each batch finds edits, deletions in the middle and
 * reordering; entries missing at the end of a writer's sequence can't be told from entries never written.
 *
 * @param secret at least 32 bytes.
 * @throws RangeError for a shorter secret.
 */
export function macKey(secret: Uint8Array): MacKey {
  if (secret.length < 32) throw new RangeError('a MAC key needs at least 32 bytes')
  const key = secret.length > BLOCK ? hash('sha256', secret, 'buffer') : secret
  const outer = Buffer.alloc(BLOCK + HASH_BYTES, 0x5c)
  let inner = Buffer.alloc(4_096, 0x36)
  for (const [at, byte] of key.entries()) {
    outer[at] = byte ^ 0x5c
    inner[at] = byte ^ 0x36
  }
  function tag(writer: string, counter: number, bytes: Uint8Array): string {
    const context = `${CONTEXT}\n${writer}\n${counter}\n`
    const most = BLOCK + context.length * 3 + bytes.length
    if (inner.length < most) inner = Buffer.concat([inner.subarray(0, BLOCK)], most * 2)
    const start = BLOCK + inner.write(context, BLOCK, 'utf8')
    inner.set(bytes, start)
    outer.write(sha256Text(inner, 0, start + bytes.length), BLOCK, 'latin1')
    return sha256Text(outer, 0, outer.length)
  }
  return { tag, holds: (given, writer, counter, bytes) => sameTag(given, tag(writer, counter, bytes)) }
}

/** One key of several: batches are tagged with the first, and a tag of any of them holds. For the time of a key's rotation. */
export function macKeys(secrets: readonly Uint8Array[]): MacKey | undefined {
  const [first, ...others] = secrets.map(macKey)
  if (first === undefined) return undefined
  return { tag: first.tag, holds: (...args) => first.holds(...args) || others.some((key) => key.holds(...args)) }
}

/** Derives the MAC secret of a log from its signer's seed (HKDF-SHA-256, RFC 5869), so that one secret is enough. */
export function macSecretFrom(seed: Uint8Array, origin: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', seed, origin, 'sallyport audit mac', 32))
}

function sameTag(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'))
}
