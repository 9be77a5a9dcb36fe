import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { Command, Option } from 'commander'
import {
  beyondBaseline, check, configFile, configSchema, ConfigError, explain, manifestFile, noSuchRule, readBaseline, readConfig, ruleOf, rules, toHtml, toJson, toManifest, toMarkdown, toSarif, writeBaseline,
  type CheckResult, type Finding, type Level,
} from '@sallyport/check'
import { clean } from '../clean.ts'
import { jsonOption } from '../json-option.ts'
import { progressBar } from './progress.ts'
import { openCache } from './cache.ts'
import { toTable } from './table.ts'

interface CheckFlags {
  readonly format: 'table' | 'json' | 'sarif' | 'markdown' | 'html'
  readonly output?: string
  readonly config?: string
  readonly baseline?: string
  readonly updateBaseline?: boolean
  readonly cache?: boolean
  readonly cacheLocation?: string
  readonly failOn?: Level | 'never'
  readonly manifest?: boolean
  readonly explain?: string
  readonly schema?: boolean
  readonly all?: boolean
}

/** Where a command writes, and how it ends: the process, or a test. */
export interface CommandHost {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly exit: (code: number) => void
  readonly interactive: boolean
  /** The width of the terminal that `out` writes to. Default: it is none. */
  readonly columns?: number | undefined
}

/** The process itself. */
export const processHost: CommandHost = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  exit: (code) => {
    process.exitCode = code
  },
  interactive: process.stderr.isTTY === true,
  columns: process.stdout.columns,
}

/**
 * `sallyport check [dir]`: every server action of a code base, and what guards it.
 *
 * Exit codes: 0 nothing at or above the level of `--fail-on`; 1 findings; 2 it could not run, or not check all.
 */
export function checkCommand(host: CommandHost = processHost): Command {
  return new Command('check')
    .description('list every server action and route of a code base, and what guards it')
    .argument('[dir]', 'directory to check', '.')
    .addOption(new Option('-f, --format <format>', 'how to print it').choices(['table', 'json', 'sarif', 'markdown', 'html']).default('table'))
    .addOption(jsonOption())
    .option('-o, --output <file>', 'write to a file')
    .option('-c, --config <file>', 'configuration (default: sallyport.check.json in the directory)')
    .option('-b, --baseline <file>', 'leave out the findings of this file')
    .option('--update-baseline', 'write the findings of now to the baseline')
    .option('--cache', 'keep what files came to, and examine only what changed since')
    .option('--cache-location <file>', 'where to keep it (default: node_modules/.cache/sallyport/check in the directory)')
    .addOption(new Option('--fail-on <level>', 'exit with 1 from this level on').choices(['error', 'warning', 'note', 'never']))
    .option('--manifest', `write ${manifestFile}, to be committed and diffed in review`)
    .option('-a, --all', 'print notes too')
    .option('--explain <rule>', 'say what a rule is about')
    .option('--schema', 'print the schema of the configuration file')
    .action((dir: string, flags: CheckFlags) => {
      try {
        host.exit(runCheck(dir, flags, host))
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        host.err(`sallyport check: ${message}${error instanceof ConfigError ? '\nRun `sallyport check --schema` for the settings that there are.' : ''}\n`)
        host.exit(2)
      }
    })
}

function runCheck(dir: string, flags: CheckFlags, host: CommandHost): number {
  if (flags.schema) {
    host.out(`${JSON.stringify(configSchema, null, 2)}\n`)
    return 0
  }
  if (flags.explain !== undefined) {
    const rule = ruleOf(flags.explain)
    if (!rule) throw new Error(`${noSuchRule(flags.explain)}\nRules: ${rules.map(({ id }) => id).join(', ')}`)
    host.out(explain(rule))
    return 0
  }
  const root = resolve(dir)
  if (!existsSync(root)) throw new Error(`${dir}: there is no such directory`)
  const config = readConfig(root, flags.config)
  const bar = host.interactive && flags.format === 'table' ? progressBar() : undefined
  const cache = flags.cache || flags.cacheLocation !== undefined ? openCache(root, flags.cacheLocation) : undefined
  const all = check({ root, config, ...(bar ? { progress: bar.update } : {}), ...(cache ? { cache: cache.held } : {}) })
  bar?.stop()
  const unwritten = cache?.save()
  if (unwritten !== undefined) host.err(`sallyport check: the cache could not be written: ${unwritten}\n`)
  const baselineFile = flags.baseline ?? (config.baseline === undefined ? undefined : join(root, config.baseline))
  if (flags.updateBaseline) {
    const file = baselineFile ?? join(root, 'sallyport.baseline.json')
    write(file, writeBaseline(all.findings))
    host.err(`${all.findings.length} findings are the baseline now: ${file}\nCommit it, and name it with --baseline, or in ${configFile}: { "baseline": "${relative(root, file)}" }\n`)
    return 0
  }
  const result = baselineFile === undefined ? all : withoutBaseline(all, baselineFile)
  if (flags.manifest) writeFileSync(join(root, manifestFile), toManifest(result))
  const text = render(result, flags, flags.output === undefined ? host.columns : undefined)
  if (flags.output === undefined) host.out(text)
  // Colours are for a terminal, which this process may well have.
  else write(flags.output, flags.format === 'table' ? stripVTControlCharacters(text) : text)
  const from = flags.failOn ?? config.failOn ?? 'error'
  const unchecked = new Set(result.problems.flatMap((problem) => (problem.unchecked ? [problem.file] : [])))
  if (unchecked.size > 0) host.err(`sallyport check: what is in ${[...unchecked].slice(0, several).map(clean).join(', ')}${unchecked.size > several ? ` and ${unchecked.size - several} more` : ''} was not checked. Mend it, or leave its folder out: { "ignore": […] } in ${configFile}.\n`)
  if (failed(result.findings, from)) return 1
  // "Nothing found" would be said of what nobody looked at.
  return unchecked.size > 0 && from !== 'never' ? 2 : 0
}

/** So many files are named on one line. */
const several = 5

/** Writes a file, and the folders that it stands in. */
function write(file: string, text: string): void {
  mkdirSync(dirname(resolve(file)), { recursive: true })
  writeFileSync(file, text)
}

function withoutBaseline(all: CheckResult, file: string): CheckResult {
  if (!existsSync(file)) throw new Error(`${file}: there is no such baseline; write one with --update-baseline`)
  const findings = beyondBaseline(all.findings, readBaseline(readFileSync(file, 'utf8'), file))
  return { ...all, findings, known: all.findings.length - findings.length }
}

function render(result: CheckResult, flags: CheckFlags, columns: number | undefined): string {
  switch (flags.format) {
    case 'json':
      return toJson(result)
    case 'sarif':
      return toSarif(result)
    case 'markdown':
      return toMarkdown(result)
    case 'html':
      return toHtml(result)
    default:
      return toTable(result, flags.all === true, columns)
  }
}

const order: readonly (Level | 'never')[] = ['note', 'warning', 'error', 'never']

function failed(findings: readonly Finding[], from: Level | 'never'): boolean {
  return findings.some(({ level }) => order.indexOf(level) >= order.indexOf(from))
}
