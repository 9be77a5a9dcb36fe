import { DefinitionError } from '../errors/sallyport-error.ts'

/** A definition that has taken its name. */
interface Taken {
  /** What others know of the action: its definition hash and posture are made of this. */
  readonly facts: () => string
  /** The file that defines it, where the engine can say and it matters. */
  readonly file: string | null
  /** Whether the synchronous stretch of code that defined it still runs. */
  fresh: boolean
}

/**
 * The names of a port's actions. Grants and approvals name actions, so two of one name would be open to what was given for either. But the
 * same module is evaluated again when a bundler instantiates it for another layer, and in development when its file was saved:
 * then the same name comes back, from the same definition or from the same file.
 */
export class ActionNames {
  readonly #taken = new Map<string, Taken>()
  readonly #reloads: boolean

  /** @param reloads Whether files may be edited while the port stands: in development. */
  constructor(reloads: boolean) {
    this.#reloads = reloads
  }

  /**
   * Takes a name.
   *
   * @param file The file of the definition: see {@link callerOf}.
   * @throws DefinitionError when another action has it.
   */
  take(name: string, facts: () => string, file: string | null): void {
    const before = this.#taken.get(name)
    if (before !== undefined && !this.#isSame(before, facts, file)) {
      throw new DefinitionError(`Two actions of this port are called '${name}'${file === null || before.file === null ? '' : ` (${before.file} and ${file})`}. Grants, approvals and the log name actions: give each a name of its own.`)
    }
    const taken: Taken = { facts, file, fresh: true }
    this.#taken.set(name, taken)
    queueMicrotask(() => (taken.fresh = false))
  }

  #isSame(before: Taken, facts: () => string, file: string | null): boolean {
    // A module is never evaluated twice in one stretch: this is a second definition in it.
    if (before.fresh) return false
    return before.facts() === facts() || (this.#reloads && before.file === file)
  }
}

/** The file that called `defined`, without line and column, or null where the engine does not say. */
export function callerOf(defined: (...args: never) => unknown): string | null {
  const { captureStackTrace } = Error as { captureStackTrace?: (target: object, above: unknown) => void }
  if (captureStackTrace === undefined) return null
  const target: { stack?: unknown } = {}
  captureStackTrace(target, defined)
  // An application may have replaced how stacks are written.
  if (typeof target.stack !== 'string') return null
  // `at evaluate (file:///app/orders.ts:12:4)`, or `at /app/orders.ts:12:4`.
  const frame = /^\s*at (?:.*? \((.*)\)|(.*))$/m.exec(target.stack)
  return (frame?.[1] ?? frame?.[2])?.replace(/(?::\d+){1,2}$/, '') ?? null
}
