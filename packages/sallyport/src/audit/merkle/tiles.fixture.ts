import { HASH_BYTES, leafHash } from './hash.ts'
import type { TileReader } from './proof.ts'
import { EMPTY_TREE, growTree, type Frontier } from './tree.ts'

/** A tree in memory that keeps its tiles. */
export function memoryTree(entries: readonly Uint8Array[], chunk = entries.length || 1): { readonly tree: Frontier; readonly reader: TileReader } {
  const tiles = new Map<string, Buffer>()
  let tree = EMPTY_TREE
  for (let at = 0; at < entries.length; at += chunk) {
    const grown = growTree(tree, Buffer.concat(entries.slice(at, at + chunk).map(leafHash)))
    for (const { level, n, hashes } of grown.tiles) tiles.set(`${level}/${n}`, hashes)
    tree = grown.tree
  }
  const reader: TileReader = { tile: (level, n, width) => Promise.resolve(tiles.get(`${level}/${n}`)?.subarray(0, width * HASH_BYTES)) }
  return { tree, reader }
}
