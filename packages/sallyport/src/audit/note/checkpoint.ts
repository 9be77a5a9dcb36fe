/** Node only. Checkpoints (C2SP tlog-checkpoint): a log's origin, its size and its root, as a signed note. */
import { HASH_BYTES } from '../merkle/hash.ts'
import type { NoteSigner, NoteVerifier } from './key.ts'
import { NoteError, openNote, parseNote, signNote } from './note.ts'

/** The head of a log. */
export interface Checkpoint {
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
}

/** A checkpoint whose signatures were checked. */
export interface OpenedCheckpoint extends Checkpoint {
  readonly note: string
  readonly signedBy: readonly NoteVerifier[]
}

/** Signs a checkpoint with every signer: during a rotation both the old key and the new one sign. */
export function signCheckpoint({ origin, size, root }: Checkpoint, signers: readonly NoteSigner[]): string {
  return signNote(`${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`, signers)
}

/** Reads a checkpoint without checking who signed it. @throws NoteError */
export function readCheckpoint(note: string): Checkpoint {
  const [origin = '', size = '', root = ''] = parseNote(note).text.split('\n')
  const bytes = Buffer.from(root, 'base64')
  if (origin === '' || !/^(0|[1-9]\d{0,15})$/u.test(size) || !Number.isSafeInteger(Number(size)) || bytes.length !== HASH_BYTES || bytes.toString('base64') !== root) {
    throw new NoteError('the note is no checkpoint')
  }
  return { origin, size: Number(size), root: bytes }
}

/**
 * Reads a checkpoint and checks that a known key signed it for this origin.
 *
 * @throws NoteError
 */
export function openCheckpoint(note: string, known: readonly NoteVerifier[], origin?: string): OpenedCheckpoint {
  const signedBy = openNote(parseNote(note), known)
  const checkpoint = readCheckpoint(note)
  if (origin !== undefined && checkpoint.origin !== origin) throw new NoteError(`the checkpoint is of another log: ${checkpoint.origin}`)
  return { ...checkpoint, note, signedBy }
}
