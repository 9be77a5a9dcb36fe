/** Longest decoded text that is looked at, per text screened. Bounds the work; an attack has said its piece by then. */
const MAX_DECODED = 4096
const RUN = /[A-Za-z0-9+/_-]{24,}={0,2}/g
const HEX = /^(?:0x)?(?:[0-9a-f]{2})+$/i
const SPACED_HEX = /(?:(?:\\x|0x)?[0-9a-f]{2}[ ,:]?){16,}/gi

/** Text that was hidden in base64 or hex, joined by spaces; empty when there is none that reads as text. */
export function decodeRuns(text: string): string {
  const parts: string[] = []
  let size = 0
  for (const [run] of text.matchAll(RUN)) {
    const decoded = HEX.test(run) ? decodeHex(run) : decodeBase64(run)
    if (decoded === undefined) continue
    parts.push(decoded)
    size += decoded.length
    if (size > MAX_DECODED) break
  }
  return parts.join(' ')
}

/** Text in bytes of hex with something between them (`69 67 6e`, `\x69\x67`). */
export function decodeSpacedHex(text: string): string {
  const parts: string[] = []
  for (const [run] of text.matchAll(SPACED_HEX)) {
    const decoded = decodeHex(run.replace(/\\x|0x|[ ,:]/gi, ''))
    if (decoded !== undefined) parts.push(decoded)
  }
  return parts.join(' ').slice(0, MAX_DECODED)
}

/** Percent-encoded text, where a good part of it is encoded; else empty. */
export function decodePercent(text: string): string {
  const encoded = text.match(/%[0-9a-f]{2}/gi)
  if (encoded === null || encoded.length < 3) return ''
  return text.slice(0, MAX_DECODED * 3).replace(/(?:%[0-9a-f]{2})+/gi, (run) => asText(bytesOfHex(run.replaceAll('%', ''))) ?? run).replaceAll('+', ' ')
}

function decodeHex(run: string): string | undefined {
  return asText(bytesOfHex(run.replace(/^0x/i, '')))
}

function bytesOfHex(hex: string): Uint8Array {
  const size = Math.min(hex.length >> 1, MAX_DECODED)
  const bytes = new Uint8Array(size)
  for (let i = 0; i < size; i++) {
    bytes[i] = (nibble(hex.charCodeAt(i * 2)) << 4) | nibble(hex.charCodeAt(i * 2 + 1))
    // An identifier in hex gives itself away at once.
    if (i === 5 && !isText(bytes, 6)) return bytes.subarray(0, 0)
  }
  return bytes
}

function nibble(code: number): number {
  return code <= 0x39 ? code - 0x30 : (code | 32) - 0x57
}

const SEXTET = new Int8Array(128).fill(-1)
for (const [at, char] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries()) SEXTET[char.charCodeAt(0)] = at
SEXTET[0x2d] = 62
SEXTET[0x5f] = 63

function decodeBase64(run: string): string | undefined {
  const end = run.indexOf('=')
  const length = Math.min(end < 0 ? run.length : end, Math.ceil((MAX_DECODED * 4) / 3))
  const bytes = new Uint8Array(Math.floor((length * 3) / 4))
  let bits = 0
  let held = 0
  let size = 0
  for (let i = 0; i < length; i++) {
    bits = (bits << 6) | (SEXTET[run.charCodeAt(i)] as number)
    held += 6
    if (held >= 8) {
      held -= 8
      bytes[size++] = (bits >> held) & 0xff
      // Tokens and hashes give themselves away at once: most stop here.
      if (size === 6 && !isText(bytes, size)) return undefined
    }
  }
  return asText(bytes.subarray(0, size))
}

function isText(bytes: Uint8Array, size: number): boolean {
  for (let i = 0; i < size; i++) {
    const byte = bytes[i] as number
    if ((byte < 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) || byte === 0x7f) return false
  }
  return true
}

const UTF8 = new TextDecoder('utf-8', { fatal: true })

function asText(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0 || !isText(bytes, bytes.length)) return undefined
  try {
    return UTF8.decode(bytes)
  } catch {
    return undefined
  }
}

/** "i g n o r e" and "i.g.n.o.r.e" written together; words stay apart where something else separates them. */
export function joinSpacedLetters(text: string): string {
  return text.replace(/(?<![\p{L}\p{N}])\p{L}(?:([ .\-_*|/])\p{L}(?![\p{L}\p{N}]))(?:\1\p{L}(?![\p{L}\p{N}]))+/gu, (run) => run.replace(/[^\p{L}]/gu, ''))
}
