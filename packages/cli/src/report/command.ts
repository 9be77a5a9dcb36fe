import { existsSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import { check, readConfig } from '@sallyport/check'
import { processHost, UsageError, type AuditHost } from '../audit/host.ts'
import { queryOf, type FilterFlags } from '../audit/filters.ts'
import { openLog, type LogFlags } from '../audit/open.ts'
import { pages, readerOf } from '../audit/read.ts'
import { verifiersOf } from '../audit/verify.ts'
import { jsonOption } from '../json-option.ts'
import { countLog, evidenceOf, verificationOf, type LogEvidence } from './evidence.ts'
import { reportHtml } from './html.ts'
import { reportJson, reportMarkdown } from './render.ts'

type ReportFlags = LogFlags & FilterFlags & { readonly format: 'markdown' | 'html' | 'json'; readonly output?: string; readonly log: boolean; readonly key?: readonly string[] }

/**
 * `sallyport report [dir]`: evidence for an auditor, from the code and the audit log.
 *
 * Exit codes: 0 written; 1 written, and the audit log does not hold; 2 it could not run.
 */
export function reportCommand(host: AuditHost = processHost()): Command {
  return new Command('report')
    .description('evidence for an auditor: which control holds where, waivers, counts of the audit log')
    .argument('[dir]', 'directory of the application', '.')
    .addOption(new Option('-f, --format <format>', 'how to write it').choices(['markdown', 'html', 'json']).default('markdown'))
    .addOption(jsonOption())
    .option('-o, --output <file>', 'write to a file')
    .option('--db <path>', 'the audit log: a SQLite file or the folder of a store')
    .option('--database-url <url>', 'the audit log in Postgres')
    .option('--key <key...>', 'verify the log with its public key (the text, or a file that holds it; or SALLYPORT_AUDIT_KEY)')
    .option('--since <time>', 'events since: 24h, 7d, or a date')
    .option('--until <time>', 'events until')
    .option('--no-log', 'without the audit log')
    .action(async (dir: string, flags: ReportFlags) => {
      try {
        const root = resolve(dir)
        if (!existsSync(root)) throw new UsageError(`${dir}: there is no such directory`)
        const made = new Date(host.now()).toISOString().slice(0, 10)
        const result = check({ root, config: readConfig(root), today: made })
        const evidence = evidenceOf(result, made, flags.log ? await readLog(flags, host) : undefined)
        const text = flags.format === 'json' ? reportJson(evidence) : flags.format === 'html' ? reportHtml(evidence) : reportMarkdown(evidence)
        if (flags.output === undefined) await host.out(text)
        else writeFileSync(flags.output, text)
        const broken = evidence.log?.verification?.ok === false
        if (broken) host.err('the audit log does not hold; the report names what is wrong\n')
        host.exit(broken ? 1 : 0)
      } catch (error) {
        host.err(`sallyport report: ${error instanceof Error ? error.message : String(error)}\n`)
        host.exit(2)
      }
    })
}

/** Counts the log. Without one, and where none was named, the report does without, and says so. */
async function readLog(flags: ReportFlags, host: AuditHost): Promise<LogEvidence | undefined> {
  const named = flags.db !== undefined || flags.databaseUrl !== undefined
  let log
  try {
    log = await openLog(flags, host)
  } catch (error) {
    if (named || !(error instanceof UsageError)) throw error
    host.err(`${error.message}; the report is made without it\n`)
    return undefined
  }
  try {
    const stored = pages(readerOf(log), { ...queryOf(flags, host), order: 'oldest' }, Infinity)
    const counted = await countLog((async function* () {
      for await (const { event } of stored) yield event
    })())
    if (flags.key === undefined && (host.environment['SALLYPORT_AUDIT_KEY'] ?? '') === '') return counted
    const { verifyLog } = await import('sallyport/audit')
    return { ...counted, verification: verificationOf(await verifyLog(log.source, { verifiers: verifiersOf(flags.key, host) })) }
  } finally {
    await log.close()
  }
}
