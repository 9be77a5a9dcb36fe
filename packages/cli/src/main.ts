import { Command } from 'commander'
import { commands } from './commands.ts'

/**
 * Runs the `sallyport` command. Only the command that is asked for is loaded: `check` needs no database, `audit` no parser.
 *
 * @param argv As `process.argv`.
 */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('sallyport')
    .description('Makes every server action a control boundary: checks, secrets, audit.')
    .showHelpAfterError('(run it with --help to see what it takes)')
  const asked = argv.slice(2).find((word) => !word.startsWith('-'))
  for (const [name, { description, load }] of Object.entries(commands)) {
    if (name === asked) program.addCommand(await load())
    // Told in the help; never run, since whoever asks for it gets the real one.
    else program.addCommand(new Command(name).description(description))
  }
  await program.parseAsync([...argv])
}
