import { sha256Hex } from '#digest'

const PREFIX = 'spi_'
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** A new secret with 256 random bits, `spi_…`, and the hash that is stored. The secret is shown once and kept nowhere. */
export async function newCredential(): Promise<{ readonly secret: string; readonly hash: string }> {
  let secret = PREFIX
  // 43 characters of 6 bits: 258 bits. 64 divides 256, so none of them is likelier than another.
  for (const byte of crypto.getRandomValues(new Uint8Array(43))) secret += ALPHABET[byte % 64]
  return { secret, hash: await sha256Hex(secret) }
}

/** Whether a bearer token is meant for the registry. */
export function isCredential(text: string): boolean {
  return text.startsWith(PREFIX)
}
