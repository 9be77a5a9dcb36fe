/** Node only. Signed notes (C2SP signed-note): a text, an empty line, and a line for each signature. */
import type { NoteSigner, NoteVerifier } from './key.ts'

/** One signature line. */
export interface NoteSignature {
  readonly name: string
  readonly id: number
  readonly signature: Uint8Array
}

/** A note taken apart. Nothing of it is checked yet. */
export interface SignedNote {
  /** What was signed, its last newline included. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

/** A note that is not in the format, or that no known key signed. */
export class NoteError extends Error {
  override readonly name = 'NoteError'
}

const MAX_SIGNATURES = 100
// The format forbids control characters other than the newline.
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/u

/** Signs a text, which must end in a newline, with every signer. */
export function signNote(text: string, signers: readonly NoteSigner[], atSeconds?: number): string {
  if (!text.endsWith('\n') || CONTROL.test(text)) throw new NoteError('a note is lines of text without control characters')
  return `${text}\n${signers.map((signer) => signatureLine(signer, text, atSeconds)).join('')}`
}

/** One signature line over a text: what a witness gives back. */
export function signatureLine(signer: NoteSigner, text: string, atSeconds?: number): string {
  const id = Buffer.alloc(4)
  id.writeUInt32BE(signer.id)
  return `— ${signer.name} ${Buffer.concat([id, signer.sign(text, atSeconds)]).toString('base64')}\n`
}

/** Takes a note apart. @throws NoteError */
export function parseNote(note: string): SignedNote {
  const end = note.lastIndexOf('\n\n')
  if (end < 0 || !note.endsWith('\n') || CONTROL.test(note)) throw new NoteError('not a signed note')
  const lines = note.slice(end + 2).split('\n').slice(0, -1)
  if (lines.length === 0 || lines.length > MAX_SIGNATURES) throw new NoteError('a signed note has from 1 to 100 signatures')
  return { text: note.slice(0, end + 1), signatures: lines.map(parseSignature) }
}

function parseSignature(line: string): NoteSignature {
  const match = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line)
  const bytes = Buffer.from(match?.[2] ?? '', 'base64')
  if (match?.[1] === undefined || bytes.length < 5 || bytes.toString('base64') !== match[2]) throw new NoteError('a signature line of the note is malformed')
  return { name: match[1], id: bytes.readUInt32BE(0), signature: bytes.subarray(4) }
}

/**
 * Checks a note against known keys. Signatures of unknown keys are ignored; one of a known key that does not hold fails
 * the note, as the specification asks.
 *
 * @returns the keys that signed, at least one.
 * @throws NoteError
 */
export function openNote(note: SignedNote, known: readonly NoteVerifier[]): readonly NoteVerifier[] {
  const signed: NoteVerifier[] = []
  for (const { name, id, signature } of note.signatures) {
    const key = known.find((candidate) => candidate.name === name && candidate.id === id)
    if (key === undefined || signed.includes(key)) continue
    if (!key.verify(note.text, signature)) throw new NoteError(`the signature of ${name} does not hold`)
    signed.push(key)
  }
  if (signed.length === 0) throw new NoteError('none of the known keys has signed this note')
  return signed
}
