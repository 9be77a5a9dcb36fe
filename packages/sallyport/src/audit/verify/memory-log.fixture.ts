import { HASH_BYTES, leafHash } from '../merkle/hash.ts'
import { EMPTY_TREE, growTree, rootOf } from '../merkle/tree.ts'
import { signCheckpoint } from '../note/checkpoint.ts'
import type { NoteSigner } from '../note/key.ts'
import { appendToBundle, TILE_WIDTH } from '../tiles/bundle.ts'
import type { LogSource } from './source.ts'

/** A sealed log in memory that a test can tamper with. */
export interface MemoryLog extends LogSource {
  readonly bundles: Map<number, Uint8Array>
  readonly tiles: Map<string, Uint8Array>
  notes: string[]
  minimum: number
}

/** Seals entries, with a checkpoint at each of the sizes and at the end. */
export function memoryLog(entries: readonly Uint8Array[], signers: readonly NoteSigner[], origin: string, sizes: readonly number[] = []): MemoryLog {
  const bundles = new Map<number, Uint8Array>()
  const tiles = new Map<string, Uint8Array>()
  const notes: string[] = []
  let tree = EMPTY_TREE
  for (const [index, entry] of entries.entries()) {
    const n = Math.floor(index / TILE_WIDTH)
    bundles.set(n, appendToBundle(bundles.get(n) ?? new Uint8Array(), [entry]))
    const grown = growTree(tree, leafHash(entry))
    for (const { level, n: at, hashes } of grown.tiles) tiles.set(`${level}/${at}`, Uint8Array.from(hashes))
    tree = grown.tree
    if (sizes.includes(tree.size) || tree.size === entries.length) notes.push(signCheckpoint({ origin, size: tree.size, root: rootOf(tree) }, signers))
  }
  const log: MemoryLog = {
    bundles, tiles, notes, minimum: 0,
    checkpoint: () => Promise.resolve(log.notes.at(-1)),
    checkpoints: () => Promise.resolve(log.notes),
    bundle: (n) => Promise.resolve(bundles.get(n)),
    tile: (level, n, width) => Promise.resolve(tiles.get(`${level}/${n}`)?.subarray(0, width * HASH_BYTES)),
    minimumIndex: () => Promise.resolve(log.minimum),
  }
  return log
}
