import type { EntryFacts } from '../derive/facts-of.ts'
import type { Place, Trace } from '../derive/facts.ts'
import type { Found } from '../inventory/actions.ts'
import type { Importer } from '../inventory/importers.ts'
import type { CodeBase } from '../resolve/program.ts'
import type { EntryPoint, Level } from '../types.ts'

/** Identifiers in public standards. */
export interface Standards {
  /** OWASP Non-Human Identities Top 10 2025. */
  readonly nhi?: readonly string[]
  /** OWASP Top 10 for LLM applications 2025. */
  readonly llm?: readonly string[]
  /** OWASP API Security Top 10 2023. */
  readonly api?: readonly string[]
  /** OWASP ASVS 5.0.0. */
  readonly asvs?: readonly string[]
  readonly cwe?: readonly string[]
}

/** What a rule says of one place. */
export interface Report {
  readonly message: string
  readonly at: Place
  readonly evidence?: readonly Trace[]
  readonly level?: Level
  /** Tells two reports of one rule on one entry point apart. */
  readonly key?: string
}

/** One entry point, as rules see it. */
export interface EntryContext {
  readonly found: Found
  readonly entry: EntryPoint
  readonly facts: EntryFacts
  /** Where it is declared. */
  readonly at: Place
}

/** All entry points of one file. */
export interface FileContext {
  readonly entries: readonly EntryContext[]
  /** Files that import an action of this one. */
  readonly importers: readonly Importer[]
}

/** The whole code base. */
export interface ProjectContext {
  readonly base: CodeBase
  /** Today, as an ISO date. */
  readonly today: string
}

/** One rule. */
export interface Rule {
  readonly id: string
  readonly title: string
  readonly level: Level
  /** What goes wrong, in two sentences at most. */
  readonly why: string
  readonly fix: string
  readonly bad: string
  readonly good: string
  readonly standards: Standards
  readonly entry?: (context: EntryContext) => readonly Report[]
  readonly file?: (context: FileContext) => readonly Report[]
  readonly project?: (context: ProjectContext) => readonly Report[]
}
