/** Node only. A client of C2SP tlog-witness: somebody else who vouches that the log only ever grew. */
import { consistencyProof, type TileReader } from '../merkle/proof.ts'
import { readCheckpoint } from '../note/checkpoint.ts'
import type { NoteVerifier } from '../note/key.ts'
import { NoteError, openNote, parseNote } from '../note/note.ts'

/** A witness that is asked. */
export interface Witness {
  /** Submission prefix: `/add-checkpoint` is put behind it. */
  readonly url: string
  /** Its public key (type cosignature), from its operator. */
  readonly verifier: NoteVerifier
  readonly timeoutMs?: number
  readonly fetch?: typeof fetch
}

/** What a witness refused, and why that matters: `inconsistent` means that the log has forked or was rolled back. */
export class WitnessError extends Error {
  override readonly name = 'WitnessError'
  readonly kind: 'unknown-log' | 'signature' | 'inconsistent' | 'unavailable' | 'malformed'

  constructor(kind: WitnessError['kind'], message: string) {
    super(message)
    this.kind = kind
  }
}

/**
 * Asks a witness to cosign a checkpoint. It answers only if the tree extends the one that it cosigned before.
 *
 * @param cosigned size that this witness last cosigned, 0 if that is not known: the witness then says it.
 * @returns the checkpoint with the witness' cosignature added.
 * @throws WitnessError
 * @example
 * ```ts
 * const anchored = await cosign({ url, verifier }, checkpoint, source, 0)
 * ```
 */
export async function cosign(witness: Witness, checkpoint: string, tiles: TileReader, cosigned: number): Promise<string> {
  const { size } = readCheckpoint(checkpoint)
  let old = Math.min(cosigned, size)
  for (let attempts = 0; attempts < 3; attempts += 1) {
    const proof = await consistencyProof(tiles, old, size)
    const body = `old ${old}\n${proof.map((hash) => `${hash.toString('base64')}\n`).join('')}\n${checkpoint}`
    const { status, text } = await post(witness, body)
    if (status === 200) return withCosignature(checkpoint, text, witness.verifier)
    const known = /^(0|[1-9]\d{0,15})\n$/u.exec(text)?.[1]
    if (known === undefined) throw new WitnessError('malformed', 'the witness answered 409 without saying which size it has cosigned')
    if (Number(known) === old) throw new WitnessError('inconsistent', `the witness holds another tree of ${old} entries`)
    if (Number(known) > size) throw new WitnessError('inconsistent', `the witness has cosigned ${known} entries, the log has ${size}: it was rolled back`)
    old = Number(known)
  }
  throw new WitnessError('unavailable', 'the witness kept moving on: another process anchors the same log')
}

interface Answer {
  readonly status: 200 | 409
  readonly text: string
}

/** A hundred cosignatures are a quarter of this. */
const MAX_ANSWER = 65_536

async function post({ url, timeoutMs = 10_000, fetch: send = fetch }: Witness, body: string): Promise<Answer> {
  try {
    const response = await send(`${url.replace(/\/$/u, '')}/add-checkpoint`, { method: 'POST', body, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) })
    const { status } = response
    if (status === 200 || status === 409) return { status, text: await textOf(response) }
    await response.body?.cancel()
    throw refusal(status)
  } catch (error) {
    if (error instanceof WitnessError) throw error
    throw new WitnessError('unavailable', `the witness did not answer: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop cancels the rest.
  for await (const chunk of body ?? []) {
    size += chunk.length
    if (size > MAX_ANSWER) throw new WitnessError('malformed', 'the witness answers without end')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function refusal(status: number): WitnessError {
  if (status === 404) return new WitnessError('unknown-log', 'the witness does not know this log')
  if (status === 403) return new WitnessError('signature', "the witness does not accept the log's signature")
  if (status === 422) return new WitnessError('inconsistent', 'the witness finds that the log does not extend what it cosigned')
  return new WitnessError(status === 400 ? 'malformed' : 'unavailable', `the witness answered ${status}`)
}

/** Only a cosignature of the known key is taken over, and only one that holds. */
function withCosignature(checkpoint: string, lines: string, verifier: NoteVerifier): string {
  try {
    const { text, signatures } = parseNote(`${checkpoint.slice(0, checkpoint.lastIndexOf('\n\n') + 2)}${lines}`)
    openNote({ text, signatures }, [verifier])
    const line = lines.split('\n').find((candidate) => candidate.startsWith(`— ${verifier.name} `) && holds(text, candidate, verifier))
    if (line !== undefined) return `${checkpoint}${line}\n`
  } catch (error) {
    if (!(error instanceof NoteError)) throw error
  }
  throw new WitnessError('malformed', "the witness' answer holds no cosignature of its key")
}

function holds(text: string, line: string, verifier: NoteVerifier): boolean {
  try {
    return openNote(parseNote(`${text}\n${line}\n`), [verifier]).length > 0
  } catch {
    return false
  }
}
