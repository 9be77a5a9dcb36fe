import { sha256Hex } from '#digest'

const PREFIX = 'spg_'
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** A new opaque token with 256 random bits, `spg_…`, and the hash that is stored. The token is shown once and kept nowhere. */
export async function newGrantToken(): Promise<{ readonly token: string; readonly tokenHash: string }> {
  let token = PREFIX
  // 43 characters of 6 bits: 258 bits. 64 divides 256, so none of them is likelier than another.
  for (const byte of crypto.getRandomValues(new Uint8Array(43))) token += ALPHABET[byte % 64]
  return { token, tokenHash: await sha256Hex(token) }
}

/** The hash under which a token is stored, or `undefined` for a text that is none. */
export async function grantTokenHash(text: string): Promise<string | undefined> {
  return /^spg_[\w-]{43}$/.test(text) ? sha256Hex(text) : undefined
}
