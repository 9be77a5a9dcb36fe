/** Node only. Proofs that stand alone (C2SP tlog-proof): an entry, its place, the path to a checkpoint, and the checkpoint. */
import { leafHash } from '../merkle/hash.ts'
import { inclusionProof, verifyInclusion } from '../merkle/proof.ts'
import { bundleEntries, TILE_WIDTH } from '../tiles/bundle.ts'
import type { LogSource } from '../verify/source.ts'
import { openCheckpoint, readCheckpoint, type OpenedCheckpoint } from './checkpoint.ts'
import type { NoteVerifier } from './key.ts'
import { NoteError } from './note.ts'

const HEADER = 'c2sp.org/tlog-proof@v1'

/** What a proof proves. */
export interface ProvedEntry {
  readonly index: number
  /** The exact bytes that are in the log. */
  readonly entry: Uint8Array
  readonly checkpoint: OpenedCheckpoint
}

/**
 * Writes the proof that an entry is in the log. The entry itself stands in the `extra` line.
 *
 * @throws RangeError when the newest checkpoint does not cover the entry; NoteError when the entry is not the one that was hashed into the
 *   log; Error when retention has removed it.
 */
export async function proveEntry(source: LogSource, index: number): Promise<string> {
  const checkpoint = await source.checkpoint()
  if (checkpoint === undefined) throw new RangeError('the log has no checkpoint yet')
  const { size, root } = readCheckpoint(checkpoint)
  if (!(Number.isSafeInteger(index) && index >= 0 && index < size)) throw new RangeError(`the newest checkpoint covers entries 0 to ${size - 1}`)
  const n = Math.floor(index / TILE_WIDTH)
  const bundle = await source.bundle(n, Math.min(TILE_WIDTH, size - n * TILE_WIDTH))
  const entry = bundle && bundleEntries(bundle)[index % TILE_WIDTH]
  if (entry === undefined) throw new Error(`entry ${index} was removed by retention, or is missing`)
  const path = await inclusionProof(source, index, size)
  if (!verifyInclusion(index, size, leafHash(entry), path, root)) throw new NoteError(`entry ${index} is not the one that was hashed into the log: run verify`)
  return [HEADER, `extra ${Buffer.from(entry).toString('base64')}`, `index ${index}`, ...path.map((hash) => hash.toString('base64')), '', checkpoint].join('\n')
}

/** Checks a proof. Needs nothing but the text and the log's public keys. @throws NoteError */
export function openProof(text: string, known: readonly NoteVerifier[], origin?: string): ProvedEntry {
  const end = text.indexOf('\n\n')
  const [header, extra = '', index = '', ...path] = text.slice(0, Math.max(end, 0)).split('\n')
  const at = /^index (0|[1-9]\d{0,15})$/u.exec(index)?.[1]
  if (header !== HEADER || at === undefined || !extra.startsWith('extra ')) throw new NoteError('not a proof of an entry')
  const checkpoint = openCheckpoint(text.slice(end + 2), known, origin)
  const entry = Buffer.from(extra.slice('extra '.length), 'base64')
  const hashes = path.map((line) => Buffer.from(line, 'base64'))
  if (!verifyInclusion(Number(at), checkpoint.size, leafHash(entry), hashes, checkpoint.root)) throw new NoteError('the proof does not lead from the entry to the checkpoint')
  return { index: Number(at), entry, checkpoint }
}
