import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { parseEnv } from 'node:util'
import { Command, Option } from 'commander'
import { createScrubber, type Scrubber } from 'sallyport/scrub'
import { SecretsError, type RotationEvent, type RotationStatus, type SecretProblemKind, type Secrets } from 'sallyport/secrets'
import { processHost } from '../audit/host.ts'
import { list, type ListOptions } from './list.ts'
import { loadSecrets } from './load.ts'

interface Common {
  readonly module?: string
  readonly json?: true
}

/** How it ended: fine, something is wrong with a secret, or it could not be done. */
export const SECRETS_EXIT = { fine: 0, problems: 1, failed: 2 } as const

/** `sallyport secrets list | check | rotate | revoke | fingerprint | import`. */
export function secretsCommand(): Command {
  const command = new Command('secrets').description("Shows, checks, rotates and revokes the application's secrets. Never shows a value.")
    // Commander ends with 1 where an option is wrong, which here means that something is wrong with a secret.
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? SECRETS_EXIT.fine : SECRETS_EXIT.failed))
  const sub = (name: string, description: string): Command =>
    command.command(name).description(description).option('-m, --module <file>', 'the module that calls defineSecrets').option('--json', 'print JSON')

  sub('list', 'versions, ages, schedules, rotations, and who used what')
    .option('--db <path>', "the audit log's SQLite file, or the folder of the store (default: SALLYPORT_DB, or .data/sallyport)")
    .option('--database-url <url>', 'the audit log in Postgres (default: SALLYPORT_DATABASE_URL)')
    .option('--since <when>', 'uses from then on: 24h, 7d, or a date', '30d')
    .action((options: Common & ListOptions) =>
      run(options, async (secrets) => {
        await list(secrets, options, processHost())
        return SECRETS_EXIT.fine
      }))

  sub('check', 'everything that would stop the start, and what is overdue').action((options: Common) =>
    run(options, async (secrets) => {
      // As a port does: a value that is too plain to be kept out of what leaves stops the start.
      secrets.attach({ scrubber: createScrubber() })
      const problems = await problemsOf(secrets)
      const overdue = (await secrets.status()).filter((status) => status.overdue).map((status) => ({ name: status.name, kind: 'overdue' as const, message: 'is overdue for rotation' }))
      const all = [...problems, ...overdue.filter(({ name }) => !problems.some((problem) => problem.name === name && problem.kind === 'overdue'))]
      if (options.json === true) print(JSON.stringify(all, null, 1))
      else print(all.length === 0 ? `All ${secrets.names.length} secrets are there.` : all.map(({ name, message }) => `${name}: ${message}`).join('\n'))
      return all.length === 0 ? SECRETS_EXIT.fine : SECRETS_EXIT.problems
    }))

  sub('rotate', 'makes a new version; goes on with a rotation that waits or was interrupted')
    .argument('<name>')
    .addOption(new Option('--compromised', 'end the old version at once, without an overlap'))
    .action((name: string, options: Common & { readonly compromised?: true }) =>
      run(options, async (secrets) => {
        await readyFor(name, secrets)
        secrets.attach({ onRotation: tellStep })
        const status = await secrets.rotate(name, { reason: options.compromised === true ? 'compromised' : 'manual' })
        print(options.json === true ? JSON.stringify(status, null, 1) : tell(name, status))
        for (const version of (await secrets.status()).find((known) => known.name === name)?.versions ?? []) if (options.json !== true) print(`  ${version.version}  ${version.state}`)
        return status.status === 'failed' ? SECRETS_EXIT.problems : SECRETS_EXIT.fine
      }))

  sub('revoke', 'ends a version (default: all) at once, with nothing in its place')
    .argument('<name>')
    .argument('[version]')
    .action((name: string, version: string | undefined, options: Common) =>
      run(options, async (secrets) => {
        await readyFor(name, secrets)
        const ended = await secrets.revoke(name, version)
        print(options.json === true ? JSON.stringify(ended) : ended.length === 0 ? `${name} has no such version.` : `Revoked ${name}: ${ended.join(', ')}`)
        return ended.length === 0 ? SECRETS_EXIT.problems : SECRETS_EXIT.fine
      }))

  sub('fingerprint', "keyed fingerprints as JSON, to give to another environment's `isolation.others`").action((options: Common) =>
    run(options, async (secrets) => {
      await secrets.refresh()
      print(JSON.stringify(await secrets.fingerprints(), null, 1))
      return SECRETS_EXIT.fine
    }))

  sub('import', 'keeps first values: from a file in the form of .env, or one value from standard input')
    .argument('[name]', 'with standard input: the secret')
    .option('-f, --file <file>', 'a file in the form of .env')
    .action((name: string | undefined, options: Common & { readonly file?: string }) =>
      run(options, async (secrets) => {
        // A value on the command line would be in the shell's history and in the list of processes.
        if ((name === undefined) === (options.file === undefined)) throw new TypeError('Give either a name, with the value on standard input, or --file')
        const values = options.file === undefined ? { [name as string]: (await text(process.stdin)).replace(/\r?\n$/, '') } : parseEnv(readFileSync(options.file, 'utf8'))
        const done: Imported[] = []
        for (const [key, value] of Object.entries(values)) done.push(await importOne(secrets, key, value ?? ''))
        print(options.json === true ? JSON.stringify(done, null, 1) : done.map(({ name: key, message = 'imported' }) => (message.startsWith(`${key}: `) ? message : `${key}: ${message}`)).join('\n'))
        return done.some(({ status }) => status === 'failed') ? SECRETS_EXIT.problems : SECRETS_EXIT.fine
      }))
  return command
}

