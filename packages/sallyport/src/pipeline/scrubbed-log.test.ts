import { describe, expect, it } from 'vitest'
import { createScrubber } from '../scrub/scrubber.ts'
import type { LogEntry } from './runtime.ts'
import { scrubbedLog } from './scrubbed-log.ts'

const SECRET = 'zq7-Kd82_mN4vX9pL1wR'
const entry: LogEntry = { level: 'error', action: 'order.read', correlationId: 'c1', control: 'handler', code: 'INTERNAL', reason: 'it broke' }

function logged(more: Partial<LogEntry>): LogEntry {
  const entries: LogEntry[] = []
  scrubbedLog((given) => void entries.push(given), createScrubber({ secrets: { API_KEY: SECRET } }))({ ...entry, ...more })
  return entries[0] as LogEntry
}

describe('scrubbedLog', () => {
  it('gives a log no secret: not in the reason, nor in what was thrown, its stack, causes and properties', () => {
    const cause = Object.assign(new Error(`connect ${SECRET}`, { cause: new TypeError(SECRET) }), { detail: { query: `key=${SECRET}` } })
    const given = logged({ reason: `it broke: ${SECRET}`, fix: SECRET, cause })
    const shown = given.cause as typeof cause
    expect(shown).toBeInstanceOf(Error)
    expect(shown.cause).toBeInstanceOf(TypeError)
    for (const text of [given.reason, given.fix, shown.message, shown.stack, (shown.cause as Error).message, (shown.cause as Error).stack, JSON.stringify(shown.detail)]) {
      expect(text).not.toContain(SECRET)
    }
    // The error itself is the application's: it stays as it is.
    expect(cause.message).toContain(SECRET)
  })

  it('gives what is clean as it is', () => {
    const cause = new Error('nothing in it')
    expect(logged({ cause })).toEqual({ ...entry, cause })
    expect(logged({ cause }).cause).toBe(cause)
    expect(logged({})).toEqual(entry)
  })

  it('leaves out what it can not look through', () => {
    const cause = { get boom(): never { throw new Error(SECRET) } }
    expect(String(logged({ cause }).cause)).not.toContain(SECRET)
  })
})
