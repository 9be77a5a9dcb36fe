/** Node only. A log as a folder of C2SP tlog-tiles, which any web server can serve and existing clients can check. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { extendsCheckpoint, NotExtendedError } from '../anchor/extends.ts'
import { HASH_BYTES } from '../merkle/hash.ts'
import { edgesOf } from '../merkle/tree.ts'
import { readCheckpoint } from '../note/checkpoint.ts'
import { appendToBundle, bundleEntries, TILE_WIDTH } from './bundle.ts'
import { tilePath } from './path.ts'
import type { LogSource } from '../verify/source.ts'

/** Reads a log from a folder that {@link exportTiles} wrote, or from a copy of any tlog-tiles log. */
export function tilesFolder(folder: string, minimumIndex = 0): LogSource {
  const read = (path: string): Promise<Buffer | undefined> =>
    readFile(join(folder, path)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
      throw error
    })
  const either = async (level: number | 'entries', n: number, width: number): Promise<Buffer | undefined> =>
    (await read(tilePath(level, n, width))) ?? (width < TILE_WIDTH ? read(tilePath(level, n, TILE_WIDTH)) : undefined)
  return {
    checkpoint: async () => (await read('checkpoint'))?.toString('utf8'),
    checkpoints: () => Promise.resolve([]),
    bundle: (n, width) => either('entries', n, width),
    tile: (level, n, width) => either(level, n, width),
    minimumIndex: () => Promise.resolve(minimumIndex),
  }
}

/**
 * Writes a log's newest checkpoint with the tiles and bundles that belong to it. Full tiles that are there already are left
 * alone, so that a repeated export writes what is new. The checkpoint comes last: a reader never sees one without its tiles.
 *
 * @returns entries that the exported checkpoint covers.
 * @throws NotExtendedError when the folder holds a log that this one does not extend: nothing is written then. Error when the log
 *   has no checkpoint, or lacks what its checkpoint covers.
 */
export async function exportTiles(source: LogSource, folder: string, onProgress?: (done: number, total: number) => void): Promise<number> {
  const exported = await tilesFolder(folder).checkpoint()
  // Before the checkpoint, which then covers the entry that says what was removed.
  const minimum = await source.minimumIndex()
  const checkpoint = await source.checkpoint()
  if (checkpoint === undefined) throw new Error('the log has no checkpoint yet: seal it first')
  if (exported !== undefined && !(await extendsCheckpoint(exported, checkpoint, source))) {
    throw new NotExtendedError(`${folder} holds a log that this one does not extend: this one was rolled back, has forked, or is another`)
  }
  const { size } = readCheckpoint(checkpoint)
  for (const { level, n: full, width } of edgesOf(size)) {
    for (let n = 0; n < full + (width > 0 ? 1 : 0); n += 1) {
      const hashes = n < full ? TILE_WIDTH : width
      await put(folder, tilePath(level, n, hashes), hashes === TILE_WIDTH, async () => (await source.tile(level, n, hashes))?.subarray(0, hashes * HASH_BYTES))
      if (level > 0 || (n + 1) * TILE_WIDTH <= minimum) continue
      await put(folder, tilePath('entries', n, hashes), hashes === TILE_WIDTH, async () => narrowed(await source.bundle(n, hashes), hashes))
      onProgress?.(Math.min(size, (n + 1) * TILE_WIDTH), size)
    }
  }
  await writeFile(join(folder, 'checkpoint.new'), checkpoint)
  await rename(join(folder, 'checkpoint.new'), join(folder, 'checkpoint'))
  return size
}

function narrowed(bundle: Uint8Array | undefined, width: number): Uint8Array | undefined {
  if (bundle === undefined || width === TILE_WIDTH) return bundle
  return appendToBundle(new Uint8Array(), bundleEntries(bundle).slice(0, width))
}

async function put(folder: string, path: string, immutable: boolean, read: () => Promise<Uint8Array | undefined>): Promise<void> {
  const file = join(folder, path)
  await mkdir(dirname(file), { recursive: true })
  if (immutable && (await readFile(file).catch(() => undefined)) !== undefined) return
  const data = await read()
  if (data === undefined) throw new Error(`the log lacks ${path}`)
  // Whole or not at all: what is there is left alone the next time.
  await writeFile(`${file}.new`, data)
  await rename(`${file}.new`, file)
}
