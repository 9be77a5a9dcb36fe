import type { Layer } from './rules.ts'
import type { ScanFinding } from './finding.ts'

/** What each thread of a scan has to know. Plain data, for it is sent to them. */
export interface Task {
  readonly kind: 'files' | 'commits'
  readonly root: string
  /** The configuration, as it was read once: all threads have the same. */
  readonly layers: readonly Layer[]
  /** Known values, by name. */
  readonly known: ReadonlyMap<string, string>
  /** Larger files are left out. */
  readonly maxBytes: number
}

/** What was found in a portion of the work. */
export interface Found {
  readonly findings: readonly ScanFinding[]
  /** How many files, or commits that added lines, were looked at. */
  readonly scanned: number
  /** Files with more findings than are listed. */
  readonly cutShort: readonly string[]
  /** Files that could not be read, or are too large, each with its reason. */
  readonly unread: readonly string[]
}

/** Does a portion of a task: names of files, or ids of commits. */
export type Portion = readonly string[]
export type Hand = (portion: Portion) => Found | Promise<Found>
