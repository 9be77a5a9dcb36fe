/** Resource paths of C2SP tlog-tiles. */
import { TILE_WIDTH } from './bundle.ts'

/** Path of a hash tile, or of an entry bundle (`level` `entries`), of `width` hashes: `tile/0/x001/x234/067.p/8`. */
export function tilePath(level: number | 'entries', n: number, width: number): string {
  const parts = [String(n % 1_000).padStart(3, '0')]
  for (let rest = Math.floor(n / 1_000); rest > 0; rest = Math.floor(rest / 1_000)) parts.unshift(`x${String(rest % 1_000).padStart(3, '0')}`)
  return `tile/${level}/${parts.join('/')}${width < TILE_WIDTH ? `.p/${width}` : ''}`
}
