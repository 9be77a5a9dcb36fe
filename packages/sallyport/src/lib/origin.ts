import { DefinitionError } from '../errors/sallyport-error.ts'
import type { CallRequest } from './call-request.ts'
import type { OriginPolicy } from './host.ts'

/** What a request says of the page that sent it. `null` where a header is absent. */
export interface OriginFacts {
  readonly secFetchSite: string | null
  readonly origin: string | null
  readonly referer: string | null
  /** The host that the request was sent to, with its port where it is not the scheme's own. */
  readonly host: string | null
  /** True when the request is known to have come over HTTPS: pages on plain HTTP are then foreign. Default unknown. */
  readonly secure?: boolean
  /** Other origins that may call, as `allowOrigins` made them. Default none. */
  readonly allowed?: AllowedOrigins
}

/** Why a call was refused: for the log, never for the caller. */
export type OriginRefusal =
  | 'cross-site: the browser says that another site sent this'
  | 'same-site: another origin of the same site sent this, and it is not allowed'
  | 'foreign: it comes from another origin'
  | 'null: the origin is opaque'
  | 'malformed: a header that names the sender can not be read'
  | 'missing: nothing says which page sent this'

/** The decision on where a call comes from. */
export type OriginDecision = { readonly allowed: true } | { readonly allowed: false; readonly reason: OriginRefusal }

/** A list of origins that has been checked when it was declared. */
export interface AllowedOrigins {
  has(origin: string): boolean
}

const ALLOWED: OriginDecision = { allowed: true }
const NO_ORIGINS: AllowedOrigins = { has: () => false }

/**
 * Decides whether a call that carries cookies was sent by a page of the application itself.
 *
 * `Sec-Fetch-Site` decides first, because no page can set it: `same-origin` is let through; `same-site` and `cross-site` need an
 * `Origin` from the allow-list. `none` (the address bar, a bookmark, a link in another program) proves no page, so the call is then
 * judged like one without the header: by `Origin`, or else by `Referer`, against the host and the allow-list. What is missing,
 * `null` or malformed is refused.
 *
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 * @example
 * ```ts
 * decideOrigin({ secFetchSite: null, origin: 'https://shop.example', referer: null, host: 'shop.example' }) // { allowed: true }
 * ```
 */
export function decideOrigin(facts: OriginFacts): OriginDecision {
  const allowed = facts.allowed ?? NO_ORIGINS
  switch (facts.secFetchSite) {
    case 'same-origin':
      return ALLOWED
    case 'same-site':
    case 'cross-site':
      if (facts.origin !== null && allowed.has(facts.origin)) return ALLOWED
      return refuse(
        facts.secFetchSite === 'same-site'
          ? 'same-site: another origin of the same site sent this, and it is not allowed'
          : 'cross-site: the browser says that another site sent this',
      )
    case 'none':
    case null:
      return byOrigin(facts, allowed)
    default:
      return refuse('malformed: a header that names the sender can not be read')
  }
}

/**
 * Checks a list of origins: `https://admin.example.com`, or `https://*.example.com`, where the star stands for one label.
 *
 * @throws DefinitionError when an entry is no origin, is `null`, or has a star anywhere else.
 */
export function allowOrigins(origins: readonly string[]): AllowedOrigins {
  const exact = new Set<string>()
  const patterns: RegExp[] = []
  for (const entry of origins) {
    const probe = entry.replace('://*.', '://wildcard.')
    const origin = readOrigin(probe)
    if (origin === undefined || origin !== probe || entry.includes('*', entry.indexOf('://') + 4)) {
      throw new DefinitionError(`"${entry}" is not an origin: write a scheme and a host in lower case, as in https://admin.example.com or https://*.example.com`)
    }
    if (probe === entry) exact.add(entry)
    else if (probe.split('.').length < 3) throw new DefinitionError(`"${entry}" would allow a whole top-level domain`)
    else patterns.push(new RegExp(`^${entry.replace(/[.+]/g, '\\$&').replace('*', '[a-z0-9-]+')}$`))
  }
  return { has: (origin) => exact.has(origin) || patterns.some((pattern) => pattern.test(origin)) }
}

/**
 * True for calls whose credentials a browser may have added by itself: those with cookies, those that a page of the application
 * makes through the framework, and all that a browser marks as sent by a page, unless they carry a bearer token and no cookie.
 * No page can make a browser add `Authorization: Bearer` to a request of another site, so such calls need no origin.
 */
export function originApplies(request: CallRequest): boolean {
  if (request.transport === 'next-action' || request.headers.get('cookie') !== null) return true
  // `Basic` and `Negotiate` are added by the browser itself; `Bearer` and `DPoP` only by a program.
  if (/^(?:bearer|dpop) /i.test(request.headers.get('authorization') ?? '')) return false
  return request.headers.get('authorization') !== null || request.headers.get('origin') !== null || request.headers.get('sec-fetch-site') !== null
}

/**
 * Makes the check of a port's calls, with its policy read once.
 *
 * @throws DefinitionError when the policy names something that is no origin.
 */
export function originCheck(policy: OriginPolicy = {}): (request: CallRequest) => OriginDecision {
  const allowed = allowOrigins(policy.allowed ?? [])
  return ({ headers, url }) => {
    const secFetchSite = headers.get('sec-fetch-site')
    // Nearly every call: what decides first decides alone, and the other headers need not be read.
    if (secFetchSite === 'same-origin') return ALLOWED
    const forwarded = policy.trustForwardedHost === true
    const secure = (forwarded && headers.get('x-forwarded-proto') === 'https') || url?.startsWith('https://') === true
    return decideOrigin({
      secFetchSite,
      origin: headers.get('origin'),
      referer: headers.get('referer'),
      host: (forwarded ? headers.get('x-forwarded-host') : null) ?? headers.get('host'),
      secure,
      allowed,
    })
  }
}

function byOrigin(facts: OriginFacts, allowed: AllowedOrigins): OriginDecision {
  if (facts.origin === 'null') return refuse('null: the origin is opaque')
  const sender = facts.origin ?? refererOrigin(facts.referer)
  if (sender === null) return refuse('missing: nothing says which page sent this')
  const origin = readOrigin(sender)
  // A browser writes an origin in its canonical form; anything else was written by hand.
  if (origin === undefined || origin !== sender) return refuse('malformed: a header that names the sender can not be read')
  return allowed.has(origin) || isOwn(origin, facts) ? ALLOWED : refuse('foreign: it comes from another origin')
}

function isOwn(origin: string, { host, secure }: OriginFacts): boolean {
  if (host === null || (secure === true && !origin.startsWith('https://'))) return false
  const scheme = origin.startsWith('https://') ? 'https://' : 'http://'
  return readOrigin(scheme + host.toLowerCase()) === origin
}

/** The origin of a page's address; the text as it is when it is none, so that it is refused as malformed. */
function refererOrigin(referer: string | null): string | null {
  if (referer === null || referer === '') return null
  const url = URL.canParse(referer) ? new URL(referer) : undefined
  return url === undefined || url.username !== '' || url.password !== '' ? 'malformed' : url.origin
}

/** An origin in canonical form, default ports dropped. Schemes of apps (`capacitor://localhost`) are kept as they are. */
function readOrigin(text: string): string | undefined {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[a-z0-9._:[\]-]+$/.test(text) || !URL.canParse(text)) return undefined
  const url = new URL(text)
  return url.origin === 'null' ? text : url.origin
}

function refuse(reason: OriginRefusal): OriginDecision {
  return { allowed: false, reason }
}
