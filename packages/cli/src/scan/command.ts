import { writeFileSync } from 'node:fs'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { Command, Option } from 'commander'
import { installHook } from './hook.ts'
import { jsonOption } from '../json-option.ts'
import { writeReport, type ReportFormat } from './reports.ts'
import { scan, type ScanOptions, type ScanResult } from './scan.ts'
import { ownVersion } from '../version.ts'

interface Options {
  readonly staged?: true
  readonly history?: true
  readonly bundle?: true
  readonly incremental?: true
  readonly logOpts?: string
  readonly config?: string
  readonly baselinePath?: string
  readonly gitleaksIgnorePath?: string
  readonly format: ReportFormat
  readonly output?: string
  readonly redact: boolean
  readonly all?: true
  readonly installHook?: true
  readonly root: string
}

/** How it ended: nothing found, something found, or it could not be done. */
export const SCAN_EXIT = { clean: 0, found: 1, failed: 2 } as const

/** `sallyport scan [paths]`. */
export function scanCommand(): Command {
  return new Command('scan')
    .description('Looks for secrets in the working tree, in staged changes, in the git history, or in what is sent to browsers.')
    .argument('[paths...]', 'files and folders (default: all; with --bundle: the folders that Next sends to browsers)')
    .addOption(new Option('--staged', 'what is staged to be committed').conflicts(['history', 'bundle']))
    .addOption(new Option('--history', 'the lines that each commit of the repository added').conflicts(['staged', 'bundle']))
    .addOption(new Option('--bundle', 'what is sent to browsers: values of the environment first, then the rules').conflicts(['staged', 'history']))
    .addOption(new Option('--incremental', 'with --history: only commits since the last such scan (.sallyport/scan-history.json)').conflicts('logOpts'))
    .option('--log-opts <options>', 'with --history: what git log takes, for example "main --since=2026-01-01"')
    .option('-c, --config <file>', 'a gitleaks configuration (default: .gitleaks.toml)')
    .option('-b, --baseline-path <file>', "a report in gitleaks' JSON whose findings are accepted")
    .option('-i, --gitleaks-ignore-path <file>', 'accepted fingerprints (default: .gitleaksignore)')
    .addOption(new Option('-f, --format <format>', 'form of the report').choices(['text', 'json', 'sarif']).default('text'))
    .addOption(jsonOption())
    .option('-o, --output <file>', 'write the report to a file')
    .option('--all', 'files that git ignores, too')
    .option('--redact', 'leave values out of the report (default)', true)
    .option('--no-redact', 'show the values')
    .addOption(new Option('--install-hook', 'put a pre-commit hook in place that runs `scan --staged`, and gitleaks where it is installed').conflicts(['staged', 'history', 'bundle']))
    .option('--root <folder>', 'the folder to scan', '.')
    .addHelpText('after', `\nExit codes: ${SCAN_EXIT.clean} nothing found, ${SCAN_EXIT.found} something found, ${SCAN_EXIT.failed} the scan failed.`)
    .action(async (paths: readonly string[], options: Options) => {
      process.exitCode = options.installHook === true ? putHook(options) : await runScan(paths, options)
    })
}

const CLEAR_LINE = '\r\u001b[K'
const SHOW_EVERY_MS = 100

/** How far a history has been read, on one line of the terminal. */
function showProgress(): (commits: number) => void {
  let shownAt = 0
  return (commits) => {
    if (performance.now() - shownAt < SHOW_EVERY_MS) return
    shownAt = performance.now()
    process.stderr.write(`${CLEAR_LINE}${commits} commits …`)
  }
}

function putHook(options: Options): number {
  try {
    process.stderr.write(`Each commit is scanned now, by ${installHook(resolve(options.root))}.\n`)
    return SCAN_EXIT.clean
  } catch (error) {
    process.stderr.write(`sallyport scan: ${error instanceof Error ? error.message : String(error)}\n`)
    return SCAN_EXIT.failed
  }
}

async function runScan(paths: readonly string[], options: Options): Promise<number> {
  const root = resolve(options.root)
  let result: ScanResult
  let report: string
  try {
    result = await scan({ ...scanOptions(root, paths, options), ...(process.stderr.isTTY ? { onProgress: showProgress() } : {}) })
    if (process.stderr.isTTY) process.stderr.write(CLEAR_LINE)
    report = writeReport(result.findings, options.format, options.redact, ownVersion())
    if (options.output !== undefined) writeFileSync(options.output, report, { mode: options.redact ? 0o644 : 0o600 })
    else process.stdout.write(report)
  } catch (error) {
    process.stderr.write(`sallyport scan: ${error instanceof Error ? error.message : String(error)}\n`)
    return SCAN_EXIT.failed
  }
  const unit = `${options.history === true ? 'commit' : 'file'}${result.scanned === 1 ? '' : 's'}`
  const what = options.staged === true ? 'what is staged' : options.incremental === true ? `${result.scanned} new ${unit} and those scanned before` : `${result.scanned} ${unit}`
  const accepted = result.ignored === 0 ? '' : `, ${result.ignored} accepted before`
  process.stderr.write(`${result.findings.length === 0 ? 'Nothing' : result.findings.length} found in ${what}${accepted}.\n`)
  if (result.refused.length > 0) process.stderr.write(`Too plain to be looked for: the values of ${result.refused.join(', ')}.\n`)
  if (result.cutShort.length > 0) process.stderr.write(`Only the first 1,000 are listed of ${result.cutShort.join(', ')}.\n`)
  if (result.unread.length > 0) process.stderr.write(`Not looked at: ${listed(result.unread)}.\n`)
  return result.findings.length === 0 ? SCAN_EXIT.clean : SCAN_EXIT.found
}

const MAX_NAMED = 10

function listed(names: readonly string[]): string {
  const more = names.length - MAX_NAMED
  return `${names.slice(0, MAX_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** A path from the root. @throws TypeError for one that is not under it */
function pathUnder(root: string, path: string): string {
  const name = relative(root, resolve(root, path))
  if (isAbsolute(name) || name.split(sep)[0] === '..') throw new TypeError(`${path} is outside of ${root}: say --root`)
  return name === '' ? '.' : name
}

function scanOptions(root: string, paths: readonly string[], options: Options): ScanOptions {
  if (options.history !== true && (options.incremental === true || options.logOpts !== undefined)) throw new TypeError('--incremental and --log-opts go with --history')
  if (paths.length > 0 && (options.staged === true || options.history === true)) throw new TypeError('Paths are for the working tree and for --bundle; for a history, --log-opts "-- PATH"')
  const mode = options.staged === true ? 'staged' : options.history === true ? 'history' : options.bundle === true ? 'bundle' : 'tree'
  return {
    root, mode, env: process.env, paths: paths.map((path) => pathUnder(root, path)),
    ...(options.config === undefined ? {} : { config: options.config }),
    ...(options.baselinePath === undefined ? {} : { baseline: options.baselinePath }),
    ...(options.gitleaksIgnorePath === undefined ? {} : { ignoreFile: options.gitleaksIgnorePath }),
    ...(options.all === undefined ? {} : { everything: true }),
    ...(options.incremental === undefined ? {} : { progressFile: join(root, '.sallyport', 'scan-history.json') }),
    ...(options.logOpts === undefined ? {} : { range: options.logOpts.split(/\s+/).filter((word) => word !== '') }),
  }
}
