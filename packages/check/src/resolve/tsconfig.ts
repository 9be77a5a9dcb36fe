import { posix } from 'node:path'
import { isRecord, parseLooseJson } from './json.ts'

/** `paths` and `baseUrl` of one tsconfig.json, ready to match. */
export interface PathAliases {
  readonly baseUrl?: string
  readonly patterns: readonly { readonly prefix: string; readonly suffix: string; readonly exact: boolean; readonly targets: readonly string[] }[]
}

/** Reads a file's text; undefined where there is none. */
export type ReadText = (path: string) => string | undefined

/** Finds the aliases that hold in a folder: those of the nearest tsconfig.json or jsconfig.json, with what it extends. */
export class AliasFinder {
  readonly #read: ReadText
  readonly #extend: (specifier: string) => string | undefined
  readonly #report: (path: string, problem: string) => void
  readonly #malformed = new Set<string>()
  readonly #byFolder = new Map<string, PathAliases | undefined>()

  /**
   * @param extend turns a package's specifier (`@acme/tsconfig/base.json`) into a path
   * @param report is told once of each file that is malformed
   */
  constructor(read: ReadText, extend: (specifier: string) => string | undefined, report: (path: string, problem: string) => void) {
    this.#read = read
    this.#extend = extend
    this.#report = report
  }

  /** Aliases for files of a folder. */
  for(folder: string, root: string): PathAliases | undefined {
    if (this.#byFolder.has(folder)) return this.#byFolder.get(folder)
    let found: PathAliases | undefined
    for (const name of ['tsconfig.json', 'jsconfig.json']) {
      found ??= this.#load(`${folder}/${name}`, 0, folder)
    }
    if (found === undefined && folder !== root && folder.startsWith(root)) found = this.for(posix.dirname(folder), root)
    this.#byFolder.set(folder, found)
    return found
  }

  /** @param top folder of the configuration that extends the others: `${configDir}` */
  #load(path: string, depth: number, top: string): PathAliases | undefined {
    const text = depth > 8 ? undefined : this.#read(path)
    const config = text === undefined ? undefined : parseLooseJson(text)
    if (text !== undefined && config === undefined && !this.#malformed.has(path)) {
      this.#malformed.add(path)
      this.#report(path, 'is not valid JSON: its path aliases are not known')
    }
    if (!isRecord(config)) return undefined
    const folder = posix.dirname(path)
    const options = isRecord(config.compilerOptions) ? config.compilerOptions : {}
    const bases = Array.isArray(config.extends) ? config.extends : [config.extends]
    let inherited: PathAliases | undefined
    for (const base of bases) if (typeof base === 'string') inherited = over(inherited, this.#load(this.#locate(folder, base), depth + 1, top))
    const baseUrl = typeof options.baseUrl === 'string' ? within(folder, options.baseUrl, top) : inherited?.baseUrl
    if (!isRecord(options.paths)) return { ...(baseUrl === undefined ? {} : { baseUrl }), patterns: inherited?.patterns ?? [] }
    const patterns = Object.entries(options.paths).map(([pattern, targets]) => {
      const star = pattern.indexOf('*')
      return {
        prefix: star === -1 ? pattern : pattern.slice(0, star),
        suffix: star === -1 ? '' : pattern.slice(star + 1),
        exact: star === -1,
        targets: (Array.isArray(targets) ? targets : []).flatMap((target) => (typeof target === 'string' ? [within(baseUrl ?? folder, target, top)] : [])),
      }
    })
    patterns.sort((left, right) => right.prefix.length - left.prefix.length)
    return { ...(baseUrl === undefined ? {} : { baseUrl }), patterns }
  }

  #locate(folder: string, base: string): string {
    const path = base.startsWith('.') || base.startsWith('/') ? posix.resolve(folder, base) : (this.#extend(base) ?? base)
    return path.endsWith('.json') ? path : `${path}.json`
  }
}

/** What two configurations that are extended say together: the later one decides what it says itself. */
function over(earlier: PathAliases | undefined, later: PathAliases | undefined): PathAliases | undefined {
  if (earlier === undefined || later === undefined) return later ?? earlier
  return { ...earlier, ...later, patterns: later.patterns.length > 0 ? later.patterns : earlier.patterns }
}

/** A path of a configuration, from its folder, or from that of the configuration which extends it. */
function within(folder: string, path: string, top: string): string {
  return path.startsWith(configDir) ? posix.join(top, path.slice(configDir.length)) : posix.join(folder, path)
}

const configDir = '${configDir}'

/** Files of the same code base that a configuration extends, by their paths. */
export function extendedBy(path: string, text: string): string[] {
  const config = parseLooseJson(text)
  const bases = isRecord(config) ? (Array.isArray(config.extends) ? config.extends : [config.extends]) : []
  return bases.flatMap((base) => (typeof base === 'string' && base.startsWith('.') ? [posix.resolve(posix.dirname(path), base.endsWith('.json') ? base : `${base}.json`)] : []))
}

/** Paths that an alias may mean, best first. */
export function expandAlias(aliases: PathAliases, specifier: string): string[] {
  for (const { prefix, suffix, exact, targets } of aliases.patterns) {
    if (exact ? specifier !== prefix : !(specifier.startsWith(prefix) && specifier.endsWith(suffix) && specifier.length >= prefix.length + suffix.length)) continue
    const rest = exact ? '' : specifier.slice(prefix.length, specifier.length - suffix.length)
    return targets.map((target) => target.replace('*', () => rest))
  }
  return aliases.baseUrl === undefined ? [] : [posix.join(aliases.baseUrl, specifier)]
}