/** What became of a value that was to be kept. */
interface Imported {
  readonly name: string
  readonly status: 'imported' | 'left out' | 'failed'
  readonly message?: string
}

async function importOne(secrets: Secrets, name: string, value: string): Promise<Imported> {
  if (!secrets.names.includes(name)) return { name, status: 'left out', message: 'is not defined, left out' }
  try {
    await secrets.import(name, value)
    return { name, status: 'imported' }
  } catch (error) {
    return { name, status: 'failed', message: messageOf(error) ?? 'failed' }
  }
}

/** Problems of a value that is there. Without one, a rotation makes the first. */
const UNUSABLE: ReadonlySet<SecretProblemKind> = new Set(['unreadable', 'empty', 'placeholder', 'unfit'])

/** Loads what can be: that another secret is out of order must not keep this one, which may be known to somebody, from being ended. */
async function readyFor(name: string, secrets: Secrets): Promise<void> {
  const own = (await problemsOf(secrets)).filter((problem) => problem.name === name && UNUSABLE.has(problem.kind))
  if (own.length > 0) throw new SecretsError(own)
}

/** Longer than anything that is waited for here. */
const LONG_MS = 3_600_000

async function run(options: Common, work: (secrets: Secrets) => Promise<number>): Promise<void> {
  let secrets: Secrets | undefined
  // Deadlines keep no process alive: without this one, it would end while it waits for a provider that never answers.
  const alive = setInterval(() => undefined, LONG_MS)
  try {
    secrets = await loadSecrets(process.cwd(), options.module)
    secrets.attach({ scrubber: tolerant })
    process.exitCode = await work(secrets)
  } catch (error) {
    process.stderr.write(`sallyport secrets: ${messageOf(error) ?? 'failed'}\n`)
    process.exitCode = SECRETS_EXIT.failed
  } finally {
    await secrets?.close().catch(() => undefined)
    clearInterval(alive)
    // What the application's module left open (pools, timers) must not keep the process alive.
    process.stdout.write('', () => process.exit())
  }
}

const scrubber = createScrubber()

/** Knows each value that it can look for. One that is too plain must be rotated all the same. */
const tolerant: Scrubber = {
  ...scrubber,
  addSecret(name, value) {
    try {
      scrubber.addSecret(name, value)
    } catch {
      // `check` tells that.
    }
  },
}

/** What an application's steps and providers throw may quote a value. */
function messageOf(error: unknown): string | undefined {
  return error instanceof Error ? scrubber.scrub(error.message).text : undefined
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

async function problemsOf(secrets: Secrets): Promise<SecretsError['problems']> {
  try {
    await secrets.load()
    return []
  } catch (error) {
    if (error instanceof SecretsError) return error.problems
    throw error
  }
}

/** What each step of a rotation does, for who watches it. */
const DOES: { readonly [Step in RotationEvent['step']]: string } = {
  create: 'a new value is made and kept', test: 'the new value is tried', announce: 'every instance verifies with the new version',
  promote: 'the new version becomes current', overlap: 'every instance uses the new version', revoke: 'the old version is revoked', destroy: 'the old version is deleted',
}

/** A line for each step as it begins or fails. What it waits for is the result's to say. */
function tellStep({ step, outcome, detail }: RotationEvent): void {
  // To standard error: what is printed as JSON stays JSON.
  if (outcome === 'started') process.stderr.write(`  ${step.padEnd(8)}  ${DOES[step]}\n`)
  if (outcome === 'failed') process.stderr.write(`  ${step.padEnd(8)}  failed: ${detail ?? 'no reason given'}\n`)
}

function tell(name: string, status: RotationStatus): string {
  switch (status.status) {
    case 'done':
      return `${name} is rotated: ${status.version} is current, the old version is revoked.`
    case 'waiting':
      return `${name} waits at the step "${status.step}" for ${status.for}${status.until === undefined ? '' : ` (until ${new Date(status.until).toISOString()})`}. Run it again to go on.`
    case 'failed':
      return `${name} was not rotated: the step "${status.step}" failed (${status.reason}). The old version is still current.`
    case 'busy':
      return `${name} is being rotated by ${status.holder}.`
    case 'none':
      return `${name} has no rotation under way.`
  }
}
