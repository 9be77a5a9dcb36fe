import { DefinitionError } from '../errors/sallyport-error.ts'

/** Where an action is defined. */
export interface Site {
  readonly file: string
  /** The module in that file, where a bundler says so: it does for one that was reloaded. */
  readonly module?: string
}

/** A definition that has taken its name. */
interface Taken {
  /** What others know of the action: its definition hash and posture are made of this. */
  readonly facts: () => string
  /** Where the engine can say it and it matters. */
  readonly site: Site | null
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
   * @param site Where it is defined: see {@link callerOf}.
   * @throws DefinitionError when another action has it.
   */
  take(name: string, facts: () => string, site: Site | null): void {
    const before = this.#taken.get(name)
    if (before !== undefined && !this.#isSame(before, facts, site)) {
      const moved = this.#reloads ? ' If you have just moved it, start the development server anew.' : ''
      throw new DefinitionError(`Two actions of this port are called '${name}'${places(before.site, site)}. Grants, approvals and the log name actions: give each a name of its own.${moved}`)
    }
    const taken: Taken = { facts, site, fresh: true }
    this.#taken.set(name, taken)
    queueMicrotask(() => (taken.fresh = false))
  }

  #isSame(before: Taken, facts: () => string, site: Site | null): boolean {
    // A module is never evaluated twice in one stretch: this is a second definition in it.
    if (before.fresh) return false
    return before.facts() === facts() || (this.#reloads && isSameSite(before.site, site))
  }
}

function isSameSite(a: Site | null, b: Site | null): boolean {
  if (a === null || b === null) return a === b
  return a.file === b.file && (a.module === undefined || b.module === undefined || a.module === b.module)
}

function places(a: Site | null, b: Site | null): string {
  return a === null || b === null ? '' : ` (${a.module ?? a.file} and ${b.module ?? b.file})`
}

/** Where `defined` was called, without line and column, or null where the engine does not say. */
export function callerOf(defined: (...args: never) => unknown): Site | null {
  const { captureStackTrace } = Error as { captureStackTrace?: (target: object, above: unknown) => void }
  if (captureStackTrace === undefined) return null
  const target: { stack?: unknown } = {}
  captureStackTrace(target, defined)
  // An application may have replaced how stacks are written.
  if (typeof target.stack !== 'string') return null
  // `at evaluate (file:///app/orders.ts:12:4)`, or `at /app/orders.ts:12:4`.
  const frame = /^\s*at (?:.*? \((.*)\)|(.*))$/m.exec(target.stack)
  const place = (frame?.[1] ?? frame?.[2])?.replace(/(?::\d+){1,2}$/, '')
  return place === undefined ? null : siteOf(place)
}

/** Turbopack evaluates `/app/.next/…/chunk.js` and reloads `file:///app/.next/…/chunk.js?id=<module>`. */
function siteOf(place: string): Site {
  if (!place.startsWith('file://')) return { file: place }
  try {
    const { pathname, searchParams } = new URL(place)
    const module = searchParams.get('id')
    return { file: decodeURIComponent(pathname), ...(module === null ? {} : { module }) }
  } catch {
    return { file: place }
  }
}
