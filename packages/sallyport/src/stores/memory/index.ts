export { memoryLedger, type MemoryAdmission, type MemoryLedgerOptions, type MemoryTake } from './ledger.ts'
