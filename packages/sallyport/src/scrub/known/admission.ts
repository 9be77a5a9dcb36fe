import { entropy } from '../automaton/entropy.ts'

/** Shorter values would be found by chance. */
const MIN_LENGTH = 8
/** Longer values can't be held back in a stream. */
const MAX_LENGTH = 16_384
const MIN_DISTINCT = 5
const MIN_ENTROPY_BITS = 20

/**
 * Refuses what can't be looked for without redacting ordinary text: values under 8 characters, values of few different
 * characters, plain words, dates, and plain numbers up to 8 digits.
 *
 * @throws RangeError that names the secret, never its value
 */
export function admit(name: string, value: string): void {
  const problem = objection(value)
  if (problem) throw new RangeError(`The secret "${name}" can't be looked for in what leaves: ${problem}.`)
}

/** Why a value can't be looked for. */
export function objection(value: string): string | undefined {
  if (value.length < MIN_LENGTH) return `it has fewer than ${MIN_LENGTH} characters`
  if (value.length > MAX_LENGTH) return `it has more than ${MAX_LENGTH} characters`
  if (new Set(value).size < MIN_DISTINCT) return `it has fewer than ${MIN_DISTINCT} different characters`
  if (entropy(value) * value.length < MIN_ENTROPY_BITS) return 'it is too plain'
  if (/^(?:[a-z]{1,11}|[A-Z]{1,11}|[A-Z][a-z]{1,10})$/.test(value)) return 'it reads like an ordinary word'
  if (/^[\d\s./:-]+$/.test(value) && value.replace(/\D/g, '').length <= MIN_LENGTH) return 'it reads like a date or a short number'
  if (/^\s|\s$/.test(value) && value.trim().length < MIN_LENGTH) return `it has fewer than ${MIN_LENGTH} characters without the space around it`
  return undefined
}
