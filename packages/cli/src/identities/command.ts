import { Command, Option } from 'commander'
import type { ActionResult, IdentityView, Offboarded } from 'sallyport'
import { PLACES } from './load.ts'
import { openRegistry, type OpenRegistry, type RegistryFlags } from './open.ts'
import { table } from './table.ts'
import { tellEnded, tellInvalid, tellNotEnded } from './tell.ts'
import { RegistryUsageError } from './usage-error.ts'

/** How it ended: fine, something was refused, found or not ended, or it could not be done. */
export const IDENTITIES_EXIT = { fine: 0, problems: 1, failed: 2 } as const

/** Where the command reads and writes: the process, or a test. */
export interface IdentitiesHost {
  readonly print: (text: string) => void
  readonly complain: (text: string) => void
  readonly exit: (code: number) => void
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where the application's module is looked for. */
  readonly folder: string
  /** The command is done. What the application's module left open (pools, timers) must not keep the process alive. */
  readonly finish: () => void
}

/** The process itself. */
function processHost(): IdentitiesHost {
  return {
    print: (text) => void process.stdout.write(`${text}\n`),
    complain: (text) => void process.stderr.write(`${text}\n`),
    exit: (code) => void (process.exitCode = code),
    environment: process.env,
    folder: process.cwd(),
    finish: () => void process.stdout.write('', () => process.exit()),
  }
}

/**
 * `sallyport identities`: registers and lists agents and services, issues their credentials, sets what they may have at most, suspends and ends
 * them, and reports what should be looked at. Everything that it changes is an action of the library on the application's store, and stands in the audit log.
 * With the module that calls `identityActions` it does all that these do; without it, what the store alone can.
 *
 * Exit codes: 0 fine; 1 refused, the report found something, or not all was ended; 2 the command could not run.
 */
