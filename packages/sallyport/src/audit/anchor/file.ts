/** Node only. Checkpoints in a file that lies elsewhere: the simplest anchor, and what `verify --checkpoint` reads. */
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { TileReader } from '../merkle/proof.ts'
import { extendsCheckpoint } from './extends.ts'

/**
 * Writes a checkpoint to a file, durably and at once or not at all. A file whose checkpoint this log does not extend is left
 * alone: that is what shows a roll-back, and a fork.
 *
 * @param tiles of the log, for example its `LogSource`. Without them, a fork that has grown beyond the file's checkpoint takes its place.
 * @returns false when the file holds a larger tree, another tree of that size, or another log, or, given the tiles, one that is not the beginning of this.
 */
export async function anchorToFile(path: string, checkpoint: string, tiles?: TileReader): Promise<boolean> {
  const current = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (current !== undefined && !(await extendsCheckpoint(current, checkpoint, tiles))) return false
  await mkdir(dirname(path), { recursive: true })
  const file = await open(`${path}.new`, 'w')
  try {
    await file.writeFile(checkpoint)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
  await syncFolder(dirname(path))
  return true
}

/** A name is durable when its folder is. */
async function syncFolder(path: string): Promise<void> {
  // Where a folder can't be opened (Windows), the system sees to it.
  const folder = await open(path, 'r').catch(() => undefined)
  await folder?.sync().catch(() => {})
  await folder?.close()
}
