import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-opening-'))
const processes: ChildProcess[] = []
const says = (child: ChildProcess): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`a process ended with ${code}`))
    child.once('exit', ended)
    child.once('message', (said) => {
      child.off('exit', ended)
      resolve(said)
    })
  })

beforeAll(async () => {
  const execArgv = ['--conditions=@sallyport/source', '--no-warnings']
  for (let i = 0; i < 6; i++) processes.push(fork(new URL('./opening.fixture.ts', import.meta.url), [], { execArgv }))
  await Promise.all(processes.map(says))
})

afterAll(() => {
  for (const child of processes) child.kill()
  rmSync(folder, { recursive: true, force: true })
})

describe('processes that start at one moment', () => {
  it('all open a new file: SQLite tells some of them at once that it is locked', async () => {
    for (let file = 0; file < 60; file++) {
      const opened = processes.map(async (child) => {
        const said = says(child)
        child.send(join(folder, String(file)))
        return said
      })
      expect(await Promise.all(opened)).toEqual(processes.map(() => 'wal'))
    }
  })
})
