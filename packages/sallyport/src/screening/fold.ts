import { Compatibility } from './compatibility.ts'
import { HiddenCharacters } from './hidden.ts'
import { Units } from './units.ts'

/** What the table gives for a character that is left out. */
export const DROP = 1
/** What the table gives for a character that stands for others by NFKC: full-width, circled and other compatibility forms. */
export const COMPATIBILITY = 2

const TAG_HIGH = 0xdb40
const BLACK_FLAG_LOW = 0xdff4

// Letters of other scripts that pass for a Latin one (a part of Unicode TR 39's confusables: those of common fonts).
const LOOKALIKES =
  'аa еe оo рp сc уy хx іi јj ѕs һh ԁd ԛq ԝw кk мm тt нh вb ӏl ԍg ѵv αa οo νv ιi ρp τt υu κk εe ηn χx γy ωw σo βb μu ɑa ɡg ɩi ʟl ʀr ɴn ʏy ᴀa ᴄc ᴅd ᴇe ᴋk ᴍm ᴏo ᴘp ᴛt ᴜu ᴠv ᴡw ᴢz ıi ȷj øo łl đd ħh ŧt ßs æa œo ðd þt ɪi ʙb ʜh ꜱs ցg հh օo սu ոn զq ſs'

const DROPPED = [
  [0xad, 0xad], [0x300, 0x36f], [0x483, 0x489], [0x64b, 0x65f], [0x115f, 0x1160], [0x17b4, 0x17b5], [0x180b, 0x180f], [0x1ab0, 0x1aff],
  [0x1dc0, 0x1dff], [0x200b, 0x200f], [0x202a, 0x202e], [0x2060, 0x206f], [0x20d0, 0x20ff], [0x3164, 0x3164], [0xfe00, 0xfe0f],
  [0xfe20, 0xfe2f], [0xfeff, 0xfeff], [0xffa0, 0xffa0], [0xfff9, 0xfffb],
] as const

const COMPATIBILITY_FORMS = [
  [0x2b0, 0x2b8], [0x2e0, 0x2e4], [0x1100, 0x115e], [0x1161, 0x11ff], [0x1d2c, 0x1d6a], [0x1d9b, 0x1dbf], [0x2070, 0x209f], [0x2100, 0x214f], [0x2460, 0x24ff],
  [0x3099, 0x309a], [0x3131, 0x3163], [0x3165, 0x33ff],
  [0xf900, 0xfaff], [0xfb00, 0xfdff], [0xfe30, 0xfefe], [0xff01, 0xff9f], [0xffa1, 0xffee],
] as const

const CASED = [[0x41, 0x5a], [0xc0, 0x24f], [0x370, 0x3ff], [0x400, 0x52f], [0x531, 0x556], [0x1e00, 0x1fff]] as const

