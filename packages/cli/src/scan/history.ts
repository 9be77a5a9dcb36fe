import { COMMIT_FORMAT, PatchReader } from './diff.ts'
import type { BatchPart, ScanEngine } from './engine.ts'
import type { ScanFinding } from './finding.ts'
import { gitStream } from './git.ts'
import type { ScanRules } from './rules.ts'
import type { Found } from './task.ts'

const PATCH = ['-p', '-U0', '--inter-hunk-context=0', '--no-color', '--no-ext-diff', '--no-textconv', '--no-renames', '--no-relative', '--src-prefix=a/', '--dst-prefix=b/'] as const
// Of a merge: what none of its parents has.
const LOG = ['log', ...PATCH, '--cc', '--full-history', `--format=${COMMIT_FORMAT}`] as const

const BATCH_BYTES = 256 * 1024

/** Scans the lines that some commits added, each against its parent. */
export function scanCommits(root: string, ids: readonly string[], rules: ScanRules, engine: ScanEngine): Promise<Found> {
  return scanAdded(root, [...LOG, '--no-walk=unsorted', '--stdin'], ids.join('\n'), rules, engine)
}

/** Scans the lines that the commits added which `git log` gives with some options: a range, `--since=…`. */
export function scanRange(root: string, range: readonly string[], rules: ScanRules, engine: ScanEngine, onProgress?: (commits: number) => void): Promise<Found> {
  return scanAdded(root, [...LOG, ...range], '', rules, engine, onProgress)
}

/** Scans the lines that are staged to be committed, also of files that attributes say to be no text: nobody asks for those when they are committed. */
export function scanStaged(root: string, rules: ScanRules, engine: ScanEngine): Promise<Found> {
  return scanAdded(root, ['diff', '--cached', '--diff-filter=d', '--text', ...PATCH], '', rules, engine)
}

/** Scans many small texts at a time: to begin anew for each costs more than to look. */
async function scanAdded(root: string, command: readonly string[], input: string, rules: ScanRules, engine: ScanEngine, onProgress?: (commits: number) => void): Promise<Found> {
  const reader = new PatchReader()
  const findings: ScanFinding[] = []
  const commits = new Set<string>()
  let parts: BatchPart[] = []
  let end = 0
  const take = (all: ReturnType<PatchReader['push']>): void => {
    for (const added of all) {
      if (added.commit !== undefined) commits.add(added.commit.id)
      const { file, commit, lineOf, start } = added
      end = added.end
      if (rules.wantsFile(file)) parts.push({ place: { file, lineOf, ...(commit === undefined ? {} : { commit }) }, start, end })
    }
  }
  const flush = (): void => {
    findings.push(...engine.scanBatch(reader.upTo(end), parts))
    reader.forget()
    parts = []
    end = 0
  }
  await gitStream(root, command, input, (piece) => {
    take(reader.push(piece))
    if (end < BATCH_BYTES) return
    flush()
    onProgress?.(commits.size)
  })
  take(reader.end())
  flush()
  return { findings, scanned: commits.size, cutShort: engine.takeCutShort(), unread: [] }
}
