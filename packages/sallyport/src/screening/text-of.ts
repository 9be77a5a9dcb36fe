/** More arguments than this a call can't take everywhere. */
const CHUNK = 4096

/** The first `size` UTF-16 units, or bytes of ASCII, as a string. */
export function textOf(units: Uint16Array | Uint8Array, size: number): string {
  let text = ''
  for (let at = 0; at < size; at += CHUNK) text += String.fromCharCode.apply(undefined, units.subarray(at, Math.min(size, at + CHUNK)) as unknown as number[])
  return text
}
