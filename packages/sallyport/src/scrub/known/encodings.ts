import { objection } from './admission.ts'

const UTF8 = new TextEncoder()

/**
 * The forms in which standard encoders write a value: as it is, in hex (both cases), base64 and base64url at each of the three
 * alignments that it can have inside a longer text, percent-encoded (as the platform, RFC 3986, forms and URLs do), escaped for
 * JSON (as `JSON.stringify` and the encoders of other languages do, and twice), and its bytes read one character each (as
 * results that are bytes are looked at). Long base64 is also looked for in lines of 64 and 76 characters.
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
  const forms = new Set([value, hex, hex.toUpperCase()])
  // Most values are of letters that all of these leave as they are.
  if (!/^[\w.-]*$/.test(value)) for (const form of [Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''), ...jsonForms(value), ...percentForms(value)]) forms.add(form)
  const whole = base64(bytes, 0, true)
  forms.add(whole)
  forms.add(whole.replace(/=+$/, ''))
  forms.add(url(whole))
  // As PEM and MIME break lines (RFC 7468 section 2, RFC 2045 section 6.8).
  for (const width of [64, 76]) if (whole.length > width) for (const end of ['\n', '\r\n']) forms.add((whole.match(new RegExp(`.{1,${width}}`, 'g')) ?? []).join(end))
  for (const shift of [0, 1, 2]) {
    const core = base64(bytes, shift, false)
    forms.add(core)
    forms.add(url(core))
  }
  return [...forms]
}

function jsonForms(value: string): readonly string[] {
  const json = JSON.stringify(value).slice(1, -1)
  const ascii = escaped(json, /[\u0080-\uffff]/g)
  return [
    json,
    json.replaceAll('/', '\\/'),
    ascii,
    // PHP.
    ascii.replaceAll('/', '\\/'),
    // Go and Rails; Gson.
    escaped(json, /[<>&\u2028\u2029]/g),
    escaped(json, /[<>&='\u2028\u2029]/g),
    // .NET, in capitals, quotes too.
    escaped(json.replaceAll('\\"', '\\u0022'), /[<>&'+`\u007f-\uffff]/g, true),
    JSON.stringify(json).slice(1, -1),
    JSON.stringify(ascii).slice(1, -1),
  ]
}

function escaped(json: string, what: RegExp, capitals = false): string {
  return json.replace(what, (char) => {
    const hex = char.charCodeAt(0).toString(16).padStart(4, '0')
    return `\\u${capitals ? hex.toUpperCase() : hex}`
  })
}

function percentForms(value: string): readonly string[] {
  const form = new URLSearchParams([['', value]]).toString().slice(1)
  if (!value.isWellFormed()) return [form, lowerPercent(form)]
  const percent = encodeURIComponent(value)
  // RFC 3986 section 2.3: nothing but letters, digits and -._~ stays.
  const strict = percent.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
  const forms = [percent, form, strict, strict.replaceAll('%20', '+'), strict.replaceAll('%2F', '/'), encodeURI(value), ...urlForms(value)]
  return forms.flatMap((one) => [one, lowerPercent(one)])
}

/** As the parts of a URL are written that each leave other characters as they are. One that says less than the value is none of its forms. */
function urlForms(value: string): readonly string[] {
  const address = new URL('https://host')
  address.password = value
  address.pathname = `/${value}`
  address.search = value
  address.hash = value
  return [address.password, address.pathname.slice(1), address.search.slice(1), address.hash.slice(1)].filter((form) => form.length >= value.length)
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
