import { describe, expect, it } from 'vitest'
import { visible } from './visible.ts'

describe('visible', () => {
  it('writes out what can not be seen, and leaves what can', () => {
    expect(visible('pay\u202E001\u200B\u2066x\uFEFF\u00AD\u{E0041}\uFE0F\n')).toBe('pay\\u{202e}001\\u{200b}\\u{2066}x\\u{feff}\\u{ad}\\u{e0041}\\u{fe0f}\\u{a}')
    expect(visible('Préis: £5 — 価格 😀')).toBe('Préis: £5 — 価格 😀')
  })
})
