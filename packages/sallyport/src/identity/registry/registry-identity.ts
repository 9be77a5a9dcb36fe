import { sha256Hex } from '#digest'
import { SallyportError } from '../../errors/sallyport-error.ts'
import { grantTokenHash } from '../../lib/grant-token.ts'
import type { GrantRecord, GrantStore } from '../../grants/types.ts'
import type { CallRequest } from '../../lib/call-request.ts'
import type { MaybePromise } from '../../lib/maybe-promise.ts'
import type { Principal, SessionFacts, Subject } from '../principal.ts'
import type { IdentityProvider } from '../provider.ts'
import { isCredential } from './credential.ts'
import type { IdentityStore } from './types.ts'

/** Options of {@link registryIdentity}. */
export interface RegistryIdentityOptions {
  readonly identities: IdentityStore
  readonly grants: GrantStore
  readonly environment: string
  /** The person for whom an agent acts, as they are now, in the tenant of the agent where it has one. `null` denies: they have left. */
  readonly subjectOf: (personId: string, of: { readonly tenant?: string }) => MaybePromise<Subject | null>
  /** The header with which an agent says for whom it acts: the token or the id of a grant. Default `sallyport-grant`. */
  readonly header?: string
  /**
   * Lets in by tokens of an authorization server too: a provider that reads them, for example `jwtIdentity` with this server's address as
   * `audience`. Whom a token names, as `id`, must be registered; ceiling, owner and state are the registry's; `attributes` and the
   * token's scopes are kept. Default: credentials of the registry alone.
   */
  readonly tokens?: Pick<IdentityProvider, 'authenticate'>
  /** Refuses a credential that a browser sends: people must not act as agents (NHI10:2025). Default true; it is noted either way. */
  readonly refuseBrowsers?: boolean
}

/** What somebody has shown to say who they are. */
interface Proof {
  readonly identityId: string
  /** Under what its uses are noted. */
  readonly noted: string
  readonly session: SessionFacts
  readonly attributes?: Principal['attributes']
}

const NOTE_EVERY_MS = 60_000
const MAX_NOTED = 10_000

/**
 * Authenticates agents and services by a credential of the registry, `Authorization: Bearer spi_…`, or by a token that names one of them. The
 * identity must be active, of this environment, and its credential or token valid now. It acts for a person only through a live grant that names it.
 *
 * @example
 * ```ts
 * identity: firstOf([registryIdentity({ identities: store.identities, grants: store.grants, environment, subjectOf }), betterAuthIdentity(auth)])
 * ```
 */
export function registryIdentity(options: RegistryIdentityOptions): IdentityProvider {
  const { identities, grants, environment, header = 'sallyport-grant', refuseBrowsers = true } = options
  const noted = new Map<string, number>()

  /** Written once a minute for each kind of client, or a busy agent would write with every call. */
  async function note(proof: Proof, request: CallRequest, now: number, browser: boolean): Promise<void> {
    const client = await sha256Hex(request.headers.get('user-agent') ?? '')
    const key = `${proof.noted} ${client} ${browser}`
    if (now - (noted.get(key) ?? 0) < NOTE_EVERY_MS) return
    if (noted.size >= MAX_NOTED) noted.clear()
    noted.set(key, now)
    await identities.touch({ id: proof.noted, identityId: proof.identityId }, { now, client, browser })
  }

  /** For whom it acts: the subject of the grant that it names. */
  async function subjectBy(text: string, actor: string, tenant: string | undefined, now: number): Promise<{ readonly grant: GrantRecord; readonly subject: Subject | undefined }> {
    const hash = await grantTokenHash(text)
    const grant = hash === undefined ? await grants.get(text) : await grants.findByToken(hash)
    const live = grant !== null && grant.revokedAt === null && grant.expiresAt > now && grant.notBefore <= now
    if (!live || grant.actor !== actor || grant.environment !== environment || grant.tenant !== tenant) throw denied('it names no live grant of its own')
    if (grant.subject === null) return { grant, subject: undefined }
    const subject = await options.subjectOf(grant.subject, tenant === undefined ? {} : { tenant })
    if (subject === null || subject.id !== grant.subject) throw denied('the person for whom it acts is gone')
    return { grant, subject }
  }

  async function byCredential(secret: string, now: number): Promise<Proof> {
    const credential = await identities.credentialByHash(await sha256Hex(secret))
    if (credential === null) throw denied('there is no such credential')
    if (credential.revokedAt !== null) throw denied('it was revoked')
    if (!(credential.expiresAt > now)) throw denied('it has expired')
    return { identityId: credential.identityId, noted: credential.id, session: { id: credential.id, expiresAt: credential.expiresAt, credential: 'bearer', scopes: credential.scopes ?? 'all' } }
  }

  async function byToken(request: CallRequest, given: Parameters<IdentityProvider['authenticate']>[1]): Promise<Proof | null> {
    const found = (await options.tokens?.authenticate(request, given)) ?? null
    if (found === null) return null
    const { id, session, attributes } = found
    return { identityId: id, noted: `token:${id}`, session: { ...session, credential: 'bearer' }, ...(attributes === undefined ? {} : { attributes }) }
  }

  return {
    name: 'registry',
    // What is kept in the registry is ended there, and who has ended is let in by nothing.
    end: () => ({}),
    async authenticate(request, given): Promise<Principal | null> {
      const { now } = given
      const secret = /^bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '')?.[1]
      if (secret === undefined) return null
      const proof = isCredential(secret) ? await byCredential(secret, now) : await byToken(request, given)
      if (proof === null) return null
      const identity = await identities.get(proof.identityId)
      if (identity?.state !== 'active') throw denied(`the identity is ${identity?.state ?? 'gone'}`)
      if (identity.environment !== environment) throw denied('it is of another environment')
      const browser = request.headers.get('cookie') !== null || request.headers.get('sec-fetch-site') !== null
      await note(proof, request, now, browser)
      if (browser && refuseBrowsers) throw denied('a browser sent the credential of an agent')
      const named = request.headers.get(header)
      const found = named === null ? undefined : await subjectBy(named, identity.id, identity.tenant, now)
      return {
        kind: identity.kind,
        id: identity.id,
        roles: [],
        ceiling: identity.ceiling,
        owner: identity.owner,
        ...(identity.tenant === undefined ? {} : { tenant: identity.tenant }),
        ...(found?.subject === undefined ? {} : { subject: found.subject }),
        ...(found === undefined || found.grant.chain.length === 0 ? {} : { chain: found.grant.chain }),
        ...(found?.grant.taskId === undefined ? {} : { task: found.grant.taskId }),
        ...(proof.attributes === undefined ? {} : { attributes: proof.attributes }),
        session: proof.session,
      }
    },
  }
}

function denied(reason: string): SallyportError {
  return new SallyportError('UNAUTHENTICATED', { reason: `registry: ${reason}` })
}
