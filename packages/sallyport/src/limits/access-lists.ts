import { DefinitionError } from '../errors/sallyport-error.ts'
import { inCidr, parseCidr, parseIp, type Cidr } from '../lib/ip.ts'

/** Addresses and principals that are treated apart. */
export interface AccessListOptions {
  /** Not limited. Everything else still holds. */
  readonly allow?: AccessList
  /** Refused before anything else, and so is who acts for one of them. Wins over `allow`. */
  readonly deny?: AccessList
}

/** One list. */
export interface AccessList {
  /** Addresses or blocks: `203.0.113.7`, `10.0.0.0/8`, `2001:db8::/32`. */
  readonly addresses?: readonly string[]
  /** Principals as `kind:id`: `user:42`, `agent:mailer`. */
  readonly principals?: readonly string[]
}

interface Party {
  readonly kind: string
  readonly id: string
}

/** What is known of who calls. */
export interface AccessFacts {
  readonly address?: string | undefined
  readonly principal?: (Party & { readonly subject?: Party | undefined }) | null
}

/** What the lists say of a caller. `limited`: nothing, so the limits hold. */
export type AccessVerdict = 'allowed' | 'denied' | 'limited'

/**
 * Reads an allow-list and a deny-list once, and then says of each caller on which it stands. An address that is unknown or
 * malformed stands on none.
 *
 * @throws DefinitionError when a block of addresses is malformed, or a principal has no kind.
 * @example
 * ```ts
 * const verdictOf = accessLists({ deny: { addresses: ['198.51.100.0/24'] }, allow: { principals: ['service:monitor'] } })
 * verdictOf({ address: '198.51.100.9' }) // 'denied'
 * ```
 */
export function accessLists(options: AccessListOptions): (facts: AccessFacts) => AccessVerdict {
  // Asked twice in every call, and most ports have no lists.
  if (options.deny === undefined && options.allow === undefined) return () => 'limited'
  const denied = listed(options.deny)
  const allowed = listed(options.allow)
  return (facts) => (denied(facts) || denied({ principal: facts.principal?.subject ?? null }) ? 'denied' : allowed(facts) ? 'allowed' : 'limited')
}

function listed(list: AccessList = {}): (facts: AccessFacts) => boolean {
  const blocks: readonly Cidr[] = (list.addresses ?? []).map(parseCidr)
  const principals = new Set(list.principals)
  for (const name of principals) if (!/^(?:user|service|agent):./s.test(name)) throw new DefinitionError(`'${name}' is no principal of a list. Write its kind before its id: 'user:42', 'agent:mailer'.`)
  return ({ address, principal }) => {
    if (principal && principals.size > 0 && principals.has(`${principal.kind}:${principal.id}`)) return true
    if (blocks.length === 0 || address === undefined) return false
    const parsed = parseIp(address)
    return parsed !== undefined && blocks.some((block) => inCidr(parsed, block))
  }
}
