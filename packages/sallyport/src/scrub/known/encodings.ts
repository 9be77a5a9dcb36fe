import { objection } from './admission.ts'

const UTF8 = new TextEncoder()

/**
 * The forms in which standard encoders write a value: as it is, in hex (both cases), base64 and base64url at each of the three
 * alignments that it can have inside a longer text, percent-encoded (as `encodeURIComponent` and `URLSearchParams` do),
 * escaped for JSON, once, twice, and with everything beyond ASCII escaped, and its bytes read one character each (as results that are bytes are looked at).
 *
 * A value that begins or ends with white space, as files do, is looked for without it as well, and one of several lines with either way to end a line.
 *
 * At alignments other than the value's own start, the characters at the two edges mix bits of the value with bits of its
 * neighbours, and are not part of the form.
 */
export function encodedForms(value: string): readonly string[] {
  return [...new Set(spellings(value).flatMap(formsOf))]
}

function spellings(value: string): readonly string[] {
  if (!/^\s|\s$|\n/.test(value)) return [value]
  const bare = value.trim()
  // Without the space around it, it may be an ordinary word.
  return [...new Set([value, objection(bare) === undefined ? bare : value].flatMap((one) => [one, one.replaceAll('\r\n', '\n'), one.replace(/\r?\n/g, '\r\n')]))]
}

function formsOf(value: string): readonly string[] {
  const bytes = UTF8.encode(value)
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  const json = JSON.stringify(value).slice(1, -1)
  const ascii = json.replace(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const percent = value.isWellFormed() ? encodeURIComponent(value) : value
  const form = new URLSearchParams([['', value]]).toString().slice(1)
  const forms = new Set([
    value,
    Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''),
    json,
    json.replaceAll('/', '\\/'),
    ascii,
    JSON.stringify(json).slice(1, -1),
    hex,
    hex.toUpperCase(),
    percent,
    form,
    lowerPercent(percent),
    lowerPercent(form),
  ])
  const whole = base64(bytes, 0, true)
  forms.add(whole)
  forms.add(whole.replace(/=+$/, ''))
  forms.add(url(whole))
  for (const shift of [0, 1, 2]) {
    const core = base64(bytes, shift, false)
    forms.add(core)
    forms.add(url(core))
  }
  return [...forms]
}

/** The base64 characters that depend on these bytes alone, when `shift` bytes come before them; or all, padded. */
function base64(bytes: Uint8Array, shift: number, padded: boolean): string {
  const text = btoa('\0'.repeat(shift) + Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
  if (padded) return text
  return text.slice(Math.ceil((shift * 8) / 6), Math.floor(((bytes.length + shift) * 8) / 6))
}

function url(text: string): string {
  return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

function lowerPercent(text: string): string {
  return text.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase())
}
