import 'server-only'
import type { Store } from 'sallyport'
import { memoryStore } from 'sallyport/memory'
import { sqliteStore, type SqliteStore } from 'sallyport/sqlite'
import { once } from './once.ts'
import { files, readSettings } from './settings.ts'

// `next build` loads every module to see what it exports, with no settings and nothing to serve.
export const building = process.env['NEXT_PHASE'] === 'phase-production-build'

/** What the port keeps: log, approvals, grants and identities in one SQLite file, limits in another. */
export function store(): Store {
  return building ? once('store', memoryStore) : ledgerStore()
}

/** The store of a running shop: its secrets are kept in the same file as the log, and written by the same thread. */
export function ledgerStore(): SqliteStore {
  return once('ledger', () => sqliteStore({ path: files.ledger(readSettings().dataDirectory) }))
}
