/** Somebody leaves: what an identity provider needs to know to end what it holds of theirs. */
export interface Departure {
  /** Epoch milliseconds. */
  readonly now: number
  /** Ends what is of this tenant alone. Left out: of all, and of none. */
  readonly tenant?: string
  /** Who answers from now on for the services and agents that they own. Default: what these sign in with ends too. */
  readonly handOverTo?: string
}

/** What a provider ended. Whatever is left out is none. */
export interface EndedSignIns {
  readonly keys?: number
  /** Keys of services and agents that somebody else answers for now. */
  readonly keysHandedOver?: number
  readonly sessions?: number
  readonly notEnded?: readonly NotEnded[]
}

/**
 * Something that a departure did not end, or may not have. It is said whether or not there is any: who governs one tenant does not learn what
 * somebody has elsewhere.
 */
export interface NotEnded {
  /** `sign-ins`: whatever a provider lets in by. `elsewhere`: what other systems keep. */
  readonly what: 'keys' | 'sessions' | 'sign-ins' | 'secrets' | 'elsewhere'
  /** Who holds it: the name of an identity provider. */
  readonly by?: string
  /** Which one: the name of a secret. */
  readonly name?: string
  /**
   * `no-tenant`: it is bound to no tenant, so that who governs one can't end it. `no-way`: its holder can't call it back, and the application says no
   * way to. `shared`: who left answered for it, and it is not theirs alone. `this-process`: it was ended for this process alone, and until it ends.
   * `not-configured`: the command does not know the application's.
   */
  readonly why: 'no-tenant' | 'no-way' | 'shared' | 'this-process' | 'not-configured'
}
