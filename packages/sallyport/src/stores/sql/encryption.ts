import { DefinitionError } from '../../errors/sallyport-error.ts'

/** Encrypts what a store keeps of callers' input and results. */
export interface Encryption {
  /** `context` is authenticated with the text: what was written for one row can't be read as another's. */
  encrypt(text: string, context: string): Promise<string>
  /** @throws Error when the key is not known, or the text or its context is not what was encrypted. */
  decrypt(sealed: string, context: string): Promise<string>
}

interface Key {
  readonly id: string
  readonly key: CryptoKey
}

const FORM = 'a256gcm'
const encoder = new TextEncoder()

/**
 * AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce for each text. The first key encrypts, every one decrypts: to
 * rotate, put the new one in front. A key is 32 random bytes, in base64, base64url or hex.
 *
 * @throws DefinitionError for a key that is not 32 bytes, and for none.
 * @example
 * ```ts
 * const encryption = createEncryption([process.env.SALLYPORT_ENCRYPTION_KEY])
 * ```
 */
export function createEncryption(texts: readonly string[]): Encryption {
  if (texts.length === 0) throw new DefinitionError('An encryption key is needed: 32 random bytes in base64.')
  const raw = texts.map(keyBytes)
  let imported: Promise<readonly Key[]> | undefined
  const keys = (): Promise<readonly Key[]> => (imported ??= Promise.all(raw.map(importKey)))

  return {
    async encrypt(text, context) {
      const { id, key } = (await keys())[0] as Key
      const iv = crypto.getRandomValues(new Uint8Array(12))
      const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: encoder.encode(context) }, key, encoder.encode(text))
      return `${FORM}.${id}.${toBase64(iv)}.${toBase64(new Uint8Array(sealed))}`
    },
    async decrypt(sealed, context) {
      const [form, id, iv, body] = sealed.split('.')
      const found = (await keys()).find((key) => key.id === id)
      if (form !== FORM || found === undefined || iv === undefined || body === undefined) throw new Error('The text was encrypted with a key that is not known')
      const algorithm = { name: 'AES-GCM', iv: fromBase64(iv), additionalData: encoder.encode(context) }
      return new TextDecoder().decode(await crypto.subtle.decrypt(algorithm, found.key, fromBase64(body)))
    },
  }
}

/** A new key, in base64. */
export function generateEncryptionKey(): string {
  return toBase64(crypto.getRandomValues(new Uint8Array(32)))
}

/** Keys in a text, separated by commas: the form of the environment variable `SALLYPORT_ENCRYPTION_KEY`. */
export function splitKeys(text: string): readonly string[] {
  return text.split(',').map((key) => key.trim()).filter((key) => key !== '')
}

function keyBytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = /^[\da-f]{64}$/i.test(text) ? fromHex(text) : fromBase64(text.replaceAll('-', '+').replaceAll('_', '/'))
  if (bytes.length !== 32) throw new DefinitionError(`An encryption key has 32 bytes, this one has ${bytes.length}.`)
  return bytes
}

async function importKey(bytes: Uint8Array<ArrayBuffer>): Promise<Key> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  const key = await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
  // Names the key among those of a rotation; says nothing of it.
  return { id: [...digest.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(''), key }
}

function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    throw new DefinitionError('This is not base64.')
  }
}

function fromHex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}
