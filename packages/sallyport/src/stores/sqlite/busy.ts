import type { DatabaseSync } from 'node:sqlite'

/** SQLite's primary result code, where the error is SQLite's. */
export function resultCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null)?.errcode
  return typeof code === 'number' ? code & 0xff : undefined
}

/** Another connection holds the lock. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error)
  return code === 5 || code === 6
}

const cell = new Int32Array(new SharedArrayBuffer(4))

/** Holds the thread. */
export function pause(ms: number): void {
  Atomics.wait(cell, 0, 0, ms)
}

/**
 * Puts a file into WAL mode (https://sqlite.org/wal.html), waiting up to `withinMs` for other connections. `busy_timeout` does not: where
 * several open a new file at one moment, each holds what the others need, and SQLite tells all but one at once that it is locked.
 *
 * @throws the error of SQLite
 */
export function useWriteAheadLog(database: DatabaseSync, withinMs: number): void {
  const deadline = performance.now() + withinMs
  for (;;) {
    try {
      return database.exec('PRAGMA journal_mode = WAL')
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline) throw error
      pause(1 + Math.random() * 4)
    }
  }
}
