import { existsSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { BUNDLE_FOLDERS, scanBundle, serverValues } from './bundle.ts'
import { divide } from './crew.ts'
import { ScanEngine } from './engine.ts'
import { listFiles } from './files.ts'
import type { ScanFinding } from './finding.ts'
import { handFor } from './hand.ts'
import { scanRange, scanStaged } from './history.ts'
import { loadIgnored } from './ignore.ts'
import { isShallow, repositoryRoot, whyNoRepository } from './git.ts'
import { commitsOf, headsOf, present, readProgress, rulesId, writeProgress } from './progress.ts'
import { readConfiguration, rulesOf } from './rules.ts'
import type { Found, Portion, Task } from './task.ts'

/** What to scan, and how. */
export interface ScanOptions {
  /** The folder that names are told from. */
  readonly root: string
  /** Files and folders under it. Default: all. */
  readonly paths?: readonly string[]
  readonly mode?: 'tree' | 'staged' | 'history' | 'bundle'
  /** A gitleaks configuration. Default `.gitleaks.toml` in the root, where there is one. */
  readonly config?: string
  /** A report in gitleaks' JSON whose findings are accepted. */
  readonly baseline?: string
  /** Default `.gitleaksignore` in the root. */
  readonly ignoreFile?: string
  /** Files that git ignores too. */
  readonly everything?: boolean
  /** Larger files are left out. Default 10 MiB. */
  readonly maxBytes?: number
  /** For the history: begin where the last scan ended. */
  readonly progressFile?: string
  /** For the history: what `git log` takes. */
  readonly range?: readonly string[]
  /** Told how many commits of the history were looked at so far, batch by batch. */
  readonly onProgress?: (commits: number) => void
  /** The most threads that look, this one included. Default: as many as the machine runs at once. Little work is done in one. */
  readonly threads?: number
  /** Known values, by name. For bundles the server's environment is added. */
  readonly known?: ReadonlyMap<string, string>
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** What a scan gave. */
export interface ScanResult {
  readonly findings: readonly ScanFinding[]
  /** Findings that `.gitleaksignore` or the baseline accept. */
  readonly ignored: number
  /** How many files, or commits that added lines, were looked at. */
  readonly scanned: number
  /** Known values that are too plain to be looked for, by name. */
  readonly refused: readonly string[]
  /** Files with more findings than are listed, by name. */
  readonly cutShort: readonly string[]
  /** Files that could not be read, or are too large, each with its reason; older commits of a shallow clone. */
  readonly unread: readonly string[]
}

const MAX_BYTES = 10 * 1024 * 1024
/** A thread more for each so many files or commits: to start one takes about as long as to look through them. */
const WORTH_A_THREAD = { files: 4096, commits: 8 } as const
/** The most files or commits of a portion: so few that all threads end at about the same time. */
const MOST_OF_A_PORTION = { files: 128, commits: 250 } as const
/** git is started anew for each portion of a history. */
const PORTIONS_OF_A_THREAD = 2

/** Looks for secrets. Reads only. */
export async function scan(options: ScanOptions): Promise<ScanResult> {
  const { root, mode = 'tree' } = options
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory() !== true) throw new TypeError(`There is no folder ${root}`)
  if ((mode === 'staged' || mode === 'history') && repositoryRoot(root) === undefined) throw new TypeError(`There is no git repository at ${root}: ${whyNoRepository(root)}`)
  const layers = readConfiguration(root, options.config)
  const rules = rulesOf(layers)
  const known = new Map([...(mode === 'bundle' ? serverValues(root, options.env ?? {}) : []), ...(options.known ?? [])])
  const engine = new ScanEngine(rules, known)
  const ignored = loadIgnored(options.ignoreFile ?? join(root, '.gitleaksignore'), options.baseline)
  const found = await run()
  const findings = found.flatMap((part) => part.findings)
  const kept = findings.filter((finding) => !ignored(finding))
  return {
    findings: kept, ignored: findings.length - kept.length, scanned: found.reduce((sum, part) => sum + part.scanned, 0), refused: engine.refused,
    cutShort: [...new Set(found.flatMap((part) => part.cutShort))],
    unread: [...found.flatMap((part) => part.unread), ...(mode === 'history' && isShallow(root) ? ['older commits, which this shallow clone does not have'] : [])],
  }

  function run(): Promise<readonly Found[]> {
    switch (mode) {
      case 'staged':
        return Promise.all([scanStaged(root, rules, engine)])
      case 'history':
        return options.range === undefined ? scanHistory() : Promise.all([scanRange(root, options.range, rules, engine, options.onProgress)])
      case 'bundle':
        return scanBundleFolders()
      case 'tree': {
        const unread: string[] = []
        const files = listFiles(root, options.paths ?? [], options.everything ?? false, (name) => unread.push(name)).filter((file) => rules.wantsFile(file))
        return share('files', files).then((found) => [...found, { findings: [], scanned: 0, cutShort: [], unread }])
      }
    }
  }

  function share(kind: Task['kind'], all: readonly string[], onFound?: (found: Found) => void): Promise<readonly Found[]> {
    const task: Task = { kind, root, layers, known, maxBytes: options.maxBytes ?? MAX_BYTES }
    const threads = Math.max(1, Math.min(options.threads ?? availableParallelism(), Math.floor(all.length / WORTH_A_THREAD[kind])))
    const size = Math.min(MOST_OF_A_PORTION[kind], Math.ceil(all.length / (threads * PORTIONS_OF_A_THREAD)))
    return divide(task, inPortions(all, size), handFor(task, rules, engine), { threads, ...(onFound === undefined ? {} : { onFound }) })
  }

  async function scanBundleFolders(): Promise<readonly Found[]> {
    const named = options.paths ?? []
    const missing = named.find((path) => !existsSync(join(root, path)))
    if (missing !== undefined) throw new TypeError(`There is no ${missing}`)
    return [scanBundle(root, named.length === 0 ? BUNDLE_FOLDERS : named, engine)]
  }

  async function scanHistory(): Promise<readonly Found[]> {
    const { progressFile, onProgress } = options
    const id = rulesId(rules, layers)
    const before = progressFile === undefined ? undefined : readProgress(progressFile, id)
    const heads = headsOf(root)
    const commits = commitsOf(root, heads, present(root, before?.heads ?? []))
    let done = 0
    const found = await share('commits', commits, ({ scanned }) => onProgress?.(done += scanned))
    const all = before === undefined ? found : [{ findings: before.findings, scanned: 0, cutShort: [], unread: [] }, ...found]
    if (progressFile !== undefined) writeProgress(progressFile, { heads, rules: id, findings: all.flatMap(({ findings }) => findings) })
    return all
  }
}

function inPortions(all: readonly string[], size: number): readonly Portion[] {
  const portions: Portion[] = []
  for (let at = 0; at < all.length; at += size) portions.push(all.slice(at, at + size))
  return portions
}
