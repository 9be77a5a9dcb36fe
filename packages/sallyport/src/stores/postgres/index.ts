export { postgresLimits, type PostgresLimitsOptions } from './limits.ts'
export type { LimitsClient, LimitsPool } from './limits-transaction.ts'
export { postgresDriver, type PostgresDriverOptions } from './driver.ts'
export { postgresLedger, type PostgresLedgerOptions } from './ledger.ts'
