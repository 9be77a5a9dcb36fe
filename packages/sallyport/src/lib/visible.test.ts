import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { visible, VISIBLE_GROWTH, visibleIn } from './visible.ts'

describe('visible', () => {
  it('writes out what can not be seen, and leaves what can', () => {
    expect(visible('pay\u202E001\u200B\u2066x\uFEFF\u00AD\u{E0041}\uFE0F\n')).toBe('pay\\u{202e}001\\u{200b}\\u{2066}x\\u{feff}\\u{ad}\\u{e0041}\\u{fe0f}\\u{a}')
    expect(visible('Préis: £5 — 価格 😀')).toBe('Préis: £5 — 価格 😀')
  })

  it('grows no text by more than it says', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => visible(text).length <= VISIBLE_GROWTH * text.length))
    expect(visible('\u202E\uD800')).toHaveLength(2 * VISIBLE_GROWTH)
  })

  it('goes through a value, keys and all', () => {
    expect(visibleIn({ 'a\u200B': ['b\u200B', 7, null, { c: true }] })).toEqual({ 'a\\u{200b}': ['b\\u{200b}', 7, null, { c: true }] })
  })
})
