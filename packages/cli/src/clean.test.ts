import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { check } from '@sallyport/check'
import { afterAll, describe, expect, test } from 'vitest'
import { toTable } from './check/table.ts'
import { clean } from './clean.ts'
import { table } from './identities/table.ts'
import type { ScanFinding } from './scan/finding.ts'
import { writeReport } from './scan/reports.ts'

const HOSTILE = '\u001b[2J\u001b]0;title\u0007\n::error::forged\r\u202e'
const root = mkdtempSync(join(tmpdir(), 'sallyport-clean-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** Colours are the command's own: what else steers a terminal is not. */
const expectCalm = (text: string): void => {
  expect(text.replace(/\u001b\[\d+m/g, '')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/u)
  expect(text).not.toMatch(/^::error/m)
  expect(text).toContain('::error::forged')
}

describe('what files are called and say does not steer the terminal', () => {
  test.each([Infinity, 80])('in a table %s wide', (columns) => {
    mkdirSync(join(root, 'app'), { recursive: true })
    writeFileSync(join(root, 'app', `${HOSTILE}.ts`), "'use server'\nexport async function remove(id: string) { await prisma.user.delete({ where: { id } }) }\n")
    expectCalm(toTable(check({ root }), true, columns))
  })

  test('in the report of a scan', () => {
    const finding: ScanFinding = {
      ruleId: 'r', description: 'A key', file: `src/${HOSTILE}.ts`, startLine: 1, endLine: 1, startColumn: 1, endColumn: 2, secret: 'ab', line: `ab ${HOSTILE}`, entropy: 1,
      commit: { id: 'c'.repeat(40), author: HOSTILE, email: '', date: '2026-01-01', message: '' },
    }
    expectCalm(writeReport([finding], 'text', true, '1'))
    expectCalm(writeReport([finding], 'text', false, '1'))
  })

  test('in the table of identities', () => {
    expectCalm(table([{ id: 'bot', kind: 'agent', state: 'active', owner: 'ann', lastUsedAt: null, credentials: [], ceiling: [], purpose: HOSTILE } as unknown as Parameters<typeof table>[0][number]]))
  })

  test('and says where something was', () => {
    expect(clean('a\tb\u200fc')).toBe('a\ufffdb\ufffdc')
  })
})
