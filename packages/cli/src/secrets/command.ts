import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { parseEnv } from 'node:util'
import { Command, Option } from 'commander'
import { SecretsError, type RotationStatus, type Secrets } from 'sallyport/secrets'
import { loadSecrets } from './load.ts'
import { statusTable } from './table.ts'

interface Common {
  readonly module?: string
  readonly json?: true
}

/** How it ended: fine, something is wrong with a secret, or it could not be done. */
export const SECRETS_EXIT = { fine: 0, problems: 1, failed: 2 } as const

/** `sallyport secrets list | check | rotate | revoke | fingerprint | import`. */
export function secretsCommand(): Command {
  const command = new Command('secrets').description("Shows, checks, rotates and revokes the application's secrets. Never shows a value.")
  const sub = (name: string, description: string): Command =>
    command.command(name).description(description).option('-m, --module <file>', 'the module that calls defineSecrets').option('--json', 'print JSON')

  sub('list', 'versions, ages, schedules and rotations').action((options: Common) =>
    run(options, async (secrets) => {
      const statuses = await loadedStatuses(secrets)
      print(options.json === true ? JSON.stringify(statuses, null, 1) : statusTable(statuses, Date.now()))
      return SECRETS_EXIT.fine
    }))

  sub('check', 'everything that would stop the start, and what is overdue').action((options: Common) =>
    run(options, async (secrets) => {
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
        await secrets.refresh()
        const status = await secrets.rotate(name, { reason: options.compromised === true ? 'compromised' : 'manual' })
        print(options.json === true ? JSON.stringify(status) : tell(name, status))
        for (const version of (await secrets.status()).find((known) => known.name === name)?.versions ?? []) if (options.json !== true) print(`  ${version.version}  ${version.state}`)
        return status.status === 'failed' ? SECRETS_EXIT.problems : SECRETS_EXIT.fine
      }))

  sub('revoke', 'ends a version (default: all) at once, with nothing in its place')
    .argument('<name>')
    .argument('[version]')
    .action((name: string, version: string | undefined, options: Common) =>
      run(options, async (secrets) => {
        await secrets.refresh()
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
        let failed = false
        for (const [key, value] of Object.entries(values)) {
          if (!secrets.names.includes(key)) {
            print(`${key}: is not defined, left out`)
            continue
          }
          try {
            await secrets.import(key, value ?? '')
            print(`${key}: imported`)
          } catch (error) {
            failed = true
            print(error instanceof Error ? error.message : `${key}: failed`)
          }
        }
        return failed ? SECRETS_EXIT.problems : SECRETS_EXIT.fine
      }))
  return command
}

async function run(options: Common, work: (secrets: Secrets) => Promise<number>): Promise<void> {
  let secrets: Secrets | undefined
  try {
    secrets = await loadSecrets(process.cwd(), options.module)
    process.exitCode = await work(secrets)
  } catch (error) {
    process.stderr.write(`sallyport secrets: ${error instanceof Error ? error.message : 'failed'}\n`)
    process.exitCode = SECRETS_EXIT.failed
  } finally {
    await secrets?.close()
  }
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

/** What can be loaded is; what can't is shown as such instead of ending the list. */
async function loadedStatuses(secrets: Secrets): Promise<Awaited<ReturnType<Secrets['status']>>> {
  await problemsOf(secrets)
  return secrets.status()
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
