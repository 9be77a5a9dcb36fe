import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { COMMIT_FORMAT, readAdded, type Added } from './diff.ts'
import type { BatchText, ScanEngine } from './engine.ts'
import type { ScanFinding } from './finding.ts'
import { git, gitStream } from './git.ts'
import type { ScanRules } from './rules.ts'

const PATCH = ['-p', '-U0', '--no-color', '--no-ext-diff', '--no-textconv', '--no-renames', '--full-history'] as const

const BATCH_UNITS = 256 * 1024

/** How far a history has been scanned, and with which rules. */
interface Progress {
  readonly heads: readonly string[]
  readonly rules: string
  readonly findings: readonly ScanFinding[]
}

/** What a scan of a history has to know. */
export interface HistoryOptions {
  readonly root: string
  readonly engine: ScanEngine
  readonly rules: ScanRules
  /** Keeps here how far it came, and begins there next time, unless the rules have changed. Findings are kept without their values. */
  readonly progressFile?: string
  /** What `git log` takes: a range, `--since=…`. Default `--all`. */
  readonly range?: readonly string[]
  /** Told how many commits were looked at so far. */
  readonly onProgress?: (commits: number) => void
}

/** Scans the lines that each commit added. */
export async function scanHistory(options: HistoryOptions): Promise<{ readonly findings: readonly ScanFinding[]; readonly commits: number }> {
  const { root, engine, rules, progressFile, onProgress } = options
  const ids = createHash('sha256').update(JSON.stringify(rules.rules)).digest('hex').slice(0, 16)
  const before = progressFile === undefined ? undefined : readProgress(progressFile, ids)
  const known = (before?.heads ?? []).filter((head) => exists(root, head))
  const range = options.range ?? ['--all']
  const findings: ScanFinding[] = [...(before?.findings ?? [])]
  const seen = new Set<string>()
  const heads = progressFile === undefined ? [] : git(root, ['rev-parse', '--all']).split('\n').filter((head) => head !== '')
  const log = gitStream(root, ['log', ...PATCH, `--format=${COMMIT_FORMAT}`, ...range, ...(known.length > 0 ? ['--not', ...known] : [])])
  async function* wanted(): AsyncGenerator<Added> {
    for await (const added of readAdded(log)) {
      if (added.commit !== undefined && !seen.has(added.commit.id)) {
        seen.add(added.commit.id)
        onProgress?.(seen.size)
      }
      if (rules.wantsFile(added.file)) yield added
    }
  }
  for await (const found of scanAdded(wanted(), engine)) findings.push(found)
  if (progressFile !== undefined) writeProgress(progressFile, { heads, rules: ids, findings: findings.map(withoutValue) })
  return { findings, commits: seen.size }
}

/** Scans the lines that are staged to be committed. */
export async function scanStaged(root: string, engine: ScanEngine, rules: ScanRules): Promise<readonly ScanFinding[]> {
  const findings: ScanFinding[] = []
  async function* wanted(): AsyncGenerator<Added> {
    for await (const added of readAdded(gitStream(root, ['diff', '--cached', '--diff-filter=d', ...PATCH.filter((option) => option !== '--full-history')]))) if (rules.wantsFile(added.file)) yield added
  }
  for await (const found of scanAdded(wanted(), engine)) findings.push(found)
  return findings
}

/** Scans many small texts at a time: to begin anew for each costs more than to look. */
async function* scanAdded(all: AsyncIterable<Added>, engine: ScanEngine): AsyncGenerator<ScanFinding> {
  let batch: BatchText[] = []
  let size = 0
  for await (const { file, commit, text, lineOf } of all) {
    batch.push({ text, place: { file, lineOf, ...(commit === undefined ? {} : { commit }) } })
    size += text.length
    if (size < BATCH_UNITS) continue
    yield* engine.scanTexts(batch)
    batch = []
    size = 0
  }
  yield* engine.scanTexts(batch)
}

function exists(root: string, commit: string): boolean {
  try {
    git(root, ['cat-file', '-e', commit])
    return true
  } catch {
    return false
  }
}

function withoutValue(finding: ScanFinding): ScanFinding {
  return { ...finding, secret: '', line: '' }
}

function readProgress(file: string, rules: string): Progress | undefined {
  if (!existsSync(file)) return undefined
  const progress = JSON.parse(readFileSync(file, 'utf8')) as Progress
  return progress.rules === rules ? progress : undefined
}

function writeProgress(file: string, progress: Progress): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(progress)}\n`)
}
