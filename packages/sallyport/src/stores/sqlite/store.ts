import { randomUUID } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createEncryption, generateEncryptionKey, splitKeys } from '../sql/encryption.ts'
import { sqlApprovals } from '../sql/approvals.ts'
import { sqlGrants } from '../sql/grants.ts'
import { sqlIdempotency } from '../sql/idempotency.ts'
import { sqlIdentities } from '../sql/identities.ts'
import type { SqlLedger } from '../sql/ledger.ts'
import type { SealingOptions } from '../sql/sealing-options.ts'
import type { Store } from '../types.ts'
import { sqliteDriver } from './driver.ts'
import { sqliteLedger } from './ledger.ts'
import { sqliteLimits, type SqliteLimitsOptions } from './limits.ts'

/** Options of {@link sqliteStore}. */
export interface SqliteStoreOptions {
  /** The folder. Made when it is missing, readable by its owner alone. */
  readonly path: string
  /** How the audit log is signed and sealed. */
  readonly sealing?: SealingOptions
  /**
   * What encrypts the input of calls that wait for approval: 32 random bytes in base64, or several, of which the first encrypts.
   * Default: the environment variable `SALLYPORT_ENCRYPTION_KEY` (separated by commas); without it, a key that is made once
   * and kept beside the ledger in `encryption.key`. That one protects a copy of the ledger, not of the folder.
   */
  readonly encryptionKeys?: readonly string[]
  /** Milliseconds to wait for other processes that write the ledger. Default 2,000. */
  readonly busyTimeoutMs?: number
  readonly limits?: Omit<SqliteLimitsOptions, 'path'>
}

/** A store in a folder. */
export interface SqliteStore extends Required<Store> {
  readonly ledger: SqlLedger
}

/**
 * Everything that a port keeps, in a folder that several processes of one machine may share: `ledger.sqlite` (audit, approvals,
 * grants, identities, first results; `synchronous=FULL`) and `limits.sqlite` (`synchronous=NORMAL`), apart, so that limits never queue behind the ledger.
 * Using up an approval or a grant is one transaction with the intent. `port.close()` closes it.
 *
 * @throws DefinitionError for an encryption key that is not 32 bytes.
 * @example
 * ```ts
 * const port = createPort({ store: () => sqliteStore({ path: '.data/sallyport' }), … })
 * ```
 */
export function sqliteStore(options: SqliteStoreOptions): SqliteStore {
  const { path, sealing, busyTimeoutMs } = options
  mkdirSync(path, { recursive: true, mode: 0o700 })
  const file = { path: join(path, 'ledger.sqlite'), ...(sealing === undefined ? {} : { sealing }), ...(busyTimeoutMs === undefined ? {} : { busyTimeoutMs }) }
  const encryption = createEncryption(options.encryptionKeys ?? keysOf(path))
  const driver = sqliteDriver(file)
  const approvals = sqlApprovals(driver, encryption)
  const grants = sqlGrants(driver)
  const idempotency = sqlIdempotency(driver, encryption)
  // Opens the same file again: one driver, which closes with the last of the two.
  const ledger = sqliteLedger({ ...file, admission: { grant: grants.admission, approval: approvals.admission, claim: idempotency.admission } })
  return {
    ledger: {
      ...ledger,
      async close() {
        await ledger.close()
        await driver.close()
      },
    },
    limits: sqliteLimits({ ...options.limits, path: join(path, 'limits.sqlite') }),
    approvals,
    grants,
    identities: sqlIdentities(driver),
    idempotency,
  }
}

function keysOf(path: string): readonly string[] {
  const keys = splitKeys(process.env['SALLYPORT_ENCRYPTION_KEY'] ?? '')
  return keys.length > 0 ? keys : [keyFile(join(path, 'encryption.key'))]
}

/** Reads the key, or makes one. A link appears whole or not at all: two processes that start at once agree on one key. */
function keyFile(file: string): string {
  if (!existsSync(file)) {
    const mine = `${file}.${randomUUID()}`
    writeFileSync(mine, generateEncryptionKey(), { mode: 0o600 })
    try {
      linkSync(mine, file)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    } finally {
      rmSync(mine)
    }
  }
  return readFileSync(file, 'utf8').trim()
}
