/**
 * A value as JSON can carry it, the way that `JSON.stringify` has it, and beyond: a `Map` becomes an object by its keys (what is no text as
 * JSON), a `Set` an array, a `BigInt` a string of digits, bytes become base64, and promises are waited for.
 */
export async function toJson(value: unknown): Promise<unknown> {
  const settled: unknown = await value
  if (typeof settled === 'bigint') return settled.toString()
  if (typeof settled !== 'object' || settled === null) return settled
  if (settled instanceof Date) return Number.isNaN(settled.getTime()) ? null : settled.toISOString()
  if (settled instanceof ArrayBuffer) return base64(new Uint8Array(settled))
  if (ArrayBuffer.isView(settled)) return base64(new Uint8Array(settled.buffer, settled.byteOffset, settled.byteLength))
  if (Array.isArray(settled) || settled instanceof Set) return Promise.all([...settled].map(toJson))
  const entries = settled instanceof Map ? await Promise.all([...settled].map(async ([key, item]) => [await keyOf(key), item] as const)) : Object.entries(settled)
  const written = await Promise.all(entries.map(async ([key, item]) => [key, await toJson(item)] as const))
  // Unlike assignment, fromEntries makes `__proto__` a key like any other.
  return Object.fromEntries(written)
}

/** Of an object nothing is asked that it could answer as it likes. */
async function keyOf(key: unknown): Promise<string> {
  const settled = await toJson(key)
  return typeof settled === 'object' && settled !== null ? JSON.stringify(settled) : String(settled)
}

function base64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}
