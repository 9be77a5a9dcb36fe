import { HASH_BYTES } from '../../audit/merkle/hash.ts'
import { edgesOf, rootOf } from '../../audit/merkle/tree.ts'
import { openCheckpoint, readCheckpoint } from '../../audit/note/checkpoint.ts'
import type { NoteSigner } from '../../audit/note/key.ts'
import { parseNote } from '../../audit/note/note.ts'
import { leafHashesOf, TILE_WIDTH } from '../../audit/tiles/bundle.ts'
import type { SqlDriver, SqlRow } from './driver.ts'
import type { Bundle, LogEdge } from './seal-plan.ts'

/** How the newest checkpoint stands to who goes on sealing. */
export type Vouched =
  /** All of the keys signed the log as it is, or it is empty. */
  | 'by all'
  /** Some of them did. */
  | 'by some'
  /** None of them did: what is there may be anything. */
  | 'by none'

/** Reads the right edge of the log. @throws Error when its tables contradict each other. */
export async function readEdge(driver: Pick<SqlDriver, 'query'>): Promise<LogEdge> {
  const size = Number((await driver.query('SELECT size FROM sallyport_audit_tree'))[0]?.['size'] ?? 0)
  const edges = []
  for (const { level, n, width } of edgesOf(size)) {
    const [row] = width === 0 ? [] : await driver.query('SELECT data FROM sallyport_audit_tile WHERE level = $1 AND n = $2', [level, n])
    const data = row?.['data'] as Uint8Array | undefined
    if ((data?.length ?? 0) < width * HASH_BYTES) throw contradiction(`tile ${n} of level ${level} is missing or short`)
    edges.push(data === undefined ? Buffer.alloc(0) : Buffer.from(data.subarray(0, width * HASH_BYTES)))
  }
  const [row] = size % TILE_WIDTH === 0 ? [] : await driver.query('SELECT * FROM sallyport_audit_bundle WHERE n = $1', [Math.floor(size / TILE_WIDTH)])
  const bundle = row && bundleFrom(row)
  // Who puts an entry behind the last one would have what follows sealed behind it, too.
  if (size % TILE_WIDTH > 0 && !isHashed(bundle, edges[0])) throw contradiction('the last bundle does not agree with its tile')
  return { tree: { size, edges }, bundle, writers: new Map() }
}

/**
 * Holds the edge against the newest checkpoint before it is gone on from. Else whoever writes the tables could change entries with their
 * hashes, and have the next checkpoint sign that.
 *
 * @throws Error when one of the signers has signed something else.
 */
export async function vouchedBy(driver: Pick<SqlDriver, 'query'>, { tree }: LogEdge, origin: string, signers: readonly NoteSigner[]): Promise<Vouched> {
  const [row] = await driver.query('SELECT note FROM sallyport_audit_checkpoint ORDER BY size DESC LIMIT 1')
  const note = row === undefined ? undefined : String(row['note'])
  if (note === undefined || !signers.some(({ verifier }) => isNamed(note, verifier))) return tree.size === 0 && note === undefined ? 'by all' : 'by none'
  const { size, root, signedBy } = openCheckpoint(note, signers.map(({ verifier }) => verifier), origin)
  if (size !== tree.size || Buffer.compare(root, rootOf(tree)) !== 0) throw contradiction(`the checkpoint of ${size} entries signs another log`)
  return signedBy.length === signers.length ? 'by all' : 'by some'
}

function isNamed(note: string, { name, id }: NoteSigner['verifier']): boolean {
  readCheckpoint(note)
  return parseNote(note).signatures.some((signature) => signature.name === name && signature.id === id)
}

function isHashed(bundle: Bundle | undefined, tile: Buffer | undefined): boolean {
  if (bundle === undefined || tile === undefined) return false
  try {
    return leafHashesOf(bundle.data).equals(tile)
  } catch {
    return false
  }
}

function contradiction(what: string): Error {
  return new Error(`the tables of the audit log contradict each other, nothing is sealed: ${what}: run verify`)
}

function bundleFrom(row: SqlRow): Bundle {
  return { n: Number(row['n']), count: Number(row['count']), minTime: Number(row['min_time']), maxTime: Number(row['max_time']), data: row['data'] as Uint8Array }
}
