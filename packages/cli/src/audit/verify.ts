import { existsSync, readFileSync } from 'node:fs'
import { eventFromText, macKeys, macSecretFrom, openProof, parseSigner, parseVerifier, verifyLog, type LogReport, type NoteVerifier, type Statement } from 'sallyport/audit'
import { checkIndex, checkUnsealed, type IndexReport, type UnsealedReport } from 'sallyport/sqlite'
import { clean, jsonOf } from './format.ts'
import { EXIT, UsageError, type AuditHost } from './host.ts'
import type { OpenLog } from './open.ts'
import { progress } from './progress.ts'
import { macSecretOf, signersOf } from './secrets.ts'

/** Options of `verify`. */
export interface VerifyFlags {
  readonly key?: readonly string[]
  readonly checkpoint?: readonly string[]
  readonly witness?: readonly string[]
  readonly origin?: string
  readonly proof?: string
  readonly json?: boolean
}

/** A signer too: given by mistake, it must not end up in a message about a file. */
const LOOKS_LIKE_A_KEY = /^(?:SALLYPORT_AUDIT_KEY=|\s*PRIVATE\+KEY\+|[^\s+]+\+[0-9a-f]{8}\+)/u

/** Public keys: `--key` (the text, or a file that holds it), or SALLYPORT_AUDIT_KEY. @throws UsageError */
export function verifiersOf(keys: readonly string[] | undefined, host: AuditHost): readonly NoteVerifier[] {
  const texts = keys ?? host.environment['SALLYPORT_AUDIT_KEY']?.split(',') ?? []
  if (texts.length === 0) throw new UsageError("give the log's public key with --key or in SALLYPORT_AUDIT_KEY")
  const keysOfLog = texts.map(verifierFrom)
  if (keysOfLog.some(({ type }) => type === 'cosignature')) throw new UsageError("the key of a witness is no key of the log: give it with --witness")
  return keysOfLog
}

function verifierFrom(text: string): NoteVerifier {
  const key = LOOKS_LIKE_A_KEY.test(text) ? text : keyFile(text)
  // As `audit key` prints it.
  return parseVerifier(key.trim().replace(/^SALLYPORT_AUDIT_KEY=/u, ''))
}

function keyFile(name: string): string {
  if (!existsSync(name)) throw new UsageError(`${name} is neither a public key (name+hash+key, as \`sallyport audit key\` prints it) nor a file that holds one`)
  return readFileSync(name, 'utf8')
}

/** `verify`: 0 when the whole log holds, 1 when it does not. */
export async function verify(log: OpenLog, flags: VerifyFlags, host: AuditHost): Promise<number> {
  const verifiers = verifiersOf(flags.key, host)
  const witnesses = (flags.witness ?? []).map(verifierFrom)
  if (witnesses.length > 0 && flags.checkpoint === undefined) throw new UsageError('give the checkpoint that the witness has cosigned with --checkpoint')
  const bar = progress(host, 'entries')
  // Stopped whatever happens, or the terminal is left without a cursor.
  const report = await verifyLog(log.source, {
    verifiers, witnesses, earlier: (flags.checkpoint ?? []).map((file) => readFileSync(file, 'utf8')), onProgress: bar.update,
    ...(flags.origin !== undefined && { origin: flags.origin }),
  }).finally(bar.stop)
  const unsealed = await unsealedReport(log, flags, host)
  const index = await indexReport(log, host)
  const ok = report.ok && (unsealed?.problems.length ?? 0) + (index?.problems.length ?? 0) === 0
  const code = ok ? EXIT.ok : EXIT.problems
  // Said before it is printed: who reads may have gone.
  host.exit(code)
  await host.out(flags.json === true ? `${jsonOf({ ...report, ok, ...(unsealed && { unsealed }), ...(index && { index }) })}\n` : textOf(report, unsealed, index))
  return code
}

/** The window that is not sealed yet: its MACs can be checked by who has the secret of the signer or of the MACs, its counters by anyone. */
async function unsealedReport({ driver }: OpenLog, { origin }: VerifyFlags, host: AuditHost): Promise<UnsealedReport | undefined> {
  if (driver === undefined) return undefined
  const given = macSecretOf(host)
  const signers = signersOf(host).map(parseSigner)
  const name = origin ?? signers[0]?.name ?? ''
  return checkUnsealed(driver, macKeys(given === undefined ? signers.map(({ seed }) => macSecretFrom(seed, name)) : [given]))
}

/** What a search of a database goes by. */
async function indexReport({ driver }: OpenLog, host: AuditHost): Promise<IndexReport | undefined> {
  if (driver === undefined) return undefined
  const bar = progress(host, 'entries of the index')
  return checkIndex(driver, bar.update).finally(bar.stop)
}

function removedText({ size, entries }: LogReport, { sequence, time }: Statement): string {
  return `  of these, retention removed entries 0 to ${size - entries - 1}, as entry ${sequence} says (${new Date(time).toISOString()}): their hashes hold`
}

function unvouchedText({ below, sequence, time }: Statement): string {
  return `  entries 0 to ${below - 1} were there before this key signed, as entry ${sequence} says (${new Date(time).toISOString()}): what they were until then, only an earlier checkpoint tells`
}

function rolledBackText({ below, sequence, time }: Statement): string {
  return `  it had ${below} entries and was rolled back to ${sequence}, as entry ${sequence} says (${new Date(time).toISOString()}): an earlier checkpoint tells what is gone`
}

function textOf(report: LogReport, unsealed: UnsealedReport | undefined, index: IndexReport | undefined): string {
  const lines = report.problems.map(({ kind, message }) => `✗ ${kind}: ${clean(message)}`)
  for (const problem of unsealed?.problems ?? []) lines.push(`✗ unsealed: ${clean(problem)}`)
  for (const problem of index?.problems ?? []) lines.push(`✗ search: ${clean(problem)}`)
  if (report.ok) {
    lines.push(`✓ ${report.origin ?? ''}: ${report.size} entries hold`)
    if (report.retention !== undefined) lines.push(removedText(report, report.retention))
    if (report.unvouched !== undefined) lines.push(unvouchedText(report.unvouched))
    if (report.rolledBack !== undefined) lines.push(rolledBackText(report.rolledBack))
    lines.push(`  signed by ${report.signedBy.join(', ')}`)
  }
  if (index !== undefined && index.unreadable > 0) lines.push(`  ${index.unreadable} entries hold no event, and no search finds them`)
  if (unsealed !== undefined && unsealed.entries > 0) lines.push(`  ${unsealed.entries} entries wait to be sealed${unsealed.authenticated ? '; their MACs were checked' : '; without SALLYPORT_AUDIT_SIGNER or SALLYPORT_AUDIT_MAC_SECRET their MACs were not checked'}`)
  return `${lines.join('\n')}\n`
}

/** `verify --proof`: checks a proof that stands alone, and prints the entry that it proves. */
export async function verifyProof(file: string, flags: VerifyFlags, host: AuditHost): Promise<number> {
  const { index, entry, checkpoint } = openProof(readFileSync(file, 'utf8'), verifiersOf(flags.key, host), flags.origin)
  const text = Buffer.from(entry).toString('utf8')
  await host.out(flags.json === true
    ? `${jsonOf({ ok: true, index, origin: checkpoint.origin, size: checkpoint.size, event: eventFromText(text) })}\n`
    : `✓ entry ${index} is in ${clean(checkpoint.origin)} (${checkpoint.size} entries)\n${clean(text)}\n`)
  return EXIT.ok
}
