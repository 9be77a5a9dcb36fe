import pg, { type Pool } from 'pg'
import { DefinitionError } from '../../errors/sallyport-error.ts'
import type { LimitStore } from '../../limits/types.ts'
import { sqlApprovals } from '../sql/approvals.ts'
import { createEncryption, splitKeys } from '../sql/encryption.ts'
import { sqlGrants } from '../sql/grants.ts'
import { sqlIdempotency } from '../sql/idempotency.ts'
import { sqlIdentities } from '../sql/identities.ts'
import { sqlLedger, type SqlLedger } from '../sql/ledger.ts'
import { AUDIT_MIGRATIONS, AUDIT_SCHEMA } from '../sql/audit-schema.ts'
import { migrateOnce } from '../sql/migrations.ts'
import { closeOpenIntents } from '../sql/reconcile.ts'
import { sqlReader } from '../sql/search.ts'
import type { SealingOptions } from '../sql/sealing-options.ts'
import type { Store } from '../types.ts'
import { postgresDriver } from './driver.ts'
import { postgresLimits, type PostgresLimitsOptions } from './limits.ts'

/** Options of {@link postgresStore}: a pool of yours, which stays open, or a connection string for one of its own. */
export type PostgresStoreOptions = ({ readonly pool: Pool } | { readonly connectionString: string }) & {
  /** How the audit log is signed and sealed. */
  readonly sealing?: SealingOptions
  /**
   * What encrypts the input of calls that wait for approval: 32 random bytes in base64, or several, of which the first encrypts.
   * Default: the environment variable `SALLYPORT_ENCRYPTION_KEY`, separated by commas.
   */
  readonly encryptionKeys?: readonly string[]
  /** Milliseconds after which a server that does not answer counts as away. Default 3,000. */
  readonly timeoutMs?: number
  /** Where limits and budgets are kept, for example `redisLimits(redis)`. Default: in the same database. */
  readonly limits?: LimitStore | PostgresLimitsOptions
}

/** A store in Postgres. */
export interface PostgresStore extends Required<Store> {
  readonly ledger: SqlLedger
}

/**
 * Everything that a port keeps, in Postgres (15 or later), for applications on several machines. Using up an approval or a grant
 * is one transaction with the intent. Tables go into the first schema of the connection's `search_path`.
 *
 * @throws DefinitionError when there is no encryption key, or one that is not 32 bytes.
 * @example
 * ```ts
 * const port = createPort({ store: () => postgresStore({ connectionString: environment.DATABASE_URL, limits: redisLimits(redis) }), … })
 * ```
 */
export function postgresStore(options: PostgresStoreOptions): PostgresStore {
  const keys = options.encryptionKeys ?? splitKeys(process.env['SALLYPORT_ENCRYPTION_KEY'] ?? '')
  if (keys.length === 0) throw new DefinitionError('postgresStore needs `encryptionKeys`, or SALLYPORT_ENCRYPTION_KEY: 32 random bytes in base64.')
  const { sealing, timeoutMs = 3_000 } = options
  const pool = 'pool' in options ? options.pool : ownPool(options.connectionString, timeoutMs)
  const driver = postgresDriver({ pool, timeoutMs, ...(sealing === undefined ? {} : { sealing }) })
  const encryption = createEncryption(keys)
  const approvals = sqlApprovals(driver, encryption)
  const grants = sqlGrants(driver)
  const idempotency = sqlIdempotency(driver, encryption)
  const ledger = sqlLedger({
    name: 'postgres',
    driver,
    admission: { grant: grants.admission, approval: approvals.admission, claim: idempotency.admission },
    ready: migrateOnce(driver, AUDIT_SCHEMA, AUDIT_MIGRATIONS),
    events: sqlReader(driver),
    reconcile: (olderThanMs, now) => closeOpenIntents(driver, olderThanMs, now),
    async close() {
      await driver.close()
      if (!('pool' in options)) await pool.end()
    },
  })
  const { limits } = options
  return { ledger, limits: limits !== undefined && 'decide' in limits ? limits : postgresLimits(pool, limits), approvals, grants, identities: sqlIdentities(driver), idempotency }
}

function ownPool(connectionString: string, timeoutMs: number): Pool {
  const pool = new pg.Pool({ connectionString, connectionTimeoutMillis: timeoutMs, allowExitOnIdle: true, keepAlive: true })
  // An idle connection that breaks is replaced by the next query; without a listener it would end the process.
  pool.on('error', () => {})
  return pool
}
