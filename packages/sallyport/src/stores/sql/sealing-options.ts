import { macSecretFrom } from '../../audit/mac.ts'
import { NoteKeyError, parseSigner } from '../../audit/note/key.ts'
import { SqlError } from './driver.ts'

/** How a ledger seals its log. */
export interface SealingOptions {
  /**
   * Texts of the signers (`PRIVATE+KEY+…`, from `generateSigner`): secrets. All of them sign each checkpoint; the MACs of entries that
   * wait are made with the first. To rotate, add the new one behind the old, hand its verifier out, put it first, and remove the old
   * one when all processes have it first. Without any but with a `macSecret`, sealing is left to a process that has both
   * (`sallyport audit seal`); without either, the log is sequenced and hashed, and not signed.
   */
  readonly signers?: readonly string[]
  /** The log's name in its checkpoints. Default: the name of the first signer. */
  readonly origin?: string
  /** Milliseconds between rounds of sealing: the window in which only MACs protect new entries. Default 1,000. */
  readonly everyMs?: number
  /** Secret of the MACs, at least 32 bytes; all who write and seal the log need the same. Default: derived from the signers. Without either, unsealed entries carry none. */
  readonly macSecret?: Uint8Array
  /**
   * Told when a round of sealing fails; the next one tries again. Default: a warning of the process, once for each reason, where it is not that the
   * database is away. Tables that contradict the log's own checkpoint are told here.
   */
  readonly onError?: (error: Error) => void
}

/** The options with their defaults. */
export interface Sealing {
  readonly origin: string
  readonly signers: readonly string[]
  readonly macSecrets: readonly Uint8Array[]
  readonly everyMs: number
}

/** Tells that a round of sealing failed. */
export function sealingTold({ onError }: SealingOptions = {}): (error: Error) => void {
  const warned = new Set<string>()
  return (error) => {
    try {
      if (onError !== undefined) return onError(error)
      if ((error instanceof SqlError && error.kind === 'unavailable') || warned.has(error.message)) return
      warned.add(error.message)
      process.emitWarning(`The audit log is not being sealed: ${error.message}`, 'SallyportWarning')
    } catch {
      // There is nobody left to tell.
    }
  }
}

/** @throws NoteKeyError for a text that is no signer, RangeError for a short secret or an interval that is not positive. */
export function resolveSealing({ signers = [], origin, everyMs = 1_000, macSecret }: SealingOptions = {}): Sealing {
  if (!(everyMs > 0)) throw new RangeError('everyMs must be positive')
  if (macSecret !== undefined && macSecret.length < 32) throw new RangeError('macSecret needs at least 32 bytes')
  const parsed = signers.map((text: string | undefined, index) => {
    // What an environment lacks is undefined, whatever its type says.
    if (text === undefined || text === '') throw new NoteKeyError(`sealing.signers[${index}] is not set: make a signer with \`sallyport audit key NAME\``)
    return parseSigner(text)
  })
  const name = origin ?? parsed[0]?.name ?? 'sallyport/audit'
  const macSecrets = macSecret === undefined ? parsed.map(({ seed }) => macSecretFrom(seed, name)) : [macSecret]
  return { origin: name, signers, macSecrets, everyMs }
}
