import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { divide } from './crew.ts'
import { ScanEngine } from './engine.ts'
import { handFor } from './hand.ts'
import { rulesOf, type Layer } from './rules.ts'
import type { Found, Portion, Task } from './task.ts'

// Put together at run time, so that a scan of this repository has nothing to find in its tests.
const TOKEN = `gh${'p_'}A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8`
const KNOWN = 'kq83-Zpl0-77ty-mmx'
const LAYERS: readonly Layer[] = [{ rules: [{ id: 'internal', regex: 'internal-id:[0-9]{4}' }] }]
const ENDS = new URL('./thread-that-ends.fixture.ts', import.meta.url)
/** Held up for ever: only another thread can go on. */
const NEVER = new Promise<Found>(() => {})
const NOTHING: Found = { findings: [], scanned: 1, cutShort: [], unread: [] }

let root = ''
beforeEach(() => { root = mkdtempSync(join(tmpdir(), 'sallyport-crew-')) })
afterEach(() => rmSync(root, { recursive: true, force: true }))

function fileTask(): { readonly task: Task; readonly portions: readonly Portion[] } {
  const portions = Array.from({ length: 30 }, (_, at) => [`${at}.txt`])
  for (const [at, [file = '']] of portions.entries()) writeFileSync(join(root, file), [`plain ${at}`, TOKEN, KNOWN, `internal-id:${1000 + at}`][at % 4] as string)
  return { task: { kind: 'files', root, layers: LAYERS, known: new Map([['KEY', KNOWN]]), maxBytes: 1000 }, portions }
}
function here(task: Task): (portion: Portion) => Found | Promise<Found> {
  const rules = rulesOf(task.layers)
  return handFor(task, rules, new ScanEngine(rules, task.known))
}
/** A promise, and what fulfils it. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => { open = resolve })
  return { opened, open }
}
const anyTask = (how: string): Task => ({ kind: 'files', root: how, layers: [], known: new Map(), maxBytes: 1 })

describe('a task that threads divide', () => {
  it('gives what one thread gives, in the same order, whoever did it', async () => {
    const { task, portions } = fileTask()
    const alone = await divide(task, portions, here(task), { threads: 1 })
    // This thread is held up at its first portion until the others have done what is left.
    const { opened, open } = gate()
    let done = 0
    const slow = async (portion: Portion): Promise<Found> => {
      await opened
      return here(task)(portion)
    }
    const together = await divide(task, portions, slow, { threads: 3, onFound: () => { if (++done === portions.length - 1) open() } })
    expect(together).toEqual(alone)
    expect(alone.flatMap(({ findings }) => findings.map(({ ruleId }) => ruleId)).slice(0, 4)).toEqual(['github-pat', 'known-value', 'internal', 'github-pat'])
  })

  it('ends without waiting for a thread that comes when nothing is left', async () => {
    const found = await divide(anyTask(''), [['a']], () => NOTHING, { threads: 2, file: new URL('data:text/javascript,for(;;);') })
    expect(found).toEqual([NOTHING])
  })

  it.each([
    ['exits with 3', 'a thread of the scan ended before it was done (3)'],
    ['exits with 0', 'a thread of the scan ended before it was done (0)'],
    ['throws', 'a thread of the scan failed: out of luck'],
  ])('fails where a thread %s with a portion in its hands', async (how, reason) => {
    await expect(divide(anyTask(how), [['a'], ['b'], ['c']], () => NEVER, { threads: 2, file: ENDS })).rejects.toThrow(reason)
  })

  it('fails with what a thread says, and does the next task', async () => {
    const { task, portions } = fileTask()
    // There is no repository: the other thread's git fails.
    await expect(divide({ ...task, kind: 'commits' }, portions, () => NEVER, { threads: 2 })).rejects.toThrow('git log')
    expect(await divide(task, portions, here(task), { threads: 2 })).toHaveLength(portions.length)
  })

  it('fails with what this thread says', async () => {
    await expect(divide(anyTask(''), [['a'], ['b']], () => { throw new TypeError('no disk') }, { threads: 2, file: new URL('data:text/javascript,for(;;);') })).rejects.toThrow('no disk')
  })
})
