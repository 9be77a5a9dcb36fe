import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ScanFinding } from './finding.ts'
import { git } from './git.ts'
import type { Layer, ScanRules } from './rules.ts'

/** How far a history has been scanned, and with which rules. */
export interface Progress {
  /** What branches and tags pointed at. */
  readonly heads: readonly string[]
  readonly rules: string
  readonly findings: readonly ScanFinding[]
}

/** Says whether two scans look for the same. */
export function rulesId(rules: ScanRules, layers: readonly Layer[]): string {
  return createHash('sha256').update(JSON.stringify([rules.rules, layers])).digest('hex').slice(0, 16)
}

/** The commits that branches, tags, stashes and HEAD are at now. */
export function headsOf(root: string): readonly string[] {
  return linesOf(git(root, ['rev-list', '--no-walk', '--all']))
}

/** The commits that lead to some heads and not to others, as `git log` orders them. */
export function commitsOf(root: string, heads: readonly string[], without: readonly string[]): readonly string[] {
  if (heads.length === 0) return []
  return linesOf(git(root, ['rev-list', '--stdin'], [...heads, ...without.map((id) => `^${id}`)].join('\n')))
}

/** Those of some commits that the repository still has. */
export function present(root: string, ids: readonly string[]): readonly string[] {
  if (ids.length === 0) return []
  const lines = linesOf(git(root, ['cat-file', '--batch-check'], ids.join('\n')))
  return ids.filter((_, index) => / commit \d+$/.test(lines[index] ?? ''))
}

/**
 * Reads how far the last scan came.
 *
 * @returns nothing where there was none, where it looked for something else, or where the file can't be read: all is scanned then
 */
export function readProgress(file: string, rules: string): Progress | undefined {
  let progress: Partial<Progress> | null
  try {
    progress = JSON.parse(readFileSync(file, 'utf8')) as Partial<Progress> | null
  } catch {
    return undefined
  }
  const { heads, findings } = progress ?? {}
  return progress?.rules === rules && Array.isArray(heads) && Array.isArray(findings) ? { rules, heads: heads as Progress['heads'], findings: findings as Progress['findings'] } : undefined
}

const OWN_FOLDER = '# Kept by the sallyport command for itself, and made again where it is missing: nothing to commit.\n*\n'

/** Keeps how far a scan came, in a folder that git ignores if it is made for that; findings without their values. */
export function writeProgress(file: string, progress: Progress): void {
  const folder = dirname(file)
  // A folder that was there may be somebody's own.
  if (mkdirSync(folder, { recursive: true }) !== undefined) writeFileSync(join(folder, '.gitignore'), OWN_FOLDER)
  const findings = progress.findings.map((finding) => ({ ...finding, secret: '', line: '' }))
  // Whole or not at all: a scan that is interrupted must not look like one that came to its end.
  writeFileSync(`${file}.new`, `${JSON.stringify({ ...progress, findings })}\n`)
  renameSync(`${file}.new`, file)
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '')
}
