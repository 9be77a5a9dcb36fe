/** Node only. An RFC 6962 tree that grows at its right edge, kept as C2SP tlog-tiles of height 8. */
import { TILE_WIDTH } from '../tiles/bundle.ts'
import { EMPTY_ROOT, HASH_BYTES, nodeHash, perfectRoot } from './hash.ts'

/** The tile at the right edge of each level, from level 0 up: what is needed to append, and to know the root. */
export interface Frontier {
  readonly size: number
  /** Hashes of the partial tile of each level; empty where the level ends with a full tile. */
  readonly edges: readonly Buffer[]
}

/** A tile that grew. */
export interface GrownTile {
  readonly level: number
  readonly n: number
  readonly hashes: Buffer
}

/** A tree without entries. */
export const EMPTY_TREE: Frontier = { size: 0, edges: [] }

/** Where the right edge of a tree of this size lies: the partial tile of each level. */
export function edgesOf(size: number): readonly { readonly level: number; readonly n: number; readonly width: number }[] {
  const edges = []
  for (let level = 0, hashes = size; hashes > 0; level += 1, hashes = Math.floor(hashes / TILE_WIDTH)) {
    edges.push({ level, n: Math.floor(hashes / TILE_WIDTH), width: hashes % TILE_WIDTH })
  }
  return edges
}

/** Appends leaf hashes. Gives the new right edge and every tile that grew on the way, each in its last state. */
export function growTree(tree: Frontier, leaves: Buffer): { readonly tree: Frontier; readonly tiles: readonly GrownTile[] } {
  const tiles: GrownTile[] = []
  const edges = [...tree.edges]
  const size = tree.size + leaves.length / HASH_BYTES
  let incoming = leaves
  let before = tree.size
  for (let level = 0; incoming.length > 0; level += 1) {
    const edge = edges[level]
    const hashes = edge === undefined || edge.length === 0 ? incoming : Buffer.concat([edge, incoming])
    const first = Math.floor(before / TILE_WIDTH)
    const full = Math.floor(hashes.length / (TILE_WIDTH * HASH_BYTES))
    const parents = Buffer.allocUnsafe(full * HASH_BYTES)
    for (let index = 0; index < full; index += 1) {
      const from = index * TILE_WIDTH * HASH_BYTES
      tiles.push({ level, n: first + index, hashes: hashes.subarray(from, from + TILE_WIDTH * HASH_BYTES) })
      perfectRoot(hashes, from, TILE_WIDTH).copy(parents, index * HASH_BYTES)
    }
    const rest = hashes.subarray(full * TILE_WIDTH * HASH_BYTES)
    if (rest.length > 0) tiles.push({ level, n: first + full, hashes: rest })
    edges[level] = Buffer.from(rest)
    incoming = parents
    before = first
  }
  return { tree: { size, edges }, tiles }
}

/** The root of a tree (RFC 6962 section 2.1), from its right edge. */
export function rootOf({ size, edges }: Frontier): Buffer {
  if (size === 0) return EMPTY_ROOT
  let root: Buffer | undefined
  for (const edge of edges) {
    // Perfect subtrees of this level, the smallest first: they stand at the right.
    let end = edge.length / HASH_BYTES
    for (let width = 1; end > 0; width *= 2) {
      if (Math.floor(end / width) % 2 === 0) continue
      const peak = perfectRoot(edge, (end - width) * HASH_BYTES, width)
      root = root === undefined ? peak : nodeHash(peak, root)
      end -= width
    }
  }
  return root ?? EMPTY_ROOT
}
