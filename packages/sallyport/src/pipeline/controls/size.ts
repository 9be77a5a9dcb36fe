import { PASS, Refusal, type Control } from '../control.ts'

/** Keys that no input needs, and that merge functions turn into prototype pollution. */
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * `size`: how much a caller may send: bytes, nesting, and no keys that pollute prototypes. What an adapter has refused
 * to read ends here too.
 */
export const size: Control = {
  name: 'size',
  prepare({ maxBytes, maxDepth }) {
    return (call) => {
      if (call.refused !== undefined) throw new Refusal(call.refused.code, call.refused.reason)
      let bytes = measure(call.clientInput, maxDepth, maxBytes)
      for (const argument of call.bindArgs) bytes += measure(argument, maxDepth, maxBytes)
      if (bytes > maxBytes) tooLarge(maxBytes)
      // A character is three bytes at most: most calls are so small that it does not matter which they are.
      if (bytes * 3 > maxBytes && bytes + furtherBytes([call.clientInput, ...call.bindArgs]) > maxBytes) tooLarge(maxBytes)
      return PASS
    }
  },
}

function tooLarge(maxBytes: number): never {
  throw new Refusal('PAYLOAD_TOO_LARGE', `the input is larger than ${maxBytes} bytes`, { fix: 'Raise .maxBytes() if the action needs more.' })
}

/**
 * Bytes of a value, counted as JSON would need at least, with one for each character: a lower bound that can't be gamed, since every
 * node counts. Stops at the limit, so that its own work is bounded.
 */
export function measure(value: unknown, maxDepth: number, maxBytes: number): number {
  return visit(value, 0, 0, maxDepth, maxBytes)
}

/** Adds the bytes of `item` to those counted before it. */
function visit(item: unknown, depth: number, counted: number, maxDepth: number, maxBytes: number): number {
  if (counted > maxBytes) tooLarge(maxBytes)
  if (typeof item === 'string') return counted + item.length + 2
  if (typeof item !== 'object') return counted + 8
  return item === null ? counted + 4 : visitObject(item, depth, counted + 2, maxDepth, maxBytes)
}

function visitObject(item: object, depth: number, counted: number, maxDepth: number, maxBytes: number): number {
  if (depth >= maxDepth) throw new Refusal('PAYLOAD_TOO_LARGE', `the input is nested deeper than ${maxDepth}`, { fix: 'Raise .maxDepth() if the action needs more.' })
  let bytes = counted
  if (Object.getPrototypeOf(item) === Object.prototype) {
    // `for … in` needs no list of keys; what is inherited is nobody's input, or would pollute every object there is.
    for (const key in item) {
      checkKey(key)
      bytes = visit((item as Record<string, unknown>)[key], depth + 1, bytes + key.length + 3, maxDepth, maxBytes)
    }
  } else if (Array.isArray(item)) {
    for (let i = 0; i < item.length; i++) bytes = visit(item[i], depth + 1, bytes, maxDepth, maxBytes)
  } else if (ArrayBuffer.isView(item) || item instanceof ArrayBuffer) {
    bytes += item.byteLength
  } else if (item instanceof Map || item instanceof FormData) {
    for (const [key, entry] of item as Iterable<[unknown, unknown]>) {
      if (typeof key === 'string') checkKey(key)
      bytes = visit(entry, depth + 1, visit(key, depth + 1, bytes, maxDepth, maxBytes), maxDepth, maxBytes)
    }
  } else if (item instanceof Set) {
    for (const entry of item) bytes = visit(entry, depth + 1, bytes, maxDepth, maxBytes)
  } else if (item instanceof Blob) {
    bytes += item.size
  } else if (item instanceof Promise) {
    // React's reply format can send them. What it will be is not known while it is counted.
    throw new Refusal('INVALID_INPUT', "the input holds a promise, which can't be looked through")
  } else {
    for (const key of Object.keys(item)) {
      checkKey(key)
      bytes = visit((item as Record<string, unknown>)[key], depth + 1, bytes + key.length + 3, maxDepth, maxBytes)
    }
  }
  return bytes
}

const UTF_8 = new TextEncoder()

/** What characters beyond ASCII need more than the one byte that `measure` has counted for them. It has looked at all of this: it has an end. */
function furtherBytes(item: unknown): number {
  if (typeof item === 'string') return UTF_8.encode(item).length - item.length
  if (typeof item !== 'object' || item === null || ArrayBuffer.isView(item) || item instanceof ArrayBuffer || item instanceof Blob) return 0
  let bytes = 0
  const isList = Array.isArray(item) || item instanceof Set || item instanceof Map || item instanceof FormData
  for (const part of isList ? (item as Iterable<unknown>) : Object.entries(item).flat()) bytes += furtherBytes(part)
  return bytes
}

function checkKey(key: string): void {
  // All three have 9 or more characters: most keys are told apart by their length.
  if (key.length >= 9 && FORBIDDEN_KEYS.has(key)) throw new Refusal('INVALID_INPUT', 'the input has a key that pollutes prototypes')
}
