// Ordinary text, and documents with secrets planted at known places. Everything comes from a seed.

export type Random = () => number

/** mulberry32: the same numbers on every machine. */
export function random(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let value = Math.imul(state ^ (state >>> 15), 1 | state)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296
  }
}

const WORDS = `the of and to a in is that for it as was with be by on not he his but at are this have from or had an they which one you were her all she there would their we him been has when who will more no if out so said what up its about into than them can only other new some could time these two may then do first any my now such like our over man me even most made after also did many before must through years where much your way well down should because each just those people how too little state good very make world still own see men work long get here between both life being under never day same another know while last might us great old year off come since against go came right used take three himself few house use during without again place american around however home small found thought went say part once general high upon school every does got united left number course war until always away something fact though water less public put think almost hand enough far took head yet government system better set told nothing night end why called didn't eyes find going look asked later knew point next program city business give group toward young days let room word side social given present several order national second possible rather per face among form important often things looked early white case large big need four within felt along children saw best church ever least power development light thing seemed family interest want members mind country area others done turned although open service certain kind problem began different door thus help means matter sense whole perhaps itself god york law human line above times example company hands local show five history whether gave either act feet across past quite taken anything having death really week experience words car body support customer invoice delivery refund account request response server model token stream function value string index return message error please thanks happy regarding attached schedule meeting project update question answer`.split(' ')

const MARKS = ['. ', '. ', ', ', ', ', ', ', '? ', '! ', ': ', ' (see below) ', '; ', '.\n', '.\n\n- ', ' "quoted" ', ' in 2024, ', ' 3.5% of ', ' #42 ', ' `const x = y[0]` ', ' https://example.com/docs/page ', ' state-of-the-art ', ' user_id ', " it's "]

/** English-like prose with the punctuation, numbers and bits of code that a model's answer has. */
export function prose(length: number, next: Random): string {
  let out = ''
  let start = true
  while (out.length < length) {
    // The square favours the front of the list: common words are common.
    const word = WORDS[Math.floor(next() ** 2 * WORDS.length)]!
    out += start ? word[0]!.toUpperCase() + word.slice(1) : word
    start = false
    if (next() < 0.14) {
      const mark = MARKS[Math.floor(next() * MARKS.length)]!
      out += mark
      start = /[.?!\n]/.test(mark[0]!)
    } else out += ' '
  }
  // Through bytes, so that it is one flat string as it comes from a decoder.
  return Buffer.from(out.slice(0, length), 'latin1').toString('latin1')
}

/** Cuts into flat chunks of one size. */
export function cut(text: string, size: number): string[] {
  const chunks: string[] = []
  for (let i = 0; i < text.length; i += size) chunks.push(Buffer.from(text.slice(i, i + size), 'utf8').toString('utf8'))
  return chunks
}

const ALNUM = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

export function letters(count: number, next: Random, alphabet: string = ALNUM): string {
  let out = ''
  for (let i = 0; i < count; i += 1) out += alphabet[Math.floor(next() * alphabet.length)]!
  return out
}

const HEX = '0123456789abcdef'
const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Makers of secrets in forms that are documented by who issues them: text before, what is redacted, text after. */
const MAKERS: readonly ((next: Random) => readonly [before: string, secret: string, after: string])[] = [
  (next) => ['', `ghp_${letters(36, next)}`, ''],
  (next) => ['', `github_pat_${letters(22, next)}_${letters(59, next)}`, ''],
  (next) => ['', `AKIA${letters(16, next, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`, ''],
  (next) => ['', `sk-proj-${letters(74, next)}T3BlbkFJ${letters(74, next)}`, ''],
  (next) => ['', `sk-ant-api03-${letters(93, next)}AA`, ''],
  (next) => ['', `xoxb-${letters(12, next, '0123456789')}-${letters(13, next, '0123456789')}-${letters(24, next)}`, ''],
  (next) => ['', `glpat-${letters(20, next)}`, ''],
  (next) => ['', `npm_${letters(36, next)}`, ''],
  (next) => ['', `sk_live_${letters(24, next)}`, ''],
  (next) => ['', `AIza${letters(35, next)}`, ''],
  (next) => ['', `SG.${letters(22, next)}.${letters(43, next)}`, ''],
  (next) => ['', `hf_${letters(34, next, ALNUM.slice(0, 52))}`, ''],
  (next) => ['', `dop_v1_${letters(64, next, HEX)}`, ''],
  (next) => ['', `${base64url({ alg: 'HS256', typ: 'JWT' })}.${base64url({ sub: letters(12, next), exp: 1900000000 })}.${letters(43, next)}`, ''],
  (next) => ['postgres://app:', letters(18, next), '@db.internal:5432/shop'],
  (next) => ['-'.repeat(0), `-----BEGIN PRIVATE KEY-----\n${Array.from({ length: 6 }, () => letters(64, next)).join('\n')}\n-----END PRIVATE KEY-----`, ''],
]

/** Known values as an application has them. */
export function knownSecrets(count: number, next: Random): Record<string, string> {
  const secrets: Record<string, string> = {}
  for (let i = 0; i < count; i += 1) secrets[`SECRET_${i}`] = letters(24 + Math.floor(next() * 24), next)
  return secrets
}

export interface Planted {
  readonly text: string
  /** The text as it should come out. */
  readonly expected: string
  readonly secrets: readonly string[]
}

/** A document with secrets planted between words. */
export function document(next: Random, known: readonly string[], pieces: number, size = 60): Planted {
  let text = ''
  let expected = ''
  const secrets: string[] = []
  for (let i = 0; i < pieces; i += 1) {
    const ordinary = `${prose(10 + Math.floor(next() * size), next).trimEnd()} `
    const [before, secret, after] = next() < 0.3 && known.length > 0 ? ['', encoded(known[Math.floor(next() * known.length)]!, next), ''] : MAKERS[Math.floor(next() * MAKERS.length)]!(next)
    const end = [' ', '. ', ',\n', '" ', ') '][Math.floor(next() * 5)]!
    text += ordinary + before + secret + after + end
    expected += `${ordinary}${before}[REDACTED]${after}${end}`
    secrets.push(secret)
  }
  return { text, expected, secrets }
}

function encoded(value: string, next: Random): string {
  const bytes = Buffer.from(value)
  const forms = [value, bytes.toString('hex'), bytes.toString('hex').toUpperCase(), bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url')]
  return forms[Math.floor(next() * forms.length)]!
}

/** A random chunking: some small, some large, empty ones too. */
export function chunking(text: string, next: Random): string[] {
  const chunks: string[] = []
  const scale = 1 + Math.floor(next() ** 3 * 400)
  for (let at = 0; at < text.length; ) {
    const size = Math.floor(next() * scale * 2)
    chunks.push(text.slice(at, at + size))
    at += size
  }
  return chunks
}
