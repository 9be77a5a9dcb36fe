import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { sqlSealedStorage, sqlSecretState } from 'sallyport/secrets'
import { sqliteDriver, sqliteStore } from 'sallyport/sqlite'
import { inject } from 'vitest'
import { files } from '../src/settings.ts'
import { sealedProvider } from '../src/shop-secrets.ts'
import { keysOf } from '../run/environment.ts'

/** Reads the shop's database beside the running application. */
export function shopRows<Row>(query: string, ...values: readonly SQLInputValue[]): Row[] {
  return rows(files.shop(inject('dataDirectory')), query, values)
}

/** Reads or changes the accounts' database beside the running application. */
export function accountRows<Row>(query: string, ...values: readonly SQLInputValue[]): Row[] {
  return rows(files.accounts(inject('dataDirectory')), query, values)
}

/** The order with this number. */
export function orderNumbered(number: string): { id: string; city: string; version: number } {
  const [order] = shopRows<{ id: string; city: string; version: number }>('SELECT id, city, version FROM purchase WHERE number = ?', number)
  if (!order) throw new Error(`There is no order ${number}`)
  return order
}

/** The value of a secret that is in use, to look for where it must not be. */
export async function plantedSecret(name: string): Promise<string> {
  const [current] = await secretVersions(name, 'current')
  if (current === undefined) throw new Error(`There is no secret ${name}`)
  return current
}

/** The values of the versions of a secret that are in a state. */
export async function secretVersions(name: string, state: 'current' | 'previous'): Promise<readonly string[]> {
  const directory = inject('dataDirectory')
  const driver = sqliteDriver({ path: files.ledgerDatabase(directory) })
  try {
    const provider = sealedProvider(sqlSealedStorage(driver), { DEMO_VAULT_KEY: keysOf(directory).vaultKey })
    const versions = (await sqlSecretState(driver).read('production', name))?.versions.filter((known) => known.state === state) ?? []
    return await Promise.all(versions.map(async ({ version }) => (await provider.read({ name, key: name, version }))?.value ?? ''))
  } finally {
    await driver.close()
  }
}

/** Makes every session of somebody as old as this. */
export function ageSessions(email: string, minutes: number): void {
  const then = new Date(Date.now() - minutes * 60_000).toISOString()
  accountRows('UPDATE session SET createdAt = ? WHERE userId = (SELECT id FROM user WHERE email = ?) RETURNING id', then, email)
}

/** Does something while an agent is suspended. */
export async function whileSuspended(agentId: string, work: () => Promise<void>): Promise<void> {
  const store = sqliteStore({ path: files.ledger(inject('dataDirectory')) })
  try {
    await store.identities.change(agentId, ['active'], { state: 'suspended' })
    await work()
  } finally {
    await store.identities.change(agentId, ['suspended'], { state: 'active' })
    await store.ledger.close()
    await store.limits.close?.()
  }
}

/** Addresses of callers, as the audit log keeps them. */
export async function loggedAddresses(): Promise<Set<string>> {
  return new Set((await loggedEvents()).flatMap((event) => event.facts?.address ?? []))
}

/** How a call ended, as the audit log has it: nothing as long as it runs. */
export async function loggedOutcome(correlationId: string): Promise<string | undefined> {
  return (await loggedEvents()).flatMap((event) => (event.kind === 'outcome' && event.id === correlationId ? [event.outcome] : []))[0]
}

/** The audit log, read from its file while the application writes it. */
async function loggedEvents() {
  const store = sqliteStore({ path: files.ledger(inject('dataDirectory')) })
  try {
    return (await store.ledger.events.search({ limit: 1_000 })).map(({ event }) => event)
  } finally {
    await store.ledger.close()
    await store.limits.close?.()
  }
}

function rows<Row>(path: string, query: string, values: readonly SQLInputValue[]): Row[] {
  const database = new DatabaseSync(path, { timeout: 2_000 })
  try {
    return database.prepare(query).all(...values) as Row[]
  } finally {
    database.close()
  }
}
