import { describe, expect, it } from 'vitest'
import { createScrubber } from '../scrubber.ts'

const register = (value: string) => (): void => createScrubber().addSecret('API_KEY', value)
/** 16,384 characters, as many as there may be. */
const LONGEST = 'q8Zr!x02'.repeat(2048)

describe('a value', () => {
  it.each([
    ['short', 'a8Zr!x0', 'fewer than 8 characters'],
    ['long', `${LONGEST}x`, 'more than 16384'],
    ['of four characters', 'abcdabcdabcdabcd', 'fewer than 5 different'],
    ['of few bits', 'aaaabcde', 'too plain'],
    ['that is a word', 'passwords', 'ordinary word'],
    ['that is a word in capitals', 'PASSWORDS', 'ordinary word'],
    ['that is a word with a capital', 'Passwords', 'ordinary word'],
    ['that is a number of eight digits', '12345678', 'short number'],
    ['that is a date', '2024-01-31', 'a date'],
    ['of spaces around something short', '  a8Zr!  ', 'without the space around it'],
  ])('%s is refused, and its error names the secret but not the value', (_, value, problem) => {
    expect(register(value)).toThrow(RangeError)
    expect(register(value)).toThrow(problem)
    expect(register(value)).toThrow('"API_KEY"')
    expect(register(value)).not.toThrow(value)
    expect(() => createScrubber({ secrets: { API_KEY: value } })).toThrow(problem)
  })

  it.each([
    ['of eight characters', 'a8Zr!x02'],
    ['as long as may be', LONGEST],
    ['of five different characters', 'abcdeabcdeabcde'],
    ['of twelve letters', 'correcthorse'],
    ['of words', 'correct horse battery'],
    ['of nine digits', '123456789'],
  ])('%s is looked for', (_, value) => {
    const scrubber = createScrubber({ secrets: { API_KEY: value } })
    expect(scrubber.scrub(`see ${value}.`).text).toBe('see [REDACTED].')
  })
})
