import { sha256Hex } from '#digest'
import { DefinitionError } from '../errors/sallyport-error.ts'
import { parseDuration, type Duration } from '../lib/duration.ts'
import type { ApiKeyRecord, ApiKeyStore } from './api-key-store.ts'
import type { PrincipalFacts } from './principal.ts'

const ID_LENGTH = 16
const SECRET_LENGTH = 43
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** What a new API key is made from. */
export interface IssueApiKeyOptions<P extends PrincipalFacts = PrincipalFacts> {
  readonly store: ApiKeyStore<P>
  /** Whom the key stands for. */
  readonly principal: P
  /**
   * Who answers for it, and with whose departure it ends. A key of a service or an agent needs one: `null` says that nobody does. Default: the
   * person whom it stands for, else the principal's `owner`, else its subject.
   */
  readonly owner?: string | null
  /** OAuth scopes that it is narrowed to: tools of an MCP server that need another are not there for it. Default: not narrowed. */
  readonly scopes?: readonly string[]
  /** How long it is valid. There is no default and no "for ever": rotate instead (NHI7:2025). */
  readonly expiresIn: Duration
  /** Milliseconds since the epoch. */
  readonly now: number
  /** What people call the key. Not secret. */
  readonly label?: string
  /** What keys start with. Default `sp`. */
  readonly prefix?: string
}

/** A new key. `key` is shown to its holder once and kept nowhere. */
export interface IssuedApiKey<P extends PrincipalFacts = PrincipalFacts> {
  readonly key: string
  readonly record: ApiKeyRecord<P>
}

/**
 * Makes an API key `sp_<id>_<secret>` with 256 random bits, and stores its SHA-256 under the id.
 *
 * @throws DefinitionError when the prefix or the duration is malformed, or nothing says who owns the key of a service or an agent.
 * @example
 * ```ts
 * const { key } = await issueApiKey({ store, principal: { kind: 'service', id: 'billing', roles: [], ceiling: ['order:read'], owner: 'ada' }, expiresIn: '90d', now: Date.now() })
 * ```
 */
export async function issueApiKey<P extends PrincipalFacts>(options: IssueApiKeyOptions<P>): Promise<IssuedApiKey<P>> {
  const prefix = checkPrefix(options.prefix ?? 'sp')
  const id = randomText(ID_LENGTH)
  const key = `${prefix}_${id}_${randomText(SECRET_LENGTH)}`
  const record: ApiKeyRecord<P> = {
    id,
    hash: await sha256Hex(key),
    principal: options.principal,
    owner: ownerOf(options),
    ...(options.scopes === undefined ? {} : { scopes: options.scopes }),
    createdAt: options.now,
    expiresAt: options.now + parseDuration(options.expiresIn),
    ...(options.label === undefined ? {} : { label: options.label }),
  }
  await options.store.add(record)
  return { key, record }
}

function ownerOf({ principal: { kind, id, owner, subject }, owner: given }: IssueApiKeyOptions): string | null {
  const found = given === undefined ? (kind === 'user' ? id : (owner ?? subject?.id)) : given
  if (found === undefined || found === '') throw new DefinitionError(`Who owns the key of ${kind} '${id}'? Give the person's id as \`owner\`, or null where nobody's departure is to end it.`)
  return found
}

/** The id in a key, or `undefined` when the text does not have the form of one. */
export function apiKeyId(key: string, prefix: string): string | undefined {
  const id = key.slice(prefix.length + 1, prefix.length + 1 + ID_LENGTH)
  const rest = key.slice(prefix.length + 1 + ID_LENGTH)
  const wellFormed = key.startsWith(`${prefix}_`) && /^[A-Za-z\d]{16}$/.test(id) && /^_[A-Za-z\d]{43}$/.test(rest)
  return wellFormed ? id : undefined
}

/** The prefix, when it is one. */
export function checkPrefix(prefix: string): string {
  if (!/^[a-z][a-z0-9]{1,15}$/.test(prefix)) throw new DefinitionError(`"${prefix}" is not a prefix of keys: 2 to 16 lower-case letters and digits`)
  return prefix
}

function randomText(length: number): string {
  let text = ''
  const bytes = new Uint8Array(length * 2)
  while (text.length < length) {
    crypto.getRandomValues(bytes)
    // 248 is the largest multiple of 62 in a byte: taking the rest would favour the first letters.
    for (const byte of bytes) if (byte < 248 && text.length < length) text += ALPHABET[byte % 62]
  }
  return text
}
