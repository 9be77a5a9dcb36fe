import { isPlaceholder } from 'sallyport/secrets'

const MARKS = /example|your[-_ ]|placeholder|redacted|dummy|changeme|insert[-_ ]|[<>{}…]|\.\.\.|^\$|^%[a-z(]|\*{3}/i
const SEQUENCE = /01234567|12345678|abcdefgh|ABCDEFGH/
/** Lower-case words with - or _ between: a class name, an identifier, the name of a secret. */
const WORDS = /^[a-z]+(?:[-_][a-z]+){2,}$/
/** Passwords of connection strings in documentation and in local set-ups that everybody has. */
const COMMON = new Set('pass password passwd secret root admin user guest test postgres mysql mongo redis example username pwd rabbitmq sa foo bar'.split(' '))
const SHORT = 20

/**
 * True for what stands where a secret would: an example of the documentation, x's, words. A scrubber redacts these as well,
 * since it can't lose by it; a scan that reports them is not read any more.
 */
export function isExample(secret: string): boolean {
  if (secret.includes('PRIVATE KEY')) {
    const body = secret.replace(/-----[A-Z ]+-----/g, '')
    return /[<…]|\.\.\./.test(body) || isHollow(body)
  }
  if (MARKS.test(secret) || isPlaceholder(secret) || COMMON.has(secret.toLowerCase()) || WORDS.test(secret)) return true
  if (secret.length >= SHORT && SEQUENCE.test(secret)) return true
  return isHollow(secret)
}

/** Mostly runs of one character: `ghp_xxxxxxxx`. */
function isHollow(text: string): boolean {
  const rest = text.replace(/(.)\1{4,}/g, '')
  return rest.length < text.length && rest.length < text.length * 0.6
}
