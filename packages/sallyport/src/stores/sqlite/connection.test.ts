import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openConnection, positional } from './connection.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-connection-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('numbered parameters', () => {
  it.each([
    ['SELECT 1', 'SELECT 1', null],
    ['VALUES ($1, $2)', 'VALUES (?, ?)', null],
    ['VALUES ($2, $1)', 'VALUES (?, ?)', [1, 0]],
    ['VALUES ($1, $1, $10)', 'VALUES (?, ?, ?)', [0, 0, 9]],
  ])('%s are plain ones, in the order in which they stand', (sql, text, order) => {
    expect(positional(sql)).toEqual({ text, order })
  })

  it('are bound to what they name', () => {
    const connection = openConnection(join(folder, 'a.sqlite'), 'write')
    try {
      expect(connection.run('SELECT $2 AS b, $1 AS a, $2 AS again', ['one', 2]).rows).toMatchObject([{ a: 'one', b: 2, again: 2 }])
      expect(() => connection.run('SELECT $3 AS c', ['one'])).toThrow()
    } finally {
      connection.close()
    }
  })
})
