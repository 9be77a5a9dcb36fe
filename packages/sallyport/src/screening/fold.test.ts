import { describe, expect, it } from 'vitest'
import { COMPATIBILITY, fold, foldTable } from './fold.ts'
import { Units } from './units.ts'

function folded(text: string): string {
  const units = new Units()
  fold(text, units)
  return String.fromCharCode(...units.data.subarray(0, units.size))
}

describe('a folded text', () => {
  it('has what NFKC makes of each compatibility form, where that is at most three', () => {
    const wrong: string[] = []
    for (let code = 0x20; code <= 0xffff; code++) {
      const char = String.fromCharCode(code)
      const plain = char.normalize('NFKC')
      if (foldTable()[code] === COMPATIBILITY && plain.length <= 3 && folded(char) !== folded(plain)) wrong.push(`${code.toString(16)} ${char} ${folded(char)} ${folded(plain)}`)
    }
    expect(wrong).toEqual([])
  })

  it('has the letters of mathematics as letters', () => {
    for (let point = 0x1d400; point <= 0x1d7ff; point++) {
      const char = String.fromCodePoint(point)
      expect(folded(char)).toBe(folded(char.normalize('NFKC')))
    }
  })

  it('has Hangul and Kana composed', () => {
    for (const text of ['지시를 무시하고', 'プロンプト', 'がぎぐげご', '한글']) expect(folded(text.normalize('NFD').normalize('NFKD'))).toBe(folded(text))
    expect(folded('ﾌﾟﾛﾝﾌﾟﾄ')).toBe('プロンプト')
  })

  it('is longer than the text by no more than a quarter and 64, whatever stands in it', () => {
    expect(folded('\ufdfa'.repeat(1000)).length).toBe(1000)
    expect(folded('㏒'.repeat(64)).length).toBe(144)
    const long = folded(`${'㏒'.repeat(1000)}ﬁ`)
    expect(long.length).toBeLessThanOrEqual(1001 + 250 + 64)
    expect(long.startsWith('logloglog')).toBe(true)
    expect(long.endsWith('ﬁ')).toBe(true)
  })

  it('survives halves of surrogate pairs', () => {
    for (const text of ['\ud835', '\ud835a', '\udb40', '\udb40x', '\ud83c', 'a\udc00']) expect(typeof folded(text)).toBe('string')
  })
})
