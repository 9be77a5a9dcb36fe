import { SecretProviderError, type SecretProvider } from '../provider.ts'

/** One encrypted version. Nothing in it is secret without the envelope key. */
export interface SealedVersion {
  readonly name: string
  readonly version: string
  readonly createdAt: number
  readonly rotationId: string | null
  /** Which envelope key wrapped the data key. */
  readonly keyId: string
  /** The data key, encrypted with the envelope key: 12 bytes of nonce and the ciphertext, base64. */
  readonly wrappedKey: string
  /** The value, encrypted with the data key, likewise. */
  readonly sealed: string
}

/** Where encrypted versions are kept. */
export interface SealedStorage {
  /** Oldest first. */
  list(name?: string): Promise<readonly SealedVersion[]>
  /** False when the name has this version or this rotation already. */
  insert(row: SealedVersion): Promise<boolean>
  /** Replaces the wrapped key of a version, if it still is wrapped by `from`. */
  rewrap(row: SealedVersion, from: string): Promise<void>
  remove(name: string, version: string): Promise<void>
}

/** Options of `encryptedProvider`. */
export interface EncryptedProviderOptions {
  readonly storage: SealedStorage
  /**
   * Envelope keys by id, 32 bytes in base64 each; the first one wraps what is new, all of them unwrap.
   * From the environment: `{ '2026-11': process.env.SALLYPORT_ENVELOPE_KEY }`.
   */
  readonly keys: Readonly<Record<string, string>>
  /** Part of what is authenticated: a row can't be moved to another environment. */
  readonly environment: string
  readonly now?: () => number
}

/** A provider that keeps values itself, encrypted, and can change its envelope key. */
export interface EncryptedProvider extends SecretProvider {
  /** Adds a first or a further value by hand: `sallyport secrets import`. Gives the version. */
  put(name: string, value: string): Promise<string>
  /** Wraps every data key with the first envelope key. Values are not touched. Gives how many were re-wrapped. */
  rewrap(): Promise<number>
}

const KEY_BYTES = 32
const NONCE_BYTES = 12

/**
 * Keeps secrets encrypted at rest: AES-256-GCM with a data key for each version, which the envelope key wraps.
 * Name, version and environment are authenticated.
 *
 * @throws RangeError for an envelope key that is not 32 bytes in base64
 */
export function encryptedProvider(options: EncryptedProviderOptions): EncryptedProvider {
  const { storage } = options
  const now = options.now ?? ((): number => Date.now())
  const ids = Object.keys(options.keys)
  const [first] = ids
  if (first === undefined) throw new RangeError('The encrypted store needs an envelope key.')
  for (const id of ids) if (decodeKey(options.keys[id]) === undefined) throw new RangeError(`The envelope key "${id}" is not 32 bytes in base64.`)

  const envelope = (id: string): Promise<CryptoKey> => {
    const bytes = decodeKey(options.keys[id])
    if (bytes === undefined) throw new SecretProviderError(`the envelope key "${id}" is not there`)
    return importKey(bytes)
  }
  const context = (row: { readonly name: string; readonly version: string }): Uint8Array<ArrayBuffer> => encode(JSON.stringify(['sallyport-secret-1', options.environment, row.name, row.version]))
  const open = async (row: SealedVersion): Promise<string> => {
    try {
      const dataKey = await importKey(await decrypt(await envelope(row.keyId), row.wrappedKey, context(row)))
      return new TextDecoder().decode(await decrypt(dataKey, row.sealed, context(row)))
    } catch (error) {
      if (error instanceof SecretProviderError) throw error
      throw new SecretProviderError(`the version ${row.version} of ${row.name} does not open: another key, or it was changed`)
    }
  }
  const add = async (name: string, value: string, rotationId: string | null): Promise<string> => {
    const version = rotationId ?? crypto.randomUUID()
    const dataKey = crypto.getRandomValues(new Uint8Array(KEY_BYTES))
    const aad = context({ name, version })
    const row: SealedVersion = {
      name, version, createdAt: now(), rotationId, keyId: first,
      wrappedKey: await encrypt(await envelope(first), dataKey, aad),
      sealed: await encrypt(await importKey(dataKey), encode(value), aad),
    }
    // The version that was there first is the one that counts.
    await storage.insert(row)
    return version
  }

  return {
    name: 'encrypted store',
    async read({ name, version }) {
      const rows = await storage.list(name)
      // Without a version: the newest that came by hand. What a rotation wrote is current when its state says so.
      const row = version === undefined ? (rows.findLast((known) => known.rotationId === null) ?? rows.at(-1)) : rows.find((known) => known.version === version)
      return row === undefined ? null : { value: await open(row), version: row.version, createdAt: row.createdAt }
    },
    write: async ({ name, value, rotationId }) => ({ version: await add(name, value, rotationId) }),
    destroy: ({ name, version }) => storage.remove(name, version),
    put: (name, value) => add(name, value, null),
    async rewrap() {
      let count = 0
      for (const row of await storage.list()) {
        if (row.keyId === first) continue
        const dataKey = await decrypt(await envelope(row.keyId), row.wrappedKey, context(row)).catch(() => {
          throw new SecretProviderError(`the version ${row.version} of ${row.name} does not open with the envelope key "${row.keyId}"`)
        })
        await storage.rewrap({ ...row, keyId: first, wrappedKey: await encrypt(await envelope(first), dataKey, context(row)) }, row.keyId)
        count++
      }
      return count
    },
  }
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}

function decodeKey(text: string | undefined): Uint8Array<ArrayBuffer> | undefined {
  try {
    const bytes = fromBase64(text ?? '')
    return bytes.length === KEY_BYTES ? bytes : undefined
  } catch {
    return undefined
  }
}

function importKey(bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
}

async function encrypt(key: CryptoKey, value: Uint8Array<ArrayBuffer>, additionalData: Uint8Array<ArrayBuffer>): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, key, value))
  const both = new Uint8Array(NONCE_BYTES + sealed.length)
  both.set(iv)
  both.set(sealed, NONCE_BYTES)
  let binary = ''
  for (const byte of both) binary += String.fromCharCode(byte)
  return btoa(binary)
}

async function decrypt(key: CryptoKey, text: string, additionalData: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = fromBase64(text)
  return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: bytes.subarray(0, NONCE_BYTES), additionalData }, key, bytes.subarray(NONCE_BYTES)))
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
}
