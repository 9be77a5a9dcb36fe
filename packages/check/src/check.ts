import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { knownLibraries } from './libraries/index.ts'
import { LibraryIndex } from './libraries/match.ts'
import { CodeBase } from './resolve/program.ts'
import { readTree, type SourceTree } from './files/tree.ts'
import { actionsOf, mayHoldActions, type Found } from './inventory/actions.ts'
import { isRouteFile, routesOf } from './inventory/routes.ts'
import { importersOf, type Importer } from './inventory/importers.ts'
import { readBuilds, registeredIn } from './inventory/manifest.ts'
import { Shared } from './derive/shared.ts'
import { examine, plainTraces } from './examine.ts'
import { Findings } from './findings.ts'
import { applySuppressions, flawOf, suppressionsOf, type Suppression } from './suppress.ts'
import type { CheckCache, FileResult, OpenCache } from './cache/cache.ts'
import type { CheckConfig } from './config.ts'
import type { EntryContext } from './rules/types.ts'
import type { CheckResult, EntryPoint, Finding, Level, Problem } from './types.ts'

/** Options of {@link check}. */
export interface CheckOptions {
  /** Directory to check. */
  readonly root: string
  /** Files to check instead of those of the directory. */
  readonly tree?: SourceTree
  readonly config?: CheckConfig
  /** Report only on these files (absolute paths). Who imports them is then not looked for: exposure stays open. */
  readonly only?: readonly string[]
  /** Today as an ISO date: suppressions expire by it. Default: the clock's. */
  readonly today?: string
  /** What files came to in an earlier check; what they come to in this one is put in its place. Not used with `only`. */
  readonly cache?: CheckCache
  /** Called with what is done and what there is to do. */
  readonly progress?: (done: number, total: number, name: string) => void
}

/**
 * Finds every server action and route handler of a code base, and grades what guards it.
 *
 * Reads files only. Malformed files are reported in `problems`, and the rest is still checked.
 *
 * @throws {Error} if `root` is not a directory that can be read
 * @example
 * const { entries, findings } = check({ root: '.' })
 */
export function check(options: CheckOptions): CheckResult {
  const started = performance.now()
  const config = options.config ?? {}
  const today = options.today ?? new Date().toISOString().slice(0, 10)
  const tree = options.tree ?? readTree(options.root, { ignore: config.ignore ?? [] })
  const base = new CodeBase(tree)
  const libraries = new LibraryIndex([...(config.libraries ?? []), ...knownLibraries])
  const builds = readBuilds(base)
  const cache = options.only ? undefined : options.cache?.open(base, { config, builds })
  const holders = inventory(base, config, options.only ?? tree.files, cache)
  const importers = options.only ? new Map<string, Importer[]>() : importersOf(base, holders.filter(holdsActions).map(({ path }) => path))

  const short = (path: string): string => (path.startsWith(`${tree.root}/`) ? path.slice(tree.root.length + 1) : path)
  const shorten = plainTraces(short)
  const entries: EntryPoint[] = []
  const ids = new Map<string, number>()
  const shared = new Shared()
  const reported = new Findings({ config, short, shorten, partial: options.only !== undefined })
  const total = holders.reduce((sum, { known, found }) => sum + (known?.entries ?? found).length, 0)
  let done = 0
  const examineAll = (path: string, found: readonly Found[], ofFile: readonly Importer[]): { contexts: EntryContext[]; failed: boolean } => {
    const contexts: EntryContext[] = []
    const registered = registeredIn(base, builds, path)
    let inlineIndex = 0
    for (const one of found) {
      options.progress?.(done, total, short(path))
      done += 1
      try {
        contexts.push(examine({ base, libraries, found: one, importers: ofFile, registered, depth: config.depth ?? 8, short, shorten, ids, shared, inlineIndex }))
      } catch (error) {
        // One entry point that the checker fails on must not hide the others.
        tree.problems.push({ file: path, problem: `${one.name} could not be checked: ${error instanceof Error ? error.message : String(error)}`, unchecked: true })
      }
      if (one.kind === 'inline-action') inlineIndex += 1
    }
    return { contexts, failed: contexts.length < found.length }
  }
  for (const { path, known, found } of holders) {
    const ofFile = importers.get(path) ?? []
    if (known && isDeepStrictEqual(known.importers, shortened(ofFile, short))) {
      entries.push(...known.entries)
      reported.again(known.findings)
      cache?.keep(path, known)
      done += known.entries.length
      continue
    }
    const { contexts, failed } = examineAll(path, known ? (foundIn(base, config, path) ?? []) : found, ofFile)
    const own = contexts.map(({ entry }) => entry)
    entries.push(...own)
    const findings = reported.file(contexts, ofFile)
    if (!failed) cache?.learn(path, { importers: shortened(ofFile, short), entries: own, findings })
  }
  options.progress?.(total, total, '')
  cache?.close()

  if (options.only === undefined) reported.project({ base, today })
  const all = reported.all()
  const suppressions = [...new Set([...entries.map(({ file }) => `${tree.root}/${file}`), ...all.map(({ file }) => file).map((file) => `${tree.root}/${file}`)])].flatMap((file) => suppressionsOf(short(file), tree.read(file) ?? ''))
  all.push(...badSuppressions(suppressions, config, today))
  const { findings, suppressed } = applySuppressions(all, suppressions, today)
  return {
    version: 1,
    root: tree.root,
    entries,
    findings: sorted(findings),
    suppressed,
    problems: tree.problems.map(({ file, problem, unchecked }): Problem => ({ file: short(file), problem, ...(unchecked || (base.flawed.has(file) && mayHoldEntries(base, config, file)) ? { unchecked: true } : {}) })).sort(byPlace),
    statistics: { files: tree.files.length, parsed: base.parsed, milliseconds: Math.round(performance.now() - started), exposure: builds.length > 0 ? 'manifest' : 'derived' },
  }
}

