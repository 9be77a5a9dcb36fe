import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { BUNDLE_FOLDERS, scanBundle, serverValues } from './bundle.ts'
import { isBinary, ScanEngine, type BatchPart } from './engine.ts'
import { FileReader, listFiles } from './files.ts'
import type { ScanFinding } from './finding.ts'
import { scanHistory, scanStaged } from './history.ts'
import { loadIgnored } from './ignore.ts'
import { repositoryRoot } from './git.ts'
import { loadRules } from './rules.ts'

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
}

const MAX_BYTES = 10 * 1024 * 1024
const BATCH_BYTES = 256 * 1024

/** Looks for secrets. Reads only. */
export async function scan(options: ScanOptions): Promise<ScanResult> {
  const { root, mode = 'tree' } = options
  if ((mode === 'staged' || mode === 'history') && repositoryRoot(root) === undefined) throw new TypeError(`There is no git repository at ${root}`)
  const rules = loadRules(root, options.config)
  const known = mode === 'bundle' ? new Map([...serverValues(root, options.env ?? {}), ...(options.known ?? [])]) : options.known
  const engine = new ScanEngine(rules, known)
  const ignored = loadIgnored(options.ignoreFile ?? join(root, '.gitleaksignore'), options.baseline)
  const { findings, scanned } = await run()
  const kept = findings.filter((finding) => !ignored(finding))
  return { findings: kept, ignored: findings.length - kept.length, scanned, refused: engine.refused, cutShort: engine.cutShort }

  async function run(): Promise<{ readonly findings: readonly ScanFinding[]; readonly scanned: number }> {
    switch (mode) {
      case 'staged':
        return { findings: await scanStaged(root, engine, rules), scanned: 0 }
      case 'history': {
        const { findings: found, commits } = await scanHistory({
          root, engine, rules, ...(options.progressFile === undefined ? {} : { progressFile: options.progressFile }), ...(options.range === undefined ? {} : { range: options.range }),
          ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
        })
        return { findings: found, scanned: commits }
      }
      case 'bundle': {
        const named = options.paths ?? []
        const missing = named.find((path) => !existsSync(join(root, path)))
        if (missing !== undefined) throw new TypeError(`There is no ${missing}`)
        const { findings: found, files } = scanBundle(root, named.length === 0 ? BUNDLE_FOLDERS : named, engine)
        return { findings: found, scanned: files }
      }
      case 'tree':
        return scanTree()
    }
  }

  function scanTree(): { readonly findings: readonly ScanFinding[]; readonly scanned: number } {
    const reader = new FileReader()
    const found: ScanFinding[] = []
    let scanned = 0
    let parts: BatchPart[] = []
    let end = 0
    const flush = (): void => {
      if (parts.length > 0) found.push(...engine.scanBatch(reader.upTo(end), parts))
      parts = []
      end = 0
    }
    for (const file of listFiles(root, options.paths ?? [], options.everything ?? false)) {
      if (!rules.wantsFile(file)) continue
      const bytes = reader.read(join(root, file), options.maxBytes ?? MAX_BYTES, end)
      if (bytes === undefined) continue
      scanned++
      if (isBinary(bytes)) {
        found.push(...engine.scanBytes(bytes, { file }))
        continue
      }
      parts.push({ file, start: end, end: end + bytes.length })
      end = reader.breakAt(end + bytes.length)
      if (end >= BATCH_BYTES) flush()
    }
    flush()
    return { findings: found, scanned }
  }
}
