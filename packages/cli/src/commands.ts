import type { Command } from 'commander'

/** A command that is loaded when it is asked for. */
export interface CommandEntry {
  readonly description: string
  readonly load: () => Promise<Command>
}

/** Every command, by name. */
export const commands: Readonly<Record<string, CommandEntry>> = {
  check: {
    description: 'list every server action of a code base, and what guards it',
    load: async () => (await import('./check/command.ts')).checkCommand(),
  },
  report: {
    description: 'evidence for an auditor, from the code and the audit log',
    load: async () => (await import('./report/command.ts')).reportCommand(),
  },
  scan: {
    description: 'look for secrets in files, staged changes, history and client bundles',
    load: async () => (await import('./scan/command.ts')).scanCommand(),
  },
  secrets: {
    description: "list, check, rotate and revoke an application's secrets",
    load: async () => (await import('./secrets/command.ts')).secretsCommand(),
  },
  identities: {
    description: 'list, rotate, suspend and end agents and services',
    load: async () => (await import('./identities/command.ts')).identitiesCommand(),
  },
  audit: {
    description: 'read, verify, prove and export the audit log',
    load: async () => (await import('./audit/command.ts')).auditCommand(),
  },
}
