/** Writes a text's units to the beginning of an array that has room for them. */
export type UnitWriter = (text: string) => void

/** What is used of Node's `Buffer`: it copies a string at once, which is thirty times as fast as asking for one character after another. */
interface NodeBuffer {
  from(buffer: ArrayBuffer): { write(text: string, encoding: 'utf16le'): number }
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1
const nodeBuffer = isLittleEndian ? (globalThis as { readonly Buffer?: NodeBuffer }).Buffer : undefined

/** What writes to an array, the quickest way that there is. */
export function unitWriter(data: Uint16Array<ArrayBuffer>): UnitWriter {
  if (nodeBuffer === undefined) return oneByOne(data)
  const bytes = nodeBuffer.from(data.buffer)
  return (text) => void bytes.write(text, 'utf16le')
}

/** What writes to an array where there are no buffers of Node. */
export function oneByOne(data: Uint16Array): UnitWriter {
  return (text) => {
    for (let i = 0; i < text.length; i++) data[i] = text.charCodeAt(i)
  }
}
