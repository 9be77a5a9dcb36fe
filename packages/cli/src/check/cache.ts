import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { CheckCache } from '@sallyport/check'

/** A cache that lies in a file. */
export interface CacheFile {
  readonly held: CheckCache
  /** Writes it, if there is something new. Gives the reason where that can't be done: a check does not fail for it. */
  save(): string | undefined
}

/** Opens the cache of a code base: in a file that was named, or where tools keep such files. */
export function openCache(root: string, named: string | undefined): CacheFile {
  const file = named === undefined ? join(root, 'node_modules/.cache/sallyport/check') : resolve(named)
  const held = new CheckCache(read(file))
  return {
    held,
    save() {
      if (!held.changed) return undefined
      const beside = `${file}.${process.pid}`
      try {
        mkdirSync(dirname(file), { recursive: true })
        // Another check may be reading it.
        writeFileSync(beside, held.toText())
        try {
          renameSync(beside, file)
        } catch (error) {
          rmSync(beside, { force: true })
          throw error
        }
        return undefined
      } catch (error) {
        return error instanceof Error ? error.message : String(error)
      }
    },
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // There is none yet, or none that can be read.
    return undefined
  }
}
