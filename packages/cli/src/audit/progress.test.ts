import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { progress } from './progress.ts'

/** What a terminal is sent. */
function terminal(interactive: boolean): { readonly bar: ReturnType<typeof progress>; readonly seen: () => string } {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 100 })
  return { bar: progress({ interactive }, 'entries', stream), seen: () => String(stream.read() ?? '') }
}

const SHOWN = '\u001b[?25h'

describe('the progress bar', () => {
  it('is drawn for long work, and leaves the terminal with its cursor', () => {
    const { bar, seen } = terminal(true)
    bar.update(256, 50_000)
    const drawn = seen()
    expect(drawn).toContain('256/50000 entries')
    expect(drawn).not.toContain(SHOWN)
    bar.update(50_256, 50_000)
    bar.stop()
    const end = seen()
    expect(end).toContain(SHOWN)
    expect(end).not.toContain('50256')
  })

  it('is not drawn for short work, nor where nobody watches', () => {
    const short = terminal(true)
    short.bar.update(256, 19_999)
    short.bar.stop()
    expect(short.seen()).not.toContain('entries')
    const unseen = terminal(false)
    unseen.bar.update(256, 50_000)
    unseen.bar.stop()
    expect(unseen.seen()).toBe('')
  })
})
