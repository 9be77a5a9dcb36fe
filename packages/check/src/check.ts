import { createHash } from 'node:crypto'
import { knownLibraries } from './libraries/index.ts'
import { LibraryIndex } from './libraries/match.ts'
import { CodeBase } from './resolve/program.ts'
import { readTree, type SourceTree } from './files/tree.ts'
import { actionsOf, mayHoldActions, type Found } from './inventory/actions.ts'
import { isRouteFile, routesOf } from './inventory/routes.ts'
import { importersOf, type Importer } from './inventory/importers.ts'
import { readBuildManifests } from './inventory/manifest.ts'
import { Shared } from './derive/shared.ts'
import { examine, plainTraces } from './examine.ts'
import { Findings } from './findings.ts'
import { applySuppressions, flawOf, suppressionsOf, type Suppression } from './suppress.ts'
import type { CheckConfig } from './config.ts'
import type { EntryContext } from './rules/types.ts'
import type { CheckResult, EntryPoint, Finding, Level } from './types.ts'

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
  const found = inventory(base, config, options.only ?? tree.files)
  const registered = readBuildManifests(base)
  const importers = options.only ? new Map<string, Importer[]>() : importersOf(base, [...new Set(found.filter(({ kind }) => kind === 'action').map(({ module }) => module.path))])

  const short = (path: string): string => (path.startsWith(`${tree.root}/`) ? path.slice(tree.root.length + 1) : path)
  const shorten = plainTraces(short)
  const entries: EntryPoint[] = []
  const ids = new Map<string, number>()
  const shared = new Shared()
  const reported = new Findings({ config, short, shorten, partial: options.only !== undefined })
  let done = 0
  for (const [path, ones] of byFile(found)) {
    const contexts: EntryContext[] = []
    let inlineIndex = 0
    for (const one of ones) {
      options.progress?.(done, found.length, short(path))
      done += 1
      try {
        contexts.push(examine({ base, libraries, found: one, importers: importers.get(path) ?? [], registered, depth: config.depth ?? 8, short, shorten, ids, shared, inlineIndex }))
      } catch (error) {
        // One entry point that the checker fails on must not hide the others.
        tree.problems.push({ file: path, problem: `${one.name} could not be checked: ${error instanceof Error ? error.message : String(error)}` })
      }
      if (one.kind === 'inline-action') inlineIndex += 1
    }
    entries.push(...contexts.map(({ entry }) => entry))
    reported.file(contexts, importers.get(path) ?? [])
  }
  options.progress?.(found.length, found.length, '')

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
    problems: tree.problems.map(({ file, problem }) => ({ file: short(file), problem })),
    statistics: { files: tree.files.length, parsed: base.parsed, milliseconds: Math.round(performance.now() - started), exposure: registered ? 'manifest' : 'derived' },
  }
}

function inventory(base: CodeBase, config: CheckConfig, files: readonly string[]): Found[] {
  const found: Found[] = []
  for (const file of files) {
    const route = config.routes !== false && isRouteFile(file)
    const text = base.tree.read(file)
    if (text === undefined || (!route && !mayHoldActions(text))) continue
    const module = base.module(file)
    if (!module) continue
    found.push(...actionsOf(base, module))
    if (route) found.push(...routesOf(base, module))
  }
  return found
}

/** Entry points by the file that holds them, in the order of the inventory. */
function byFile(found: readonly Found[]): Map<string, Found[]> {
  const files = new Map<string, Found[]>()
  for (const one of found) {
    const known = files.get(one.module.path)
    if (known) known.push(one)
    else files.set(one.module.path, [one])
  }
  return files
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

const weight: { readonly [level in Level]: number } = { error: 0, warning: 1, note: 2 }

function sorted(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((left, right) => weight[left.level] - weight[right.level] || (left.file < right.file ? -1 : left.file > right.file ? 1 : left.line - right.line))
}
