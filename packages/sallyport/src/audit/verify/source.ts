import type { TileReader } from '../merkle/proof.ts'

/** Where a log can be read from: a database, a folder of tlog-tiles, or a server of them. Nothing it says is trusted. */
export interface LogSource extends TileReader {
  /** The newest checkpoint, as it is published. Undefined when nothing was signed yet. */
  checkpoint(): Promise<string | undefined>
  /** Earlier checkpoints that the log kept, the smallest tree first. */
  checkpoints(): Promise<readonly string[]>
  /** Entry bundle `n`, of at least `width` entries. Undefined when it is not there. */
  bundle(n: number, width: number): Promise<Uint8Array | undefined>
  /** Entries below this number are said to be removed: an export leaves them out. A verification goes by what the log's own entries say. */
  minimumIndex(): Promise<number>
}