function build(): Uint16Array {
  const map = Uint16Array.from({ length: 0x10000 }, (_, code) => code)
  for (const [start, end] of CASED) {
    for (let code = start; code <= end; code++) map[code] = String.fromCharCode(code).toLowerCase().normalize('NFD').charCodeAt(0)
  }
  for (const pair of LOOKALIKES.split(' ')) map[pair.charCodeAt(0)] = pair.charCodeAt(1)
  // Capitals and accented letters of a look-alike lead to the same place.
  for (let code = 0x80; code < 0x2000; code++) map[code] = map[map[code] as number] as number
  for (const [start, end] of COMPATIBILITY_FORMS) map.fill(COMPATIBILITY, start, end + 1)
  for (const [start, end] of DROPPED) map.fill(DROP, start, end + 1)
  // Quotation marks, dashes, full stops and spaces as ASCII has them.
  for (const code of [0x2018, 0x2019, 0x201a, 0x201b, 0x2bc]) map[code] = 0x27
  for (const code of [0x201c, 0x201d, 0x201e, 0x201f, 0xab, 0xbb, 0x300c, 0x300d, 0x300e, 0x300f]) map[code] = 0x22
  for (const code of [0x3002, 0xff61, 0x964, 0x61f]) map[code] = 0x2e
  map[0x3001] = 0x2c
  // Full-width punctuation is everyday text in Chinese and Japanese. What begins a marker is left to NFKC.
  for (let code = 0xff01; code <= 0xff5e; code++) {
    const ascii = code - 0xfee0
    if (!/[A-Za-z0-9<|[#=%]/.test(String.fromCharCode(ascii))) map[code] = ascii
  }
  map.fill(0x2d, 0x2010, 0x2016)
  map.fill(0x20, 0x2000, 0x200b)
  map[0xa0] = map[0x3000] = map[0x202f] = map[0x205f] = 0x20
  return map
}

let table: Uint16Array | undefined

/** The folding table over UTF-16 units; made at first use. */
export function foldTable(): Uint16Array {
  return (table ??= build())
}

let keptCase: Uint16Array | undefined

/** The same with ASCII in its own case. Up to `COMPATIBILITY` are what is not simply replaced, and halves of pairs that may not be. */
function foldKeepingCase(): Uint16Array {
  if (keptCase === undefined) {
    keptCase = foldTable().slice()
    for (let code = 0; code < 0x80; code++) keptCase[code] = Math.max(code, COMPATIBILITY + 1)
    for (const high of [0xd835, 0xd83c, TAG_HIGH]) keptCase[high] = COMPATIBILITY
  }
  return keptCase
}

/** True where a pair of surrogates is a compatibility letter, a tag or a variation selector, which the table can't fold by one unit. */
function isHiddenPair(high: number, low: number): boolean {
  return low >= 0xdc00 && low <= 0xdfff && (high === 0xd835 || high === TAG_HIGH || (high === 0xd83c && low >= 0xdd00 && low < 0xdd90))
}

/**
 * Makes the one normalised copy of a text: compatibility forms as NFKC has them, diacritics, look-alikes, invisible and bidirectional
 * characters. ASCII keeps its case, for what is encoded in it. Returns what it left out; undefined when there was nothing but
 * what one character replaces.
 *
 * It goes by one character after another, so that it is linear: `String.prototype.normalize` sorts combining marks, which takes
 * seconds for a text of some hundred thousand of them. What stands for more than three characters stays as it is.
 */
export function fold(text: string, into: Units): HiddenCharacters | undefined {
  const plain = into.take(text)
  return plain === text.length ? undefined : foldFrom(plain, into)
}

/** From the first character beyond ASCII, in place. */
function foldFrom(from: number, into: Units): HiddenCharacters | undefined {
  const map = foldKeepingCase()
  const { data, size } = into
  for (let i = from; i < size; i++) {
    const code = data[i] as number
    // Nothing replaces a Chinese character, and looking up thousands of them would fill the processor's cache.
    if (code < 0x80 || (code >= 0x3400 && code <= 0x9fff)) continue
    const to = map[code] as number
    if (to > COMPATIBILITY) data[i] = to
    else if (code !== 0xd83c || isHiddenPair(code, data[i + 1] as number)) return foldForms(i, into)
  }
  return undefined
}

let compatibility: Compatibility | undefined
/** Forms that stand for two or three characters are spelled out as long as the copy is longer than the text by no more than a quarter and this. */
const SPELLED_OUT = 64

/** The text as it was. One serves every call: folding is synchronous and does not call out. */
const unfolded = new Units()

/** From the first character that others replace, or none. */
function foldForms(from: number, into: Units): HiddenCharacters {
  const map = foldKeepingCase()
  const forms = (compatibility ??= new Compatibility())
  const hidden = new HiddenCharacters()
  const length = into.size
  const source = unfolded.reserve(length)
  source.set(into.data.subarray(0, length))
  const room = (length >> 2) + SPELLED_OUT
  const data = into.reserve(length + room, from)
  let size = from
  for (let i = from; i < length; i++) {
    let code = 0
    let to = 0
    for (; i < length; i++) {
      code = source[i] as number
      if (code >= 0x80) {
        to = map[code] as number
        if (to <= COMPATIBILITY) break
        code = to
      }
      data[size++] = code
    }
    if (i === length) break
    const before = size > 0 ? (data[size - 1] as number) : 0
    if (to === DROP) {
      hidden.note(code, before, i)
      continue
    }
    let low = 0
    if (code >= 0xd800 && code < 0xdc00) {
      low = i + 1 < length ? (source[i + 1] as number) : 0
      if (!isHiddenPair(code, low)) {
        data[size++] = code
        continue
      }
      i++
      if (code === TAG_HIGH) {
        // Tags after a black flag are the flag of a region.
        if (before !== BLACK_FLAG_LOW) hidden.noteTag(low, before, i >> 1)
        continue
      }
    }
    size = forms.put(data, size, code, low, i + 1 + room)
  }
  into.end(size)
  return hidden
}

/** Adds one character, folded, where there is room for four units; a space for what is none. Returns the new size. */
export function foldOne(point: number, data: Uint16Array, size: number): number {
  if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
    data[size] = 0x20
    return size + 1
  }
  const unit = point < 0x10000 ? point : 0xd7c0 + (point >> 10)
  const low = point < 0x10000 ? 0 : 0xdc00 | (point & 0x3ff)
  const to = foldKeepingCase()[unit] as number
  if (low === 0 ? to > COMPATIBILITY : !isHiddenPair(unit, low)) {
    data[size] = low === 0 ? to : unit
    if (low === 0) return size + 1
    data[size + 1] = low
    return size + 2
  }
  return to === DROP || unit === TAG_HIGH ? size : (compatibility ??= new Compatibility()).put(data, size, unit, low, data.length)
}
