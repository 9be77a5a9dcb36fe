/** Node only. Verifies a whole log from its entries, public keys and earlier checkpoints. */
import { HASH_BYTES } from '../merkle/hash.ts'
import { edgesOf, EMPTY_TREE, growTree, rootOf, type Frontier } from '../merkle/tree.ts'
import { openCheckpoint, type OpenedCheckpoint } from '../note/checkpoint.ts'
import type { NoteVerifier } from '../note/key.ts'
import { NoteError, openNote, parseNote } from '../note/note.ts'
import { statementIn, type Statement } from '../statement.ts'
import { leafHashesOf, TILE_WIDTH } from '../tiles/bundle.ts'
import type { LogSource } from './source.ts'

/** What is wrong, and where. */
export interface LogProblem {
  readonly kind: 'no-checkpoint' | 'signature' | 'origin' | 'rolled-back' | 'fork' | 'entry' | 'missing' | 'tile' | 'root'
  /** First entry concerned, where it is known. */
  readonly from?: number
  /** The entry after the last one concerned. */
  readonly to?: number
  readonly message: string
}

/** What a verification found. */
export interface LogReport {
  readonly ok: boolean
  readonly origin?: string
  /** Entries that the newest checkpoint covers. */
  readonly size: number
  /** Names and ids of the keys that signed it. */
  readonly signedBy: readonly string[]
  /** Entries whose bytes were read and hashed. The others were removed by retention; their hashes were checked. */
  readonly entries: number
  /** What the log says of its removed entries, where some are gone. */
  readonly retention?: Statement
  /** What the log says of entries that were there before one of these keys signed. Nothing but an earlier checkpoint vouches for those. */
  readonly unvouched?: Statement
  /** What the log says of itself where it was rolled back under the process that sealed it. An earlier checkpoint finds that by itself. */
  readonly rolledBack?: Statement
  readonly problems: readonly LogProblem[]
}

/** Options of {@link verifyLog}. */
export interface VerifyOptions {
  /** Keys that may sign for the log. One of a witness may not: that is for `witnesses`. */
  readonly verifiers: readonly NoteVerifier[]
  /** Keys of witnesses that have to have cosigned every one of the `earlier` checkpoints. */
  readonly witnesses?: readonly NoteVerifier[]
  /** The log's name. Default: the name of the first verifier. */
  readonly origin?: string
  /** Checkpoints that were exported earlier, or that witnesses hold: what finds truncation, roll-back and forks. */
  readonly earlier?: readonly string[]
  readonly onProgress?: (done: number, total: number) => void
  /** Problems to report before giving up. Default 20. */
  readonly maxProblems?: number
}

/** A log from which entries are being removed is read so often at most. */
const TRIES = 5

interface Mark {
  readonly size: number
  readonly root: Uint8Array
  readonly given: boolean
}

/**
 * Reads every entry, hashes it, and holds the tree against the newest checkpoint, the checkpoints that the log kept and
 * those that were given. Memory stays flat: one bundle at a time.
 *
 * @example
 * ```ts
 * const report = await verifyLog(source, { verifiers: [parseVerifier(text)], earlier: [exported] })
 * if (!report.ok) console.error(report.problems)
 * ```
 */
export async function verifyLog(source: LogSource, options: VerifyOptions): Promise<LogReport> {
  for (let gone = 0, tries = 1; ; tries += 1) {
    const problems: LogProblem[] = []
    const head = await openHead(source, options, problems)
    if (head === undefined) return { ok: false, size: 0, signedBy: [], entries: 0, problems }
    const marks = await openMarks(source, options, head, problems)
    const { read, removed, retention, unvouched, rolledBack } = await walk(source, options, head, marks, problems)
    // Removed while this was reading: the entry that says so stands behind the checkpoint that it began with.
    if (problems.length === 0 && removed > (retention?.below ?? 0)) {
      if (removed > gone && tries < TRIES && (await source.checkpoint()) !== head.note) {
        gone = removed
        continue
      }
      const from = retention?.below ?? 0
      problems.push({ kind: 'missing', from, to: removed, message: `entries ${from} to ${removed - 1} are missing: their hashes are there, but no entry of the log says that retention removed them` })
    }
    const signedBy = head.signedBy.map(({ name, id }) => `${name}+${id.toString(16).padStart(8, '0')}`)
    return { ok: problems.length === 0, origin: head.origin, size: head.size, signedBy, entries: read, ...(retention && { retention }), ...(unvouched && { unvouched }), ...(rolledBack && { rolledBack }), problems }
  }
}

