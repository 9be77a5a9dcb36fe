import { join } from 'node:path'

/**
 * What the demo reads from its environment. `npm start` sets all of it (run/environment.ts); none of it is in the source.
 */
export interface Settings {
  /** Where the SQLite files are. */
  readonly dataDirectory: string
  /** The address that people open: http://localhost:3000. */
  readonly origin: string
  readonly authSecret: string
  /** 32 bytes in base64: seals the shop's secrets in its database. */
  readonly vaultKey: string
  readonly model: { readonly url: string; readonly key: string; readonly name: string }
}

/** Reads the settings; one error names everything that is missing. */
export function readSettings(environment: NodeJS.ProcessEnv = process.env): Settings {
  const names = ['DEMO_DATA', 'DEMO_ORIGIN', 'DEMO_AUTH_SECRET', 'DEMO_VAULT_KEY', 'OPENAI_BASE_URL', 'OPENAI_API_KEY'] as const
  const missing = names.filter((name) => !environment[name])
  if (missing.length > 0) throw new Error(`The demo is started by \`npm start\`, which sets ${missing.join(', ')}.`)
  const value = (name: (typeof names)[number]) => environment[name] ?? ''
  return {
    dataDirectory: value('DEMO_DATA'),
    origin: value('DEMO_ORIGIN'),
    authSecret: value('DEMO_AUTH_SECRET'),
    vaultKey: value('DEMO_VAULT_KEY'),
    model: { url: value('OPENAI_BASE_URL'), key: value('OPENAI_API_KEY'), name: environment['OPENAI_MODEL'] ?? 'offline-clerk' },
  }
}

/** The files in the data directory. */
export const files = {
  shop: (directory: string): string => join(directory, 'shop.sqlite'),
  accounts: (directory: string): string => join(directory, 'accounts.sqlite'),
  ledger: (directory: string): string => join(directory, 'sallyport'),
  /** What the headless agent reads. */
  agent: (directory: string): string => join(directory, 'agent.json'),
}
