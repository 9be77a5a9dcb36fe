export { sqliteDriver, type SqliteDriverOptions } from './driver.ts'
export { sqliteLedger, type SqliteLedgerOptions } from './ledger.ts'
export { sqliteLimits, type SqliteLimitsOptions } from './limits.ts'
export { sqliteStore, type SqliteStore, type SqliteStoreOptions } from './store.ts'