export function identitiesCommand(host: IdentitiesHost = processHost()): Command {
  const identities = new Command('identities').description('register, list, rotate, suspend and end agents and services')
  const sub = (name: string, description: string): Command =>
    identities
      .command(name)
      .description(description)
      .option('-m, --module <file>', `the module that calls identityActions (default: ${PLACES[0]})`)
      .option('--db <folder>', 'folder of the store (default: SALLYPORT_DB, else .data/sallyport)')
      .option('--database-url <url>', 'Postgres (default: SALLYPORT_DATABASE_URL)')
      .option('--environment <name>', 'environment of the identities (default: SALLYPORT_ENVIRONMENT, else production)')
      .option('--tenant <id>', 'works as who governs this tenant')
      .option('--people <file>', 'ids of the people who are here, one a line: owners must be among them')
      .option('--json', 'print JSON')

  const run = async <Data>(flags: RegistryFlags, ask: (open: OpenRegistry) => Promise<ActionResult<Data>>, tell: (data: Data, open: OpenRegistry) => string, { code = () => IDENTITIES_EXIT.fine, ceiling }: { readonly code?: (data: Data) => number; readonly ceiling?: readonly string[] } = {}): Promise<void> => {
    let open: OpenRegistry | undefined
    try {
      open = await openRegistry(flags, host, ceiling)
      const { data, serverError, validationErrors } = await ask(open)
      if (serverError !== undefined || validationErrors !== undefined) {
        host.complain(serverError === undefined ? tellInvalid(validationErrors ?? {}) : `${serverError.code}: ${serverError.message}${serverError.details === undefined ? '' : ` ${JSON.stringify(serverError.details)}`}`)
        host.exit(IDENTITIES_EXIT.problems)
        return
      }
      host.print(flags.json === true ? JSON.stringify(data, null, 1) : tell(data as Data, open))
      host.exit(code(data as Data))
    } catch (error) {
      host.complain(error instanceof RegistryUsageError ? error.message : `The command could not run: ${error instanceof Error ? error.message : String(error)}`)
      host.exit(IDENTITIES_EXIT.failed)
    } finally {
      await open?.close().catch(() => undefined)
      host.finish()
    }
  }

  /** What was ended; what was not is said apart, and is no success. */
  const leave = (flags: RegistryFlags, ask: (open: OpenRegistry) => Promise<ActionResult<Offboarded>>): Promise<void> =>
    run(flags, ask, tellEnded, {
      code(data) {
        const left = tellNotEnded(data)
        for (const line of left) host.complain(line)
        return left.length === 0 ? IDENTITIES_EXIT.fine : IDENTITIES_EXIT.problems
      },
    })

  const told = (identity: IdentityView): string => table([identity])
  const one = (name: 'suspend' | 'activate', description: string): void =>
    void sub(name, description)
      .argument('<id>')
      .action((identityId: string, flags: RegistryFlags) => run(flags, ({ actions, operator }) => actions[name].call({ principal: operator, input: { identityId } }), told))

  const withCeiling = (flags: RegistryFlags) => (identity: IdentityView, { configured }: OpenRegistry): string =>
    flags.permissions === undefined && !configured ? `${told(identity)}\n(The permissions were not compared with the application's policy: --permissions does.)` : told(identity)
  const PERMISSIONS = ['--permissions <file>', "the policy's permissions, one a line: the ceiling must be among them"] as const

  sub('register', 'enter an agent or a service; it has no credential yet')
    .argument('<id>')
    .addOption(new Option('--kind <kind>', 'what it is').choices(['agent', 'service']).default('agent'))
    .option('--name <name>', 'what people call it (default: the id)')
    .requiredOption('--purpose <sentence>', 'what it is for')
    .requiredOption('--owner <person>', 'the id of the person who answers for it')
    .option('--ceiling <permissions...>', 'permissions that it can have at most', [])
    .option(...PERMISSIONS)
    .action((id: string, flags: RegistryFlags & { readonly kind: 'agent' | 'service'; readonly name?: string; readonly purpose: string; readonly owner: string; readonly ceiling: readonly string[] }) => {
      const { kind, name = id, purpose, owner, ceiling } = flags
      return run(flags, ({ actions, operator }) => actions.register.call({ principal: operator, input: { id, kind, name, purpose, owner, ceiling } }), withCeiling(flags), { ceiling })
    })

  sub('ceiling', 'set what it can have at most, whatever it is granted')
    .argument('<id>')
    .argument('[permissions...]', 'none: nothing at all')
    .option(...PERMISSIONS)
    .action((identityId: string, ceiling: readonly string[], flags: RegistryFlags) =>
      run(flags, ({ actions, operator }) => actions.setCeiling.call({ principal: operator, input: { identityId, ceiling } }), withCeiling(flags), { ceiling }))

  sub('list', 'agents and services, their owners and credentials')
    .option('--owner <person>', 'those of one owner')
    .addOption(new Option('--state <state>', 'those in one state').choices(['active', 'suspended', 'ended']))
    .action((flags: RegistryFlags & { readonly owner?: string; readonly state?: 'active' | 'suspended' | 'ended' }) =>
      run(
        flags,
        ({ actions, operator }) => actions.list.call({ principal: operator, input: { ...(flags.owner === undefined ? {} : { owner: flags.owner }), ...(flags.state === undefined ? {} : { state: flags.state }) } }),
        ({ identities: found }) => (found.length === 0 ? 'There are none.' : table(found)),
      ))

  sub('show', 'all that the registry has of one')
    .argument('<id>')
    .action((identityId: string, flags: RegistryFlags) => run(flags, ({ actions, operator }) => actions.show.call({ principal: operator, input: { identityId } }), (data) => JSON.stringify(data, null, 1)))

  sub('rotate', 'issue the next credential; it is printed once')
    .argument('<id>')
    .option('--days <days>', 'how long it is valid', Number)
    .option('--overlap <seconds>', 'how long the one before stays valid', Number, 0)
    .option('--scopes <scopes...>', 'scopes of an MCP server that it is narrowed to (default: those of the one before)')
    .addOption(new Option('--all-scopes', 'it is not narrowed any more').conflicts('scopes'))
    .action((identityId: string, flags: RegistryFlags & { readonly days?: number; readonly overlap: number; readonly scopes?: readonly string[]; readonly allScopes?: true }) => {
      const scopes = flags.allScopes === true ? { scopes: null } : flags.scopes === undefined ? {} : { scopes: flags.scopes }
      return run(
        flags,
        ({ actions, operator }) => actions.rotate.call({ principal: operator, input: { identityId, overlapSeconds: flags.overlap, ...scopes, ...(flags.days === undefined ? {} : { days: flags.days }) } }),
        (data) => `Version ${data.version}, until ${new Date(data.expiresAt).toISOString()}${data.scopes === null ? '' : `, for the scopes ${data.scopes.join(' ') || '(none)'}`}. It is not shown again:\n${data.secret}`,
      )
    })

  one('suspend', 'from the next call on it is nobody')
  one('activate', 'let a suspended one work again')

  sub('revoke', 'end it for good, with its credentials, grants and requests')
    .argument('<id>')
    .action((identityId: string, flags: RegistryFlags) =>
      leave(flags, ({ actions, operator }) => actions.revoke.call({ principal: operator, input: { identityId } })))

  sub('offboard', 'a person has left: end what is theirs, or hand it over')
    .argument('<person>')
    .option('--to <person>', 'who answers for their agents and services from now on')
    .action((personId: string, flags: RegistryFlags & { readonly to?: string }) =>
      leave(flags, ({ actions, operator }) => actions.offboard.call({ principal: operator, input: { personId, ...(flags.to === undefined ? {} : { handOverTo: flags.to }) } })))

  sub('report', 'what should be looked at: NHI1, NHI5, NHI7, NHI9 and NHI10 of the OWASP NHI Top 10')
    .option('--unused-days <days>', 'rights that were not used for so long', Number, 90)
    .option('--max-age-days <days>', 'credentials older than this', Number, 90)
    .action((flags: RegistryFlags & { readonly unusedDays: number; readonly maxAgeDays: number }) =>
      run(
        flags,
        ({ actions, operator }) => actions.report.call({ principal: operator, input: { unusedDays: flags.unusedDays, maxAgeDays: flags.maxAgeDays } }),
        ({ findings }, { configured }) => {
          const lines = findings.map(({ risk, identityId, detail }) => `${risk.padEnd(10)}  ${identityId}: ${detail}`)
          if (flags.people === undefined && !configured) lines.push('(Owners who left are looked for with --people.)')
          return findings.length === 0 ? ['Nothing was found.', ...lines].join('\n') : lines.join('\n')
        },
        { code: ({ findings }) => (findings.length === 0 ? IDENTITIES_EXIT.fine : IDENTITIES_EXIT.problems) },
      ))

  return identities
}