function originOf(options: VerifyOptions): string | undefined {
  return options.origin ?? logKeys(options)[0]?.name
}

/** A witness vouches that a log only grew, not that it is this one. */
function logKeys({ verifiers }: VerifyOptions): readonly NoteVerifier[] {
  return verifiers.filter(({ type }) => type === 'ed25519')
}

async function openHead(source: LogSource, options: VerifyOptions, problems: LogProblem[]): Promise<OpenedCheckpoint | undefined> {
  const note = await source.checkpoint()
  if (note === undefined) {
    problems.push({ kind: 'no-checkpoint', message: 'the log has no checkpoint' })
    return undefined
  }
  return opened(note, options, 'the newest checkpoint', problems)
}

function opened(note: string, options: VerifyOptions, what: string, problems: LogProblem[]): OpenedCheckpoint | undefined {
  try {
    return openCheckpoint(note, logKeys(options), originOf(options))
  } catch (error) {
    if (!(error instanceof NoteError)) throw error
    problems.push({ kind: error.message.includes('another log') ? 'origin' : 'signature', message: `${what}: ${error.message}` })
    return undefined
  }
}

function missingWitnesses(note: string, { witnesses = [] }: VerifyOptions): readonly string[] {
  return witnesses.filter((witness) => !isCosigned(note, witness)).map(({ name }) => name)
}

function isCosigned(note: string, witness: NoteVerifier): boolean {
  try {
    return openNote(parseNote(note), [witness]).length > 0
  } catch {
    return false
  }
}

function knownSigner(note: string, { verifiers }: VerifyOptions): boolean {
  try {
    return parseNote(note).signatures.some(({ name, id }) => verifiers.some((key) => key.name === name && key.id === id))
  } catch {
    return true
  }
}

async function openMarks(source: LogSource, options: VerifyOptions, head: OpenedCheckpoint, problems: LogProblem[]): Promise<readonly Mark[]> {
  const marks: Mark[] = []
  for (const note of options.earlier ?? []) {
    const mark = opened(note, options, 'an earlier checkpoint that was given', problems)
    if (mark === undefined) continue
    for (const name of missingWitnesses(note, options)) problems.push({ kind: 'signature', message: `an earlier checkpoint that was given, of ${mark.size} entries, is not cosigned by ${name}` })
    if (mark.size > head.size) {
      problems.push({ kind: 'rolled-back', from: head.size, to: mark.size, message: `the log has ${head.size} entries and had ${mark.size}: it was truncated or rolled back` })
    } else marks.push({ size: mark.size, root: mark.root, given: true })
  }
  const kept = new Map<number, Mark>()
  for (const note of await source.checkpoints()) {
    // Signed by a key that has been rotated out and is not known here, it is no evidence. A signature that fails is.
    if (!knownSigner(note, options)) continue
    const mark = opened(note, options, 'a checkpoint that the log kept', problems)
    // One a bundle is enough to locate a change, and keeps the work linear.
    if (mark !== undefined && mark.size <= head.size) kept.set(Math.floor((mark.size - 1) / TILE_WIDTH), { size: mark.size, root: mark.root, given: false })
  }
  return [...marks, ...kept.values(), { size: head.size, root: head.root, given: true }].sort((a, b) => a.size - b.size)
}

interface Walk {
  /** Entries whose bytes were read. */
  readonly read: number
  /** Entries from the log's beginning that are gone, whose hashes are there. */
  readonly removed: number
  /** What the log says of them. */
  readonly retention: Statement | undefined
  /** What it says of entries that its key found there. */
  readonly unvouched: Statement | undefined
  readonly rolledBack: Statement | undefined
}

