import { describe, expect, it } from 'vitest'
import { limitHeaders } from './limit-headers.ts'

/** What the draft allows: a list of strings, each with its parameters. */
const ITEM = (parameters: string): RegExp => new RegExp(`^"[\\w-]+"${parameters}(, "[\\w-]+"${parameters})*$`)

describe('limitHeaders', () => {
  const headers = limitHeaders([
    { name: 'address', limit: 300, remaining: 299, resetMs: 64_001 },
    { name: 'concurrency', limit: 2, remaining: 0, resetMs: 0 },
    { name: 'principal', limit: 1e300, remaining: -3.5, resetMs: 0 },
    { name: 'no "name', limit: 1, remaining: 1, resetMs: 0 },
  ])

  it('are structured fields: quota and unit of each policy, what is left of it and in how many seconds it is back', () => {
    expect(headers).toEqual({
      'ratelimit-policy': '"address";q=300, "concurrency";q=2;qu="concurrent-requests", "principal";q=999999999999999',
      ratelimit: '"address";r=299;t=65, "concurrency";r=0, "principal";r=0;t=0',
    })
    expect(headers['ratelimit-policy']).toMatch(ITEM(String.raw`;q=\d{1,15}(;qu="[\w-]+")?`))
    expect(headers['ratelimit']).toMatch(ITEM(String.raw`;r=\d{1,15}(;t=\d{1,15})?`))
  })

  it('are absent where nothing was limited', () => {
    expect(limitHeaders(undefined)).toEqual({})
    expect(limitHeaders([])).toEqual({})
  })
})
