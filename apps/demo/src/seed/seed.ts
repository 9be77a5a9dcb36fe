import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { createAuth } from '../auth/create-auth.ts'
import { openShop } from '../data/schema.ts'
import { files } from '../settings.ts'
import { ACCOUNTS } from './accounts.ts'
import { seedAgentClient, type AgentClient } from './agent-client.ts'
import { ORDERS, PRODUCTS, TOKENS } from './shop-data.ts'

const ADMINISTRATOR = 'administrator@quayside.example'
const DAY = 24 * 60 * 60 * 1000

/** What the seed is given. */
export interface SeedOptions {
  readonly directory: string
  readonly origin: string
  readonly authSecret: string
  /** Encrypts the shop's secrets. */
  readonly vaultKey: string
  /** The one password of all demo accounts. */
  readonly password: string
  readonly now: number
}

/** Makes the accounts and fills the shop, where that has not been done before. Returns whether anything was made. */
export async function seed(options: SeedOptions): Promise<boolean> {
  const { users, client } = await seedAccounts(options)
  // Loaded here: the library may not be built yet when `npm start` loads this module.
  const { seedAgents } = await import('./agents.ts')
  await seedAgents({ ...options, client, owner: users.get(ADMINISTRATOR) ?? '' })
  const { seedSecrets } = await import('./secrets.ts')
  await seedSecrets(options)
  const shop = openShop(files.shop(options.directory))
  try {
    const { count } = shop.prepare('SELECT count(*) AS count FROM product').get() as { count: number }
    if (count > 0) return false
    shop.exec('BEGIN IMMEDIATE')
    seedProducts(shop)
    seedOrders(shop, users, options.now)
    seedTokens(shop, options.now)
    for (const id of users.values()) shop.prepare('INSERT INTO conversation (id, user_id) VALUES (?, ?)').run(randomUUID(), id)
    shop.exec('COMMIT')
    return true
  } finally {
    shop.close()
  }
}

async function seedAccounts({ directory, origin, authSecret, password }: SeedOptions): Promise<{ readonly users: Map<string, string>; readonly client: AgentClient }> {
  const { auth, migrate, close } = createAuth({ path: files.accounts(directory), origin, secret: authSecret, signUp: true })
  try {
    await migrate()
    const { internalAdapter, password: passwords } = await auth.$context
    const users = new Map<string, string>()
    for (const { email, name, role } of ACCOUNTS) {
      const known = await internalAdapter.findUserByEmail(email)
      const user = known?.user ?? (await internalAdapter.createUser({ email, name, role, emailVerified: true }, { method: 'admin' }))
      if (!known) {
        const hash = await passwords.hash(password)
        await internalAdapter.linkAccount({ userId: user.id, providerId: 'credential', accountId: user.id, password: hash })
      }
      users.set(email, user.id)
    }
    return { users, client: await seedAgentClient(auth, { email: ADMINISTRATOR, password }) }
  } finally {
    close()
  }
}

function seedProducts(shop: DatabaseSync): void {
  const insert = shop.prepare('INSERT INTO product (id, sku, name, price_pence, cost_pence) VALUES (?, ?, ?, ?, ?)')
  for (const { sku, name, price, cost } of PRODUCTS) insert.run(randomUUID(), sku, name, price, cost)
}

function seedOrders(shop: DatabaseSync, users: Map<string, string>, now: number): void {
  const customers = ACCOUNTS.filter(({ role }) => role === 'customer')
  const order = shop.prepare(`INSERT INTO purchase (id, number, user_id, status, placed_at, recipient, street, city, postcode, country, fraud_score)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const line = shop.prepare(`INSERT INTO purchase_line (purchase_id, product_id, quantity, unit_pence)
    SELECT ?, id, ?, price_pence FROM product WHERE sku = ?`)
  for (const { number, customer, status, daysAgo, street, city, postcode, fraudScore, lines } of ORDERS) {
    const account = customers[customer]
    const userId = account && users.get(account.email)
    if (!userId) throw new Error(`Order ${number} has no customer`)
    const id = randomUUID()
    order.run(id, number, userId, status, now - daysAgo * DAY, account.name, street, city, postcode, 'United Kingdom', fraudScore)
    for (const [sku, quantity] of lines) line.run(id, quantity, sku)
  }
}

function seedTokens(shop: DatabaseSync, now: number): void {
  const token = shop.prepare('INSERT INTO token (id, name, holder, hash, ending, created_at) VALUES (?, ?, ?, ?, ?, ?)')
  for (const { name, holder, daysAgo } of TOKENS) {
    const value = randomBytes(24).toString('base64url')
    token.run(randomUUID(), name, holder, createHash('sha256').update(value).digest('hex'), value.slice(-4), now - daysAgo * DAY)
  }
}