/** A file that may hold entry points: what it came to before, or what is to be examined. */
interface Holder {
  readonly path: string
  readonly known?: FileResult
  readonly found: readonly Found[]
}

/** Files that may hold entry points, in the order of the tree. */
function inventory(base: CodeBase, config: CheckConfig, files: readonly string[], cache: OpenCache | undefined): Holder[] {
  return files.flatMap((path): Holder[] => {
    const known = cache?.get(path)
    if (known) return [{ path, known, found: [] }]
    const found = foundIn(base, config, path)
    return found === undefined ? [] : [{ path, found }]
  })
}

/** Entry points of a file. Undefined for one that need not be parsed to see that it has none. */
function foundIn(base: CodeBase, config: CheckConfig, file: string): Found[] | undefined {
  const module = mayHoldEntries(base, config, file) ? base.module(file) : undefined
  if (!module) return undefined
  return [...actionsOf(base, module), ...(isCheckedRoute(config, file) ? routesOf(base, module) : [])]
}

function isCheckedRoute(config: CheckConfig, file: string): boolean {
  return config.routes !== false && isRouteFile(file)
}

function mayHoldEntries(base: CodeBase, config: CheckConfig, file: string): boolean {
  const text = base.tree.read(file)
  return text !== undefined && (isCheckedRoute(config, file) || mayHoldActions(text))
}

function holdsActions({ known, found }: Holder): boolean {
  return (known?.entries ?? found).some(({ kind }) => kind === 'action')
}

function shortened(importers: readonly Importer[], short: (path: string) => string): Importer[] {
  return importers.map((importer) => ({ ...importer, file: short(importer.file) }))
}

function badSuppressions(suppressions: readonly Suppression[], config: CheckConfig, today: string): Finding[] {
  const level = config.rules?.['bad-suppression'] ?? 'error'
  if (level === 'off') return []
  return suppressions.flatMap((suppression) => {
    const flaw = flawOf(suppression, today)
    if (flaw === undefined) return []
    return [{ rule: 'bad-suppression', level, message: `the suppression of ${suppression.rules.join(', ')} ${flaw}`, file: suppression.file, line: suppression.line, column: 1, evidence: [], fingerprint: createHash('sha256').update(`bad-suppression\0${suppression.file}\0${suppression.rules.join()}`).digest('hex').slice(0, 16) }]
  })
}

/** Which file is read first depends on what is known already. */
function byPlace(left: Problem, right: Problem): number {
  return left.file < right.file ? -1 : left.file > right.file ? 1 : left.problem < right.problem ? -1 : left.problem > right.problem ? 1 : 0
}

const weight: { readonly [level in Level]: number } = { error: 0, warning: 1, note: 2 }

function sorted(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((left, right) => weight[left.level] - weight[right.level] || (left.file < right.file ? -1 : left.file > right.file ? 1 : left.line - right.line))
}
