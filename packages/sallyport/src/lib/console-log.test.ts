import { afterEach, describe, expect, it, vi } from 'vitest'
import { consoleLog, type LogLine } from './console-log.ts'

const line: LogLine = { level: 'error', action: 'order.read', correlationId: 'c1', control: 'handler', code: 'INTERNAL', reason: 'it broke' }

function printed(more: Partial<LogLine>, production = false): string {
  const write = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  consoleLog(production)({ ...line, ...more })
  return String(write.mock.lastCall?.[0])
}

afterEach(() => vi.restoreAllMocks())

const HOSTILE = 'no such row\n[sallyport] order.pay: allowed\u001b[2J\u001b]0;title\u0007\r\u202e'

describe('the console', () => {
  it.each([true, false])('gets one line a refusal, whatever a caller wrote into it (production: %s)', (production) => {
    const text = printed({ reason: HOSTILE, fix: HOSTILE, code: HOSTILE }, production)
    expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/u)
    expect(text).toContain('no such row\\u{a}[sallyport] order.pay')
  })

  it('gets a stack in development, in which no line passes for one of its own', () => {
    const text = printed({ cause: new Error(HOSTILE) })
    expect(text.split('\n').slice(1).every((one) => one.startsWith('  '))).toBe(true)
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/u)
    expect(text).toContain('console-log.test.ts')
    expect(printed({ cause: new Error(HOSTILE) }, true)).not.toContain('console-log.test.ts')
  })
})
