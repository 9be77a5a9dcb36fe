/** Node only. Checkpoints in a file that lies elsewhere: the simplest anchor, and what `verify --checkpoint` reads. */
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { readCheckpoint } from '../note/checkpoint.ts'

/**
 * Writes a checkpoint to a file, durably and at once or not at all. A file that holds a larger tree of the same log is
 * left alone: that is what shows a roll-back.
 *
 * @returns false when the file holds a larger tree.
 */
export async function anchorToFile(path: string, checkpoint: string): Promise<boolean> {
  const current = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (current !== undefined && readCheckpoint(current).size > readCheckpoint(checkpoint).size) return false
  await mkdir(dirname(path), { recursive: true })
  const file = await open(`${path}.new`, 'w')
  try {
    await file.writeFile(checkpoint)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
  return true
}
