export { memoryLedger, type MemoryAdmission, type MemoryLedgerOptions, type MemoryTake } from './ledger.ts'
export { memoryLimits, type MemoryLimits, type MemoryLimitsOptions } from './limits.ts'
