import type { Command } from 'commander'

/** A command that is loaded when it is asked for. */
export interface CommandEntry {
  readonly description: string
  readonly load: () => Promise<Command>
}

/** Every command, by name. */
export const commands: Readonly<Record<string, CommandEntry>> = {}
