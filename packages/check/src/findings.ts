import { hash } from 'node:crypto'
import { rules } from './rules/index.ts'
import type { CheckConfig } from './config.ts'
import type { Trace } from './derive/facts.ts'
import type { Importer } from './inventory/importers.ts'
import type { EntryContext, ProjectContext, Report, Rule } from './rules/types.ts'
import type { EntryPoint, Finding, Level } from './types.ts'

/** What findings are made with. */
export interface FindingOptions {
  readonly config: CheckConfig
  readonly short: (path: string) => string
  /** A trace as plain data. */
  readonly shorten: (trace: Trace) => Trace
  /** Only some files are looked at: who imports them is not known. */
  readonly partial: boolean
}

interface Held {
  readonly rule: Rule
  readonly entry: Finding[]
  readonly file: Finding[]
  readonly project: Finding[]
}

/** A finding on one file, and the part of a rule that found it. */
export interface KeptFinding {
  readonly by: 'entry' | 'file'
  readonly finding: Finding
}

/** Runs the rules, file by file: what is known of a file's entry points need not be kept longer. */
export class Findings {
  readonly #options: FindingOptions
  readonly #held: readonly Held[]

  constructor(options: FindingOptions) {
    this.#options = options
    this.#held = rules.filter(({ id }) => options.config.rules?.[id] !== 'off').map((rule) => ({ rule, entry: [], file: [], project: [] }))
  }

  /** Runs the rules on the entry points of one file. Gives what they found. */
  file(contexts: readonly EntryContext[], importers: readonly Importer[]): KeptFinding[] {
    const kept: KeptFinding[] = []
    for (const { rule, entry: byEntry, file } of this.#held) {
      const before = [byEntry.length, file.length]
      if (rule.entry) for (const context of contexts) for (const report of rule.entry(context)) this.#add(byEntry, rule, report, context.entry)
      if (rule.file && contexts.length > 0) {
        for (const report of rule.file({ entries: contexts, importers })) this.#add(file, rule, report, contexts.find(({ entry }) => entry.name === report.key)?.entry)
      }
      for (const finding of byEntry.slice(before[0])) kept.push({ by: 'entry', finding })
      for (const finding of file.slice(before[1])) kept.push({ by: 'file', finding })
    }
    return kept
  }

  /** Adds what {@link file} gave for a file that is as it was. */
  again(kept: readonly KeptFinding[]): void {
    for (const { by, finding } of kept) this.#held.find(({ rule }) => rule.id === finding.rule)?.[by].push(finding)
  }

  /** Runs the rules on the whole code base. */
  project(context: ProjectContext): void {
    for (const { rule, project } of this.#held) if (rule.project) for (const report of rule.project(context)) this.#add(project, rule, report, undefined)
  }

  /** All findings, rule by rule. */
  all(): Finding[] {
    return this.#held.flatMap(({ entry, file, project }) => [...entry, ...file, ...project])
  }

  #add(to: Finding[], rule: Rule, report: Report, entry: EntryPoint | undefined): void {
    const { short, shorten } = this.#options
    const level = this.#level(rule, report, entry)
    if (level === 'off') return
    const file = short(report.at.file)
    to.push({
      rule: rule.id, level, message: report.message, file, line: report.at.line, column: report.at.column,
      ...(entry === undefined ? {} : { entry: entry.id }),
      evidence: distinct((report.evidence ?? []).map(shorten)),
      fingerprint: hash('sha256', [rule.id, entry?.id ?? file, report.key ?? ''].join('\0')).slice(0, 16),
    })
  }

  #level(rule: Rule, report: Report, entry: EntryPoint | undefined): Level | 'off' {
    const { config, partial } = this.#options
    const set = config.rules?.[rule.id]
    if (set !== undefined) return set
    const level = report.level ?? rule.level
    // What nobody can call does not fail a build.
    return entry?.exposure.tier === 'latent' && level === 'error' && !partial ? 'warning' : level
  }
}

/** One place is shown once. */
function distinct(evidence: readonly Trace[]): Trace[] {
  return [...new Map(evidence.map((trace) => [`${trace.file}:${trace.line}:${trace.column}`, trace])).values()]
}
