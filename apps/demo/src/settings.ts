import { join } from 'node:path'

/** What the demo reads from its environment, besides its secrets (shop-secrets.ts). `npm start` sets all of it. */
export interface Settings {
  /** Where the SQLite files are. */
  readonly dataDirectory: string
  /** The address that people open: http://localhost:3000. */
  readonly origin: string
  readonly model: { readonly url: string; readonly name: string }
}

/** Reads the settings; one error names everything that is missing. */
export function readSettings(environment: NodeJS.ProcessEnv = process.env): Settings {
  const names = ['DEMO_DATA', 'DEMO_ORIGIN', 'OPENAI_BASE_URL'] as const
  const missing = names.filter((name) => !environment[name])
  if (missing.length > 0) throw new Error(`The demo is started by \`npm start\`, which sets ${missing.join(', ')}.`)
  const value = (name: (typeof names)[number]) => environment[name] ?? ''
  return {
    dataDirectory: value('DEMO_DATA'),
    origin: value('DEMO_ORIGIN'),
    model: { url: value('OPENAI_BASE_URL'), name: environment['OPENAI_MODEL'] ?? 'offline-clerk' },
  }
}

/** The files in the data directory. */
export const files = {
  shop: (directory: string): string => join(directory, 'shop.sqlite'),
  accounts: (directory: string): string => join(directory, 'accounts.sqlite'),
  ledger: (directory: string): string => join(directory, 'sallyport'),
  /** In it: log, grants and approvals, and the shop's secrets, encrypted. */
  ledgerDatabase: (directory: string): string => join(directory, 'sallyport', 'ledger.sqlite'),
  /** What the headless agent reads. */
  agent: (directory: string): string => join(directory, 'agent.json'),
}
