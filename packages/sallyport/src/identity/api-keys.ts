import { sha256Hex } from '#digest'
import { DefinitionError, SallyportError } from '../errors/sallyport-error.ts'
import type { CallRequest } from '../lib/call-request.ts'
import type { MaybePromise } from '../lib/maybe-promise.ts'
import { apiKeyId, checkPrefix } from './api-key.ts'
import type { ApiKeyRecord, ApiKeyStore } from './api-key-store.ts'
import type { Principal, PrincipalFacts, SessionFacts } from './principal.ts'
import type { IdentityProvider } from './provider.ts'

/** How API keys are recognised. */
export interface ApiKeysOptions<P extends PrincipalFacts = PrincipalFacts> {
  readonly store: ApiKeyStore<P>
  /** What keys start with. Default `sp`. Another bearer token is left to the next provider. */
  readonly prefix?: string
  /** A header that may carry a key besides `Authorization: Bearer`. Default `x-api-key`. */
  readonly header?: string
  /**
   * Reads whom the key stands for now, where roles live elsewhere and change. `null` denies: the principal has left.
   * Default: as it was when the key was issued.
   */
  readonly toPrincipal?: (record: ApiKeyRecord<P>) => MaybePromise<P | null>
}

/**
 * Authenticates callers by opaque API keys. The key is looked up by its id on every call, and its hash compared in constant
 * time; a key that is unknown, wrong, expired or revoked denies, all in the same way.
 *
 * @throws DefinitionError when the prefix is malformed, or `toPrincipal` is no function.
 * @example
 * ```ts
 * identity: apiKeys({ store })
 * ```
 */
export function apiKeys<P extends PrincipalFacts = PrincipalFacts>(options: ApiKeysOptions<P>): IdentityProvider<P & Principal> {
  const prefix = checkPrefix(options.prefix ?? 'sp')
  const header = options.header ?? 'x-api-key'
  // One that was mistyped where it is imported would leave everybody the roles of the day of issue.
  if ('toPrincipal' in options && typeof options.toPrincipal !== 'function') throw new DefinitionError('`toPrincipal` of apiKeys() is no function. Leave it out where keys keep the roles that they were issued with.')
  return {
    name: 'api-keys',
    async authenticate(request, { now }) {
      const key = sentKey(request, prefix, header)
      if (key === null) return null
      const id = apiKeyId(key, prefix)
      if (id === undefined) throw denied('it does not have the form of a key')
      const record = await options.store.find(id)
      // Hashed and compared even when there is no such key, so that an answer takes as long either way.
      const matches = equalHashes(await sha256Hex(key), record?.hash ?? UNKNOWN_HASH)
      if (record === null || !matches) throw denied('there is no such key')
      if (record.revokedAt !== undefined) throw denied('it was revoked')
      if (!(record.expiresAt > now)) throw denied('it has expired')
      const principal = await principalOf(record, options.toPrincipal)
      const session: SessionFacts = { id: record.id, expiresAt: record.expiresAt, credential: 'bearer', scopes: record.scopes ?? 'all' }
      return { ...principal, session }
    },
    async end(principalId, { now, tenant, handOverTo }) {
      let [keys, keysHandedOver] = [0, 0]
      for (const { id, revokedAt, principal } of await options.store.keysOf(principalId)) {
        if (revokedAt !== undefined || (tenant !== undefined && principal.tenant !== tenant)) continue
        const isTheirs = principal.id === principalId || principal.subject?.id === principalId
        if (!isTheirs && handOverTo !== undefined) {
          if (await options.store.setOwner(id, handOverTo)) keysHandedOver++
        } else if (await options.store.revoke(id, now)) keys++
      }
      return { keys, keysHandedOver, notEnded: tenant === undefined ? [] : [{ what: 'keys', by: 'api-keys', why: 'no-tenant' }] }
    },
  }
}

/** Whom a key stands for. Who owns it is asked of the key, where the application does not say: it may have been handed over. */
async function principalOf<P extends PrincipalFacts>(record: ApiKeyRecord<P>, toPrincipal: ApiKeysOptions<P>['toPrincipal']): Promise<P> {
  const found = toPrincipal === undefined ? record.principal : await toPrincipal(record)
  if (found === null) throw denied('whom it stands for is gone')
  const { owner } = record
  // A record that was written before keys had owners has none, whatever its type says.
  if (found.kind === 'user' || typeof owner !== 'string' || (toPrincipal !== undefined && found.owner !== undefined)) return found
  return { ...found, owner }
}

const UNKNOWN_HASH = '0'.repeat(64)

function sentKey(request: CallRequest, prefix: string, header: string): string | null {
  const bearer = /^bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '')?.[1]
  if (bearer?.startsWith(`${prefix}_`) === true) return bearer
  return request.headers.get(header)
}

/** Takes as long wherever the two differ. */
function equalHashes(left: string, right: string): boolean {
  if (left.length !== right.length) return false
  let difference = 0
  for (let index = 0; index < left.length; index++) difference |= left.charCodeAt(index) ^ right.charCodeAt(index)
  return difference === 0
}

function denied(reason: string): SallyportError {
  return new SallyportError('UNAUTHENTICATED', { reason: `API key: ${reason}` })
}
