import { isError } from '../../scrub/kinds.ts'
import type { Scrubber } from '../../scrub/types.ts'
import { plainEscapes } from './json-escapes.ts'
import { JsonStrings } from './json-strings.ts'
import { scrubFile } from './scrub-file.ts'
import type { Part } from './scrub-parts.ts'
import { withoutTokens } from './without-tokens.ts'

const ARGUMENTS: ReadonlySet<string> = new Set(['tool-call', 'tool-error', 'tool-input-error'])

/** A part that is no piece of a text. */
export function scrubWhole(said: Part, scrubber: Scrubber): Part {
  const metadata = withoutTokens(said['providerMetadata'])
  const part = metadata === said['providerMetadata'] ? said : { ...said, providerMetadata: metadata }
  // What is looked at in a way of its own.
  const own: Record<string, unknown> = {}
  if ('error' in part) own['error'] = scrubError(part['error'], scrubber)
  // At the model, and where they can't be read, a tool call's arguments are JSON in a string: looked at as values, so that escapes hide nothing.
  if (ARGUMENTS.has(part.type) && typeof part['input'] === 'string') own['input'] = scrubJsonText(part['input'], scrubber)
  if (part.type === 'file' || part.type === 'reasoning-file') Object.assign(own, scrubFile(part, scrubber))
  const rest = Object.keys(own).length === 0 ? part : { ...part, ...Object.fromEntries(Object.keys(own).map((key) => [key, null])) }
  const { value } = scrubber.scrubValue(rest)
  const clean = value === part ? part : { ...value, ...own }
  if (isSnapshot(part)) return withoutCandidates(clean, scrubber) as Part
  return withHidden(part, clean, scrubber)
}

/** A value that a later part replaces: a tool's preliminary result, or data under an id. */
export function isSnapshot(part: Part): boolean {
  return part['preliminary'] === true || (part.type.startsWith('data-') && part['id'] !== undefined)
}

/** A copy in which a string that ends in what may yet become a secret is cut there: the next snapshot may have it whole. */
export function withoutCandidates(value: unknown, scrubber: Scrubber): unknown {
  if (typeof value === 'string') {
    const stream = scrubber.stream()
    return stream.push(value) + stream.abort()
  }
  if (Array.isArray(value)) return value.map((item) => withoutCandidates(item, scrubber))
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutCandidates(item, scrubber)]))
}

/** An error with its scrubbed name and message and nothing else: a provider's error holds the request and the response. */
export function scrubError(error: unknown, scrubber: Scrubber): unknown {
  if (typeof error === 'string') return scrubber.scrub(error).text
  if (typeof error !== 'object' || error === null || !isError(error)) return scrubber.scrubValue(error).value
  const { name, message } = wordsOf(error)
  const clean = new Error(scrubber.scrub(message).text)
  clean.name = scrubber.scrub(name).text
  clean.stack = `${clean.name}: ${clean.message}`
  return clean
}

/** A getter may throw, too. */
function wordsOf(error: { readonly name?: unknown; readonly message?: unknown }): { readonly name: string; readonly message: string } {
  try {
    return { name: String(error.name), message: String(error.message) }
  } catch {
    return { name: 'Error', message: 'What was thrown could not be looked through' }
  }
}

/** JSON in a string, scrubbed as the value that it is, then as text; string by string, and as text, where it is no JSON. */
export function scrubJsonText(text: string, scrubber: Scrubber): string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // Cut off, perhaps: who repairs it reads its strings, and its escapes.
    const strings = new JsonStrings(scrubber)
    const said = strings.push(text) + strings.end()
    const plain = scrubber.scrub(plainEscapes(said))
    return plain.findings.length > 0 ? plain.text : scrubber.scrub(said).text
  }
  const clean = scrubber.scrubValue(value)
  return scrubber.scrub(clean.findings.length === 0 ? plainEscapes(text) : JSON.stringify(clean.value)).text
}

/** The SDK keeps a tool call's arguments as they were before they were refined under a symbol, out of sight, and sends them with a request for approval. */
function withHidden(part: Part, clean: Part, scrubber: Scrubber): Part {
  const own = hidden(part, scrubber)
  const call = part['toolCall']
  const inCall = typeof call === 'object' && call !== null ? hidden(call, scrubber) : null
  if (own === null && inCall === null) return clean
  if (clean === part && own?.clean !== false && inCall?.clean !== false) return clean
  const copy = Object.defineProperties({ ...clean }, own?.properties ?? {})
  if (inCall !== null) Object.assign(copy, { toolCall: Object.defineProperties({ ...(clean['toolCall'] as object) }, inCall.properties) })
  return copy
}

interface Hidden {
  readonly properties: PropertyDescriptorMap
  readonly clean: boolean
}

function hidden(value: object, scrubber: Scrubber): Hidden | null {
  const symbols = Object.getOwnPropertySymbols(value)
  if (symbols.length === 0) return null
  const properties: PropertyDescriptorMap = {}
  let isClean = true
  for (const symbol of symbols) {
    const result = scrubber.scrubValue((value as Readonly<Record<symbol, unknown>>)[symbol])
    properties[symbol as unknown as string] = { ...Object.getOwnPropertyDescriptor(value, symbol), value: result.value }
    if (result.findings.length > 0) isClean = false
  }
  return { properties, clean: isClean }
}
