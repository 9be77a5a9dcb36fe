import { createHash } from 'node:crypto'
import { knownLibraries } from './libraries/index.ts'
import { LibraryIndex } from './libraries/match.ts'
import { CodeBase } from './resolve/program.ts'
import { readTree, type SourceTree } from './files/tree.ts'
import { actionsOf, mayHoldActions, type Found } from './inventory/actions.ts'
import { isRouteFile, routesOf } from './inventory/routes.ts'
import { importersOf, type Importer } from './inventory/importers.ts'
import { readBuildManifests } from './inventory/manifest.ts'
import { sharedWorlds } from './derive/facts-of.ts'
import { examine, plainTrace } from './examine.ts'
import { rules } from './rules/index.ts'
import { applySuppressions, flawOf, suppressionsOf, type Suppression } from './suppress.ts'
import type { CheckConfig } from './config.ts'
import type { EntryContext, Report, Rule } from './rules/types.ts'
import type { Trace } from './derive/facts.ts'
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
  const contexts: EntryContext[] = []
  const ids = new Map<string, number>()
  const shared = sharedWorlds()
  const inline = new Map<string, number>()
  found.forEach((one, index) => {
    const inlineIndex = inline.get(one.module.path) ?? 0
    if (one.kind === 'inline-action') inline.set(one.module.path, inlineIndex + 1)
    options.progress?.(index, found.length, short(one.module.path))
    try {
      contexts.push(examine({ base, libraries, found: one, importers: importers.get(one.module.path) ?? [], registered, depth: config.depth ?? 8, short, ids, shared, inlineIndex }))
    } catch (error) {
      // One entry point that the checker fails on must not hide the others.
      tree.problems.push({ file: one.module.path, problem: `${one.name} could not be checked: ${error instanceof Error ? error.message : String(error)}` })
    }
  })
  options.progress?.(found.length, found.length, '')

  const all = findingsOf(base, contexts, importers, config, today, short, options.only !== undefined)
  const suppressions = [...new Set([...contexts.map(({ found: one }) => one.module.path), ...all.map(({ file }) => file).map((file) => `${tree.root}/${file}`)])].flatMap((file) => suppressionsOf(short(file), tree.read(file) ?? ''))
  all.push(...badSuppressions(suppressions, config, today))
  const { findings, suppressed } = applySuppressions(all, suppressions, today)
  return {
    version: 1,
    root: tree.root,
    entries: contexts.map(({ entry }) => entry),
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

function levelOf(rule: Rule, report: Report, entry: EntryPoint | undefined, config: CheckConfig, partial: boolean): Level | 'off' {
  const set = config.rules?.[rule.id]
  if (set !== undefined) return set
  const level = report.level ?? rule.level
  // What nobody can call does not fail a build.
  return entry?.exposure.tier === 'latent' && level === 'error' && !partial ? 'warning' : level
}

function findingsOf(base: CodeBase, contexts: readonly EntryContext[], importers: ReadonlyMap<string, readonly Importer[]>, config: CheckConfig, today: string, short: (path: string) => string, partial: boolean): Finding[] {
  const findings: Finding[] = []
  const add = (rule: Rule, report: Report, entry: EntryPoint | undefined): void => {
    const level = levelOf(rule, report, entry, config, partial)
    if (level === 'off') return
    const shorten = (trace: Trace): Trace => plainTrace(trace, short)
    const file = short(report.at.file)
    findings.push({
      rule: rule.id, level, message: report.message, file, line: report.at.line, column: report.at.column,
      ...(entry === undefined ? {} : { entry: entry.id }),
      evidence: (report.evidence ?? []).map(shorten),
      fingerprint: createHash('sha256').update([rule.id, entry?.id ?? file, report.key ?? ''].join('\0')).digest('hex').slice(0, 16),
    })
  }
  const files = new Map<string, EntryContext[]>()
  for (const context of contexts) files.set(context.found.module.path, [...(files.get(context.found.module.path) ?? []), context])
  for (const rule of rules) {
    if (config.rules?.[rule.id] === 'off') continue
    if (rule.entry) for (const context of contexts) for (const report of rule.entry(context)) add(rule, report, context.entry)
    if (rule.file) {
      for (const [path, entries] of files) {
        for (const report of rule.file({ entries, importers: importers.get(path) ?? [] })) add(rule, report, entries.find(({ entry }) => entry.name === report.key)?.entry)
      }
    }
    if (rule.project && !partial) for (const report of rule.project({ base, today })) add(rule, report, undefined)
  }
  return findings
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