async function walk(source: LogSource, options: VerifyOptions, head: OpenedCheckpoint, marks: readonly Mark[], problems: LogProblem[]): Promise<Walk> {
  const most = options.maxProblems ?? 20
  let tree: Frontier = EMPTY_TREE
  let nextMark = 0
  let good = 0
  let [read, removed] = [0, 0]
  let retention: Statement | undefined
  let unvouched: Statement | undefined
  let rolledBack: Statement | undefined
  const checkMarks = (leaves: Buffer, upTo: number): boolean => {
    for (let mark = marks[nextMark]; mark !== undefined && mark.size <= upTo; mark = marks[(nextMark += 1)]) {
      const at = growTree(tree, leaves.subarray(0, (mark.size - tree.size) * HASH_BYTES)).tree
      if (Buffer.compare(rootOf(at), mark.root) === 0) {
        good = mark.size
        continue
      }
      const fork = mark.given && mark.size < head.size
      problems.push({
        kind: fork ? 'fork' : 'root', from: good, to: mark.size,
        message: fork ? `the log is not the one that the earlier checkpoint of ${mark.size} entries signed` : `entries ${good} to ${mark.size - 1} are not those that the checkpoint of ${mark.size} signed`,
      })
      return false
    }
    return true
  }
  if (!checkMarks(Buffer.alloc(0), 0)) return { read, removed, retention, unvouched, rolledBack }
  for (let n = 0; n * TILE_WIDTH < head.size && problems.length < most; n += 1) {
    const first = n * TILE_WIDTH
    const width = Math.min(TILE_WIDTH, head.size - first)
    const [tile, bundle] = [await source.tile(0, n, width), await source.bundle(n, width)]
    // Nothing but whole bundles from the beginning on can have been removed by retention.
    const gone = bundle === undefined && removed === first && width === TILE_WIDTH ? hashesIn(tile, width) : undefined
    const leaves = gone ?? leavesOf(bundle, n, width, tile, problems)
    if (leaves === undefined) break
    if (gone !== undefined) removed = first + width
    else read += width
    if (bundle !== undefined && removed > 0) retention = statementIn('retention', bundle, n, width) ?? retention
    if (bundle !== undefined) {
      unvouched = statementIn('unvouched', bundle, n, width) ?? unvouched
      rolledBack = statementIn('rolled-back', bundle, n, width) ?? rolledBack
    }
    if (!checkMarks(leaves, first + width)) break
    const grown = growTree(tree, leaves)
    for (const { level, n: index, hashes } of grown.tiles) {
      if (level > 0 && hashes.length === TILE_WIDTH * HASH_BYTES) await compareTile(source, level, index, hashes, problems)
    }
    tree = grown.tree
    options.onProgress?.(first + width, head.size)
  }
  for (const { level, n, width } of tree.size === head.size ? edgesOf(tree.size) : []) {
    if (level > 0 && width > 0) await compareTile(source, level, n, tree.edges[level] ?? Buffer.alloc(0), problems)
  }
  return { read, removed, retention, unvouched, rolledBack }
}

async function compareTile(source: LogSource, level: number, n: number, hashes: Buffer, problems: LogProblem[]): Promise<void> {
  const stored = await source.tile(level, n, hashes.length / HASH_BYTES)
  if (stored !== undefined && Buffer.compare(stored.subarray(0, hashes.length), hashes) === 0) return
  problems.push({ kind: 'tile', message: `tile ${n} of level ${level} ${stored === undefined ? 'is missing' : 'does not agree with the tiles below it'}` })
}

/** Leaf hashes of a bundle, from its entries. Names each entry that is not the one whose hash the tile keeps. */
function leavesOf(bundle: Uint8Array | undefined, n: number, width: number, tile: Uint8Array | undefined, problems: LogProblem[]): Buffer | undefined {
  const first = n * TILE_WIDTH
  const expected = hashesIn(tile, width)
  const hashes = bundle === undefined ? Buffer.alloc(0) : hashed(bundle, first, width, problems)
  if (hashes === undefined) return undefined
  const there = hashes.length / HASH_BYTES
  if (there < width) {
    problems.push({ kind: 'missing', from: first + there, to: first + width, message: `entries ${first + there} to ${first + width - 1} are missing` })
    return undefined
  }
  if (expected === undefined) {
    problems.push({ kind: 'tile', from: first, to: first + width, message: `tile ${n} of level 0 is missing or short` })
  } else if (Buffer.compare(hashes, expected) !== 0) {
    for (let index = 0; index < width; index += 1) {
      const at = index * HASH_BYTES
      if (hashes.compare(expected, at, at + HASH_BYTES, at, at + HASH_BYTES) === 0) continue
      problems.push({ kind: 'entry', from: first + index, to: first + index + 1, message: `entry ${first + index} is not the one that was hashed into the log` })
    }
  }
  return hashes
}

/** So many hashes of a tile, where it holds as many. */
function hashesIn(tile: Uint8Array | undefined, width: number): Buffer | undefined {
  return tile !== undefined && tile.length >= width * HASH_BYTES ? Buffer.from(tile.subarray(0, width * HASH_BYTES)) : undefined
}

function hashed(bundle: Uint8Array, first: number, width: number, problems: LogProblem[]): Buffer | undefined {
  try {
    return leafHashesOf(bundle, 0, width)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    problems.push({ kind: 'entry', from: first, to: first + TILE_WIDTH, message: `the bundle that starts at entry ${first} can't be read: ${error.message}` })
    return undefined
  }
}
