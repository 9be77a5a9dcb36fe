import { Command, Option } from 'commander'
import { MissingTileError, NoteError, NoteKeyError, NotExtendedError, proveEntry } from 'sallyport/audit'
import { clean } from '../clean.ts'
import { exportLog, type ExportFormat } from './export.ts'
import { countOf, queryOf, type FilterFlags } from './filters.ts'
import { EXIT, processHost, UsageError, type AuditHost } from './host.ts'
import { jsonOf } from './format.ts'
import { openLog, type LogFlags, type OpenLog } from './open.ts'
import { search, show, tail } from './read.ts'
import { key, seal } from './seal.ts'
import { verify, verifyProof, type VerifyFlags } from './verify.ts'

type Flags = LogFlags & FilterFlags & { readonly json?: boolean }

/**
 * `sallyport audit`: reads, verifies, proves, exports and seals the audit log, while the application runs.
 *
 * Exit codes: 0 fine; 1 the log or a proof does not hold, or nothing was found; 2 the command could not run; 130 it was interrupted.
 */
export function auditCommand(host: AuditHost = processHost()): Command {
  const audit = new Command('audit').description('read, verify, prove, export and seal the audit log')

  filtered(audit.command('tail').description('print the newest events'))
    .option('-n, --lines <count>', 'how many', '20')
    .option('-f, --follow', 'go on with what comes, until interrupted')
    .action((flags: Flags & { lines: string; follow?: boolean }) =>
      withLog(flags, host, async (log) => {
        await tail(log, queryOf(flags, host), countOf(flags.lines, '--lines'), flags.follow === true, flags.json === true, host)
        return EXIT.ok
      }))

  filtered(audit.command('search').description('find events, the newest first'))
    .option('-n, --limit <count>', 'at most so many', '100')
    .option('--all', 'every match')
    .option('--oldest', 'the oldest first')
    .action((flags: Flags & { limit: string; all?: boolean; oldest?: boolean }) =>
      withLog(flags, host, async (log) => {
        const query = { ...queryOf(flags, host), ...(flags.oldest === true && { order: 'oldest' as const }) }
        const found = await search(log, query, flags.all === true ? Infinity : countOf(flags.limit, '--limit'), flags.json === true, host)
        if (found === undefined) return interrupted(host)
        if (found === 0) host.err('nothing in the log matches\n')
        return found > 0 ? EXIT.ok : EXIT.problems
      }))

  located(audit.command('show').description('print all that the log has of one call').argument('<id>', 'correlation id'))
    .action((id: string, flags: Flags) =>
      withLog(flags, host, async (log) => {
        if ((await show(log, id, flags.json === true, host)) > 0) return EXIT.ok
        host.err(`the log has no call ${id}\n`)
        return EXIT.problems
      }))

  located(audit.command('verify').description('check the whole log against its public key and earlier checkpoints'))
    .option('-k, --key <key>', 'public key, or a file that holds it; repeat for several (default: SALLYPORT_AUDIT_KEY)', collect)
    .option('-c, --checkpoint <file>', 'a checkpoint that was exported earlier; repeat for several', collect)
    .option('-w, --witness <key>', 'public key of a witness that has to have cosigned those checkpoints, or a file that holds it; repeat for several', collect)
    .option('--origin <name>', "the log's name (default: that of the first key)")
    .option('--proof <file>', 'check a proof that `prove` wrote, without the log')
    .action((flags: Flags & VerifyFlags) => {
      const { proof } = flags
      return proof === undefined ? withLog(flags, host, (log) => verify(log, flags, host)) : guarded(host, () => verifyProof(proof, flags, host))
    })

  located(audit.command('prove').description('write a proof that an entry is in the log, for somebody who has only the public key').argument('<sequence>', 'number of the entry'))
    .action((sequence: string, flags: Flags) =>
      withLog(flags, host, async (log) => {
        const proof = await proveEntry(log.source, countOf(sequence, 'sequence'))
        await host.out(flags.json === true ? `${jsonOf({ proof })}\n` : proof)
        return EXIT.ok
      }))

  filtered(audit.command('export').description('write events, tiles or the newest checkpoint'))
    .addOption(new Option('--format <format>', 'what to write').choices(['jsonl', 'ocsf', 'tiles', 'checkpoint']).default('jsonl'))
    .option('-o, --output <path>', 'file, or folder for tiles (default: standard output)')
    .action((flags: Flags & { format: ExportFormat; output?: string }) =>
      withLog(flags, host, async (log) => {
        const count = await exportLog(log, flags.format, flags.output, queryOf(flags, host), host)
        if (count === undefined) return interrupted(host)
        if (flags.output !== undefined) host.err(`${count} entries: ${flags.output}\n`)
        return EXIT.ok
      }))

  located(audit.command('seal').description('seal what waits, with the signers in SALLYPORT_AUDIT_SIGNER (and SALLYPORT_AUDIT_MAC_SECRET, where the application has one)'))
    .option('-w, --watch', 'go on every second, until interrupted')
    .option('--origin <name>', "the log's name (default: that of the first signer)")
    .action((flags: Flags & { watch?: boolean; origin?: string }) => guarded(host, () => seal(flags, host)))

  audit.command('key').description('make a signer for a log').argument('<name>', 'name of the log, for example shop.example/audit').option('--json', 'print JSON')
    .action((name: string, flags: { json?: boolean }) => guarded(host, async () => {
      await key(name, flags.json === true, host)
      return EXIT.ok
    }))
  return audit
}

function interrupted(host: AuditHost): number {
  host.err('interrupted: this is not all of it\n')
  return EXIT.interrupted
}

function located(command: Command): Command {
  return command
    .option('--db <path>', 'SQLite ledger: its file, or the folder of the store (default: SALLYPORT_DB, or .data/sallyport)')
    .option('--database-url <url>', 'Postgres ledger (default: SALLYPORT_DATABASE_URL)')
    .option('--tiles <folder>', 'a folder of exported tiles')
    .option('--json', 'print JSON, one value a line')
}

function filtered(command: Command): Command {
  return located(command)
    .option('-a, --action <name>', 'calls of this action')
    .option('-p, --principal <id>', 'calls by or for this principal')
    .option('-t, --tenant <id>', 'calls in this tenant')
    .option('-d, --decision <outcome>', 'success, refused, failed, navigated, aborted or unknown')
    .option('--since <when>', 'from then on: 15m, 24h, 7d, or a date')
    .option('--until <when>', 'up to then')
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value]
}

function withLog(flags: LogFlags, host: AuditHost, run: (log: OpenLog) => Promise<number>): Promise<void> {
  return guarded(host, async () => {
    const log = await openLog(flags, host)
    try {
      return await run(log)
    } finally {
      await log.close()
    }
  })
}

async function guarded(host: AuditHost, run: () => Promise<number>): Promise<void> {
  try {
    host.exit(await run())
  } catch (error) {
    const fails = error instanceof NoteError || error instanceof MissingTileError || error instanceof NotExtendedError
    host.err(`sallyport audit: ${clean(error instanceof Error ? error.message : String(error))}\n`)
    host.exit(fails ? EXIT.problems : EXIT.unable)
    if (!fails && !(error instanceof UsageError || error instanceof NoteKeyError) && host.environment['DEBUG'] !== undefined) host.err(`${String(error instanceof Error ? error.stack : '')}\n`)
  }
}
