import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AuditEvent } from 'sallyport/audit'
import { countLog } from './evidence.ts'
import { reportCommand } from './command.ts'
import { mappings } from './standards.ts'
import type { AuditHost } from '../audit/host.ts'

const facts = { action: 'order.update', definitionHash: 'x', environment: 'test', transport: 'action', passed: ['origin', 'authentication'], version: '0' }
const events: AuditEvent[] = [
  { kind: 'intent', id: '1', time: 1_000, facts },
  { kind: 'outcome', id: '1', time: 2_000, outcome: 'success', durationMs: 1 },
  { kind: 'outcome', id: '2', time: 3_000, outcome: 'refused', control: 'authorization', durationMs: 1, facts, suppressed: 2 },
]

describe('the report', () => {
  let root: string
  const out: string[] = []
  const err: string[] = []
  let code = -1
  const host: AuditHost = {
    out: async (text) => void out.push(text), err: (text) => void err.push(text), exit: (given) => void (code = given),
    interactive: false, environment: {}, now: () => Date.parse('2026-11-22T00:00:00Z'), wait: async () => {}, interrupted: () => false,
  }
  const run = async (...args: string[]): Promise<string> => {
    out.length = err.length = 0
    await reportCommand(host).parseAsync(args, { from: 'user' })
    return out.join('')
  }
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'sallyport-report-'))
    mkdirSync(join(root, 'app'))
    writeFileSync(join(root, 'app/actions.ts'), `'use server'
import { createPort } from 'sallyport'
const port = createPort({ name: 'shop' })
export const contact = port.define('contact').noInput().public('a form for visitors').waive('projection', 'returns nothing at all').action(async () => {})
`)
  })
  afterEach(() => rmSync(root, { recursive: true }))

  it('counts the log per control, sampled refusals included', async () => {
    const log = await countLog((async function* () { yield* events })())
    expect(log).toMatchObject({ events: 3, intents: 1, outcomes: { success: 1, refused: 3 }, controls: { authentication: { passed: 2, refused: 0 }, authorization: { refused: 3 } } })
    expect(log.from).toBe('1970-01-01T00:00:01.000Z')
  })

  it('shows waivers with their reasons, and never says that something complies', async () => {
    const text = await run(root, '--no-log')
    expect(code).toBe(0)
    expect(text).toContain('a form for visitors')
    expect(text).toContain('returns nothing at all')
    expect(text).toContain('PR.AA-05')
    expect(text).not.toMatch(/complies|compliant/i)
    expect(text).not.toContain(root)
  })

  it('is JSON and HTML too', async () => {
    expect(JSON.parse(await run(root, '--no-log', '-f', 'json'))).toMatchObject({ made: '2026-11-22', entryPoints: 1 })
    expect(await run(root, '--no-log', '-f', 'html')).toMatch(/^<!doctype html>[\s\S]*default-src 'none'/)
  })

  it('does without a log that nobody named, and fails where a named one is not there', async () => {
    expect(await run(root, '--db', join(root, 'gone.sqlite'))).toBe('')
    expect(code).toBe(2)
    expect(err.join('')).toContain('there is no log')
  })

  it('maps every control to identifiers of the right form', () => {
    for (const mapping of Object.values(mappings)) {
      expect(mapping.csf.length).toBeGreaterThan(0)
      for (const id of mapping.nhi) expect(id).toMatch(/^NHI(?:[1-9]|10):2025$/)
      for (const id of mapping.csf) expect(id).toMatch(/^PR\.(?:AA|DS|PS|IR)-\d\d$/)
      for (const id of mapping.asvs) expect(id).toMatch(/^\d+\.\d+\.\d+$/)
    }
  })
})
