import type { Scrubber } from '../../scrub/types.ts'
import type { Part } from './scrub-parts.ts'

const DATA_URL = /^(data:[^,]*?(;\s*base64)?,)(.*)$/is

/**
 * What of a part holds a file, looked at as the bytes that it is: base64 would hide what a rule matches, and with a placeholder
 * in it would be none.
 */
export function scrubFile(part: Part, scrubber: Scrubber): Readonly<Record<string, unknown>> {
  const { data, file, url } = part
  if (typeof url === 'string') return { url: scrubUrl(url, scrubber) }
  if (isRecord(file)) return { file: scrubGenerated(file, scrubber) }
  // As models of earlier versions give it.
  if (typeof data === 'string') return { data: scrubBase64(data, scrubber) }
  if (!isRecord(data) || data instanceof Uint8Array) return {}
  const { data: content, url: address } = data
  const own = typeof content === 'string' ? { data: scrubBase64(content, scrubber) } : address instanceof URL ? { url: asUrl(scrubUrl(address.href, scrubber), address) } : {}
  return { data: { ...scrubber.scrubValue({ ...data, ...(Object.fromEntries(Object.keys(own).map((key) => [key, null]))) }).value, ...own } }
}

/** A file of the SDK, whose text is made of its bytes, or its bytes of its text, when one is asked for. */
function scrubGenerated(file: Readonly<Record<string, unknown>>, scrubber: Scrubber): unknown {
  const { base64, uint8Array, mediaType, providerMetadata } = file
  if (typeof base64 !== 'string' || !(uint8Array instanceof Uint8Array)) return scrubber.scrubValue(file).value
  const bytes = scrubber.scrubValue({ uint8Array, mediaType, providerMetadata })
  return bytes.findings.length === 0 ? file : { ...bytes.value, base64: toBase64(bytes.value.uint8Array) }
}

/** The content of a `data:` URL is a file, whether it is written in base64 or percent-encoded. */
function scrubUrl(url: string, scrubber: Scrubber): string {
  const [, head = '', base64, body = ''] = DATA_URL.exec(url) ?? []
  const content = head === '' ? undefined : decoded(body)
  if (content === undefined) return scrubber.scrub(url).text
  const clean = base64 === undefined ? scrubber.scrub(content).text : scrubBase64(content, scrubber)
  const written = base64 === undefined ? encodeURIComponent(clean) : clean
  return scrubber.scrub(head).text + (clean === content ? body : written)
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

function asUrl(clean: string, url: URL): URL | string {
  if (clean === url.href) return url
  return URL.canParse(clean) ? new URL(clean) : clean
}

/** Base64, scrubbed as its bytes; as text where it is none. */
function scrubBase64(text: string, scrubber: Scrubber): string {
  let bytes: Uint8Array
  try {
    bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
  } catch {
    return scrubber.scrub(text).text
  }
  const { value, findings } = scrubber.scrubValue(bytes)
  return findings.length === 0 ? text : toBase64(value)
}

function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192))
  return btoa(text)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
