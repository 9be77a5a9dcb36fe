/** Who is behind a principal: a person, a service of the application, or an AI agent. */
export type PrincipalKind = 'user' | 'service' | 'agent'

/** How a caller proved who it is. Cookies travel by themselves, so calls that carry them face the `origin` control. */
export type CredentialKind = 'cookie' | 'bearer' | 'internal'

/** Facts about the session or credential that authenticated a call. */
export interface SessionFacts {
  /** Id of the session or credential; never its secret. */
  readonly id?: string
  /** When the person last proved who they are, epoch milliseconds. `freshness` looks at it. */
  readonly authenticatedAt?: number
  /** When the session ends, epoch milliseconds. */
  readonly expiresAt?: number
  readonly credential: CredentialKind
  /**
   * Scopes of the OAuth token, or those that the credential was narrowed to when it was issued; `'all'` for a credential that was not narrowed.
   * A scope is no right: it narrows which tools of an MCP server the caller reaches. Default: none.
   */
  readonly scopes?: readonly string[] | 'all'
}

/**
 * The authenticated caller.
 *
 * For an agent that acts for a person (RFC 8693), `kind` is `agent`, `id` is the agent's, `subject` is the person
 * for whom it acts, and `chain` the actors between the two, nearest first.
 */
export interface Principal<Role extends string = string> {
  readonly kind: PrincipalKind
  readonly id: string
  readonly roles: readonly Role[]
  /** The tier whose limits hold, for example `free`. A port has a default per kind. */
  readonly tier?: string
  readonly tenant?: string
  readonly session: SessionFacts
  /** For whom an agent or a service acts. Its permissions bound what may be done. */
  readonly subject?: Subject<Role>
  /** Ids of the actors between the subject and this principal, nearest first. */
  readonly chain?: readonly string[]
  /** Who owns this agent or service: the id of a person. */
  readonly owner?: string
  /** Permissions that an agent or service can have at most, whatever it is granted. */
  readonly ceiling?: readonly string[]
  /**
   * What an agent or service is working on, as its credential says or the application that runs it. A grant for a task holds
   * for calls of that task alone.
   */
  readonly task?: string
  /** Further facts for policies: a department, a plan. Never secrets. */
  readonly attributes?: Readonly<Record<string, unknown>>
}

/** A principal without its session: whom a credential stands for. */
export type PrincipalFacts<Role extends string = string> = Omit<Principal<Role>, 'session'>

/** The person for whom an agent acts. */
export interface Subject<Role extends string = string> {
  readonly kind: PrincipalKind
  readonly id: string
  readonly roles: readonly Role[]
  readonly tenant?: string
}
