import { Command, type CommanderError } from 'commander'
import { commands } from './commands.ts'
import { ownVersion } from './version.ts'

/** How every command ends that could not run. 1 is kept for what a command found. */
const UNABLE = 2

/** The oldest Node that has what the commands need: `node:sqlite` without a flag. */
const OLDEST_NODE: readonly [number, number] = [22, 13]

/**
 * Runs the `sallyport` command. Only the command that is asked for is loaded: `check` needs no database, `audit` no parser.
 *
 * @param argv As `process.argv`.
 */
export async function main(argv: readonly string[]): Promise<void> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    process.stderr.write(`sallyport needs Node ${OLDEST_NODE.join('.')} or later, and this is ${process.versions.node}\n`)
    process.exit(UNABLE)
  }
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // `| head` closes the pipe: that is an end, not an error. What was found out by then is said by the exit code.
    if (error.code === 'EPIPE') process.exit()
    process.stderr.write(`sallyport: what was found can not be written: ${error.message}\n`)
    process.exit(UNABLE)
  })
  const program = new Command('sallyport')
    .description('Makes every server action a control boundary: checks, secrets, audit.')
    .version(ownVersion(), '-V, --version', 'print the version')
  const words = argv.slice(2).filter((word) => !word.startsWith('-'))
  const asked = words[0] === 'help' ? words[1] : words[0]
  for (const [name, { description, load }] of Object.entries(commands)) {
    if (name === asked) program.addCommand(await load())
    // Told in the help; never run, since whoever asks for it gets the real one.
    else program.addCommand(new Command(name).description(description))
  }
  settle(program)
  await program.parseAsync([...argv])
}

/** Commander ends with 1 where an option is wrong, which would read as "something was found". */
function settle(command: Command): void {
  command.exitOverride(({ exitCode }: CommanderError) => process.exit(exitCode === 0 ? 0 : UNABLE)).showHelpAfterError('(run it with --help to see what it takes)')
  command.commands.forEach(settle)
}
