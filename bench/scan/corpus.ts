import { FORMATS, ORDINARY } from './formats.ts'

/** One text that a scanner is shown. */
export interface Sample {
  readonly text: string
  /** The rule that should find something; none for a text that is clean. */
  readonly rule?: string
}

const ALPHABETS: Readonly<Record<string, string>> = {
  a: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', h: '0123456789abcdef', H: '0123456789ABCDEF', l: 'abcdefghijklmnopqrstuvwxyz0123456789',
  U: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789', A: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', w: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
  b: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', d: '0123456789', q: 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L', G: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567',
}
const WRAPPINGS: readonly ((line: string) => string)[] = [
  (line) => line,
  (line) => `# settings\nexport ${line}\nexport OTHER=1\n`,
  (line) => `{"note": "x", "value": ${JSON.stringify(line)}}`,
]

/** A generator with a seed, so that every run has the same corpus. */
export function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** Fills a format in: random characters, or what `fill` gives for the length of each part. */
export function fillIn(format: string, random: () => number, fill?: (alphabet: string, length: number) => string): string {
  const pick = (alphabet: string, length: number): string => {
    if (fill !== undefined) return fill(alphabet, length)
    let text = ''
    for (let i = 0; i < length; i++) text += alphabet[Math.floor(random() * alphabet.length)]
    // What issuers give out begins and ends with a letter or a digit.
    return text.replace(/^[-_]/, 'x').replace(/[-_]$/, 'y')
  }
  return format
    .replaceAll('{uuid}', () => [8, 4, 4, 4, 12].map((length) => pick(ALPHABETS['h'] ?? '', length)).join('-'))
    .replace(/\{([ahHlUAwbdqG])(\d+)\}/g, (_, alphabet: string, length: string) => pick(ALPHABETS[alphabet] ?? '', Number(length)))
}

/**
 * True examples of each format, and near misses: the same with its random part left out, cut off after three characters, as x's,
 * and as words that say "put it here".
 */
export function corpus(seed = 7): { readonly positives: readonly Sample[]; readonly negatives: readonly Sample[] } {
  const random = generator(seed)
  const positives: Sample[] = []
  const negatives: Sample[] = []
  const isLong = (format: string): boolean => /\{(?:uuid|[a-zA-Z2](?:1[4-9]|[2-9]\d|\d{3}))\}/.test(format)
  for (const [rule, ...formats] of FORMATS) {
    formats.forEach((format, index) => {
      for (let i = 0; i < 3; i++) positives.push({ rule, text: (WRAPPINGS[(i + index) % WRAPPINGS.length] as (line: string) => string)(fillIn(format, random)) })
      negatives.push({ text: fillIn(format, random, (_, length) => 'x'.repeat(length)) })
      if (isLong(format)) negatives.push({ text: fillIn(format, random, () => '…') })
      if (isLong(format)) negatives.push({ text: fillIn(format, random, () => '<your-token>') })
    })
  }
  for (const text of ORDINARY) for (let i = 0; i < (text.includes('{') ? 3 : 1); i++) negatives.push({ text: fillIn(text, random) })
  return { positives, negatives }
}
