export { postgresLimits, type PostgresLimitsOptions } from './limits.ts'
export type { LimitsClient, LimitsPool } from './limits-transaction.ts'
