const LENGTH = 32

/**
 * A keyed fingerprint: HMAC-SHA-256, its first 128 bits in hex. The same value under the same key gives the same; without the
 * key nobody can try guesses against it, as they could against a bare hash.
 *
 * @param key At least 16 characters, the same in every environment that is to be compared, and kept like a secret.
 */
export async function fingerprint(key: string, value: string): Promise<string> {
  if (key.length < 16) throw new RangeError('A fingerprint key has at least 16 characters.')
  const encode = new TextEncoder()
  const imported = await crypto.subtle.importKey('raw', encode.encode(key), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', imported, encode.encode(value)))
  return Array.from(mac, (byte) => byte.toString(16).padStart(2, '0')).join('').slice(0, LENGTH)
}
