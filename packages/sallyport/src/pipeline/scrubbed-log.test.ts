import { inspect } from 'node:util'
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

  it.each([
    ['under a symbol', () => Object.assign(new Error('x'), { [Symbol('headers')]: { authorization: [SECRET] } })],
    ['in the errors that an error joins', () => new AggregateError([new Error(SECRET)], 'all failed')],
    ['in headers', () => Object.assign(new Error('x'), { headers: new Headers({ authorization: SECRET }) })],
    ['in a request', () => Object.assign(new Error('x'), { deep: { request: new Request(`https://api.example/?key=${SECRET}`) } })],
    ['in what a promise settled to', () => Object.assign(new Error('x'), { value: Promise.resolve(SECRET) })],
    ['in a buffer', () => Object.assign(new Error('x'), { value: new TextEncoder().encode(SECRET).buffer })],
    ['in what an instance prints of itself', () => Object.assign(new Error('x'), { value: new (class { a = 1; [inspect.custom](): string { return SECRET } })() })],
  ])('gives a log no secret that is %s', (_name, cause) => {
    const text = inspect(logged({ cause: cause() }), { depth: 20 })
    expect(text).not.toContain(SECRET)
    expect(text).not.toContain(Buffer.from(SECRET).toString('hex').match(/../g)?.join(' '))
    expect(text).toContain('Error: ')
  })

  it('looks under the symbols of what is no error, too', () => {
    expect(inspect(logged({ cause: { [Symbol('a')]: SECRET } }))).not.toContain(SECRET)
  })

  it('changes nothing for who logs when the log fails', async () => {
    const scrubber = createScrubber()
    expect(scrubbedLog(() => { throw new Error('full') }, scrubber)(entry)).toBeUndefined()
    expect(scrubbedLog(() => Promise.reject(new Error('full')), scrubber)(entry)).toBeUndefined()
    await new Promise(setImmediate)
  })

  it('leaves out what it can not look through', () => {
    const cause = { get boom(): never { throw new Error(SECRET) } }
    expect(String(logged({ cause }).cause)).not.toContain(SECRET)
  })
})
