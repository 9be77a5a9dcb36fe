/** Node only. Whether a log only grew between two checkpoints. */
import { consistencyProof, verifyConsistency, type TileReader } from '../merkle/proof.ts'
import { readCheckpoint } from '../note/checkpoint.ts'

/** A log that does not extend what it was: it was rolled back, has forked, or is another one. */
export class NotExtendedError extends Error {
  override readonly name = 'NotExtendedError'
}

/**
 * True when the log of the newer checkpoint begins with that of the older. Who signed them is not asked.
 *
 * @param tiles of the log now. Without them, a log that grew is taken to have grown from there.
 * @throws NoteError, MissingTileError
 */
export async function extendsCheckpoint(older: string, newer: string, tiles?: TileReader): Promise<boolean> {
  const [before, now] = [readCheckpoint(older), readCheckpoint(newer)]
  if (before.origin !== now.origin || before.size > now.size) return false
  if (before.size < now.size && tiles === undefined) return true
  const proof = tiles === undefined ? [] : await consistencyProof(tiles, before.size, now.size)
  return verifyConsistency(before.size, now.size, proof, before.root, now.root)
}
