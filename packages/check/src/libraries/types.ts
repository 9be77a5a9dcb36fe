/** What a call does to the world outside, as far as a checklist cares. */
export type EffectKind =
  | 'db-write' | 'db-read' | 'file-write' | 'file-read' | 'command' | 'network' | 'message' | 'payment' | 'model' | 'storage'
  | 'queue' | 'decrypt' | 'cookie' | 'sign-in' | 'password'
  /** Counts calls in memory, or compares what was counted: nothing is done. */
  | 'count'

/**
 * What a call gives, where there is no session (or no verified credential, or no allowance left):
 * a constant, an object of such shapes, or `throws`. `unknown` stands for anything.
 */
export type Shape = null | boolean | 'undefined' | 'throws' | 'unknown' | 'empty' | { readonly [property: string]: Shape }

/** How the arguments of an effect are to be read. */
export type ArgumentStyle =
  /** `create({ data, where, select })` */
  | 'query-object'
  /** `update(table).set(data).where(condition)`: the rest of the chain belongs to it. */
  | 'chain'
  /** `update(where, data)` */
  | 'where-data'
  /** `insert(data)`, `from(table).update(data).eq(…)` */
  | 'data-chain'
  /** A statement and its parameters. */
  | 'sql'
  /** `set(key, value)` of a key-value store: there are no columns. */
  | 'key'
  /** Arguments with no structure of their own. */
  | 'plain'

/** What is known of calls that a pattern matches. */
export interface CallRule {
  /** Reads the caller's session. The shape is what it gives when there is none. */
  readonly session?: Shape
  /** Names under which it gives the handler that it wraps: `export const { POST } = serve(handler)`. */
  readonly under?: readonly string[]
  /** Verifies a credential that it is passed (a cookie, a header, a signature). The shape is what a forged one gives. */
  readonly verifies?: Shape
  /** Reads or verifies in a promise: who does not await it goes on whatever it says. */
  readonly promise?: true
  /** Compares rights: an exit on its answer is a check of authorisation. `with-secret`: where it compares with a secret of the server. */
  readonly authorizes?: true | 'with-secret'
  readonly effect?: EffectKind
  readonly style?: ArgumentStyle
  /** Counts a call against a limit. The shape is what it gives when the limit is used up. */
  readonly limit?: Shape
  /** Counts up, and gives the count: `INCR`. */
  readonly counts?: true
  /** Validates its argument: gives the value, or a result object with `success` and `data`. */
  readonly validates?: 'value' | 'result' | 'issues'
  /** Answers for a router: every procedure of it can be called. `later`: what it gives is the handler that does. */
  readonly serves?: 'now' | 'later'
  /** Never returns. */
  readonly exits?: true
  /** Throws unless its first argument is truthy. */
  readonly asserts?: true
  /** Gives back the argument of this number: `cache(fn)`. */
  readonly passes?: number
  /** Gives the fields of an object that its arguments name: `pick(input, ['name'])`. */
  readonly picks?: true
  /** Gives something that the caller chose, a credential that nobody has verified yet, a secret of the server, or a code that only who knows the key can make. */
  readonly gives?: 'input' | 'credential' | 'secret' | 'code'
  /** Gives an object that holds credentials: passing it on passes them on. */
  readonly carries?: 'credential'
  /** Passes its own client to the callback: a transaction. */
  readonly transaction?: true
  /** Removes secrets and personal data from text. */
  readonly scrubs?: true
  /**
   * Answers with what an unknown error says, unless the builder of what it is passed has an option of this name that makes
   * something else of it.
   */
  readonly tells?: string
}

/** A builder: a chain of calls that ends in an action. Names of methods, and of what its functions receive. */
export interface BuilderRule {
  /** Functions that run before the handler and call `next`. */
  readonly middleware: readonly string[]
  /** Functions that run before the handler, whose result becomes the context. */
  readonly procedure?: readonly string[]
  readonly input: readonly string[]
  readonly bindInput?: readonly string[]
  readonly output?: readonly string[]
  readonly handler: readonly string[]
  /** Option of the call that starts it, or a method: a function that makes what the caller gets of what was thrown. */
  readonly onError?: string
  /** Without `onError`, the caller gets what an unknown error says. */
  readonly tells?: true
  /** Methods of the action that give it back, in another form: `.actionable()`. */
  readonly same?: readonly string[]
  /** Name of the validated input in the handler's argument. */
  readonly inputName: string
  readonly contextName: string
}

/** One library, as data. */
export interface Library {
  readonly name: string
  /** Packages, where `*` stands for any text. */
  readonly packages: readonly string[]
  /**
   * Rules by the path that is called: `auth.api.getSession`, `createClient().auth.getUser`. A call that lies on the
   * path is written `()`, with or without `new`; `*` stands for one name, `**` for any part of a path, `{a,b}` for either.
   */
  readonly calls?: { readonly [pattern: string]: CallRule }
  /** Builders by the pattern of the path that starts them. */
  readonly builders?: { readonly [pattern: string]: BuilderRule }
}
