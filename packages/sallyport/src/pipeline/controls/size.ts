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
      return PASS
    }
  },
}

function tooLarge(maxBytes: number): never {
  throw new Refusal('PAYLOAD_TOO_LARGE', `the input is larger than ${maxBytes} bytes`, { fix: 'Raise .maxBytes() if the action needs more.' })
}

/**
 * Bytes of a value, counted as JSON would need at least: a lower bound that can't be gamed, since every node counts.
 * Stops at the limit, so that its own work is bounded.
 */
export function measure(value: unknown, maxDepth: number, maxBytes: number): number {
  let bytes = 0

  function visit(item: unknown, depth: number): void {
    if (bytes > maxBytes) tooLarge(maxBytes)
    switch (typeof item) {
      case 'string':
        bytes += item.length + 2
        return
      case 'object':
        if (item === null) bytes += 4
        else visitObject(item, depth)
        return
      default:
        bytes += 8
    }
  }

  function visitObject(item: object, depth: number): void {
    if (depth >= maxDepth) throw new Refusal('PAYLOAD_TOO_LARGE', `the input is nested deeper than ${maxDepth}`, { fix: 'Raise .maxDepth() if the action needs more.' })
    bytes += 2
    if (Array.isArray(item)) {
      for (let i = 0; i < item.length; i++) visit(item[i], depth + 1)
    } else if (ArrayBuffer.isView(item) || item instanceof ArrayBuffer) {
      bytes += item.byteLength
    } else if (item instanceof Map || item instanceof FormData) {
      for (const [key, entry] of item as Iterable<[unknown, unknown]>) {
        if (typeof key === 'string') checkKey(key)
        visit(key, depth + 1)
        visit(entry, depth + 1)
      }
    } else if (item instanceof Set) {
      for (const entry of item) visit(entry, depth + 1)
    } else if (item instanceof Blob) {
      bytes += item.size
    } else {
      for (const key of Object.keys(item)) {
        checkKey(key)
        bytes += key.length + 3
        visit((item as Record<string, unknown>)[key], depth + 1)
      }
    }
  }

  visit(value, 0)
  return bytes
}

function checkKey(key: string): void {
  // All three have 9 or more characters: most keys are told apart by their length.
  if (key.length >= 9 && FORBIDDEN_KEYS.has(key)) throw new Refusal('INVALID_INPUT', 'the input has a key that pollutes prototypes')
}
