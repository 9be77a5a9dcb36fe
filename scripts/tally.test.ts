import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { env, root } from './run.ts'
import { countsOf, holes, leftBehind, linesOf, ranOn, sum, triedAgain } from './tally.ts'
import type { Tally } from './tally.ts'

const files = {
  'sound.test.js': `
    it('passes', () => {})
    let tries = 0
    it('passes at its second try', () => { if (++tries === 1) throw new Error('the first try') })
    it('fails', () => { throw new Error('each try\\nhas a second line') })
    it('goes without', (context) => context.skip('nothing answers'))
    describe.skip('Elsewhere (needs a server)', () => { it('one', () => {}); describe('inner', () => { it('two', () => {}) }) })
    describe('after a hook that throws', () => { beforeAll(() => { throw new Error('the hook') }); it('does not run', () => {}) })`,
  'broken.test.js': `throw new Error('the file')`,
  'late.test.js': `it('lets an error go', () => { void Promise.reject(new Error('nobody waits')) })`,
}

/** Runs Vitest itself over files, those above by default, and reads what the reporter wrote. */
function tallyOf(retry: number, over: Readonly<Record<string, string>> = files): { readonly tally: Tally; readonly exit: number | null } {
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-tally-'))
  try {
    for (const [name, text] of Object.entries(over)) writeFileSync(join(directory, name), text)
    const written = join(directory, 'tally.json')
    const args = ['run', '--root', directory, '--globals', `--retry=${retry}`, `--reporter=${join(root, 'scripts/tally-reporter.ts')}`]
    const { status } = spawnSync('vitest', args, { cwd: root, stdio: 'ignore', env: { ...env, SALLYPORT_TALLY: written } })
    return { tally: JSON.parse(readFileSync(written, 'utf8')) as Tally, exit: status }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

describe('the tally of a run', () => {
  it('with a second try: what passes at it is flaky by name, what fails again is failed', () => {
    const { tally, exit } = tallyOf(1)
    expect(exit).toBe(1)
    expect(tally.passed).toBe(3)
    expect(tally.flaky.map(({ file, name }) => [file, name])).toEqual([['sound.test.js', 'passes at its second try']])
    expect(tally.flaky[0]?.error).toContain('Error: the first try')
    expect(new Map(tally.failed.map(({ file, name, error }) => [`${file} > ${name}`, error.split('\n')[0]]))).toEqual(
      new Map([
        ['broken.test.js > (the file itself)', 'Error: the file'],
        ['sound.test.js > after a hook that throws', 'Error: the hook'],
        ['sound.test.js > fails', 'Error: each try'],
        ['(no file) > an error that nothing caught', 'Error: nobody waits'],
      ]),
    )
    expect(tally.failed).toHaveLength(4)
    expect(tally.skipped).toEqual([
      { file: 'sound.test.js', name: 'goes without', reason: 'nothing answers' },
      { file: 'sound.test.js', name: 'Elsewhere (needs a server) > one', reason: '' },
      { file: 'sound.test.js', name: 'Elsewhere (needs a server) > inner > two', reason: '' },
      { file: 'sound.test.js', name: 'after a hook that throws > does not run', reason: '' },
    ])
  })

  it('without one: what fails once is failed', () => {
    const { tally } = tallyOf(0)
    expect(tally.flaky).toEqual([])
    expect(tally.failed.map(({ name }) => name)).toContain('passes at its second try')
    expect(tally.passed).toBe(2)
  })
})

describe('a process that dies', () => {
  const dies = {
    'dies.test.js': `it('passes', () => {}); it('dies', () => process.kill(process.pid, 'SIGKILL')); it('comes after', () => {})`,
    'sound.test.js': `it('passes', () => {})`,
  }

  it('leaves its file behind, which is tried again: that it died is flaky, and what fails then is failed', () => {
    const { tally, exit } = tallyOf(0, dies)
    expect(exit).toBe(1)
    expect(tally.passed).toBe(1)
    expect(leftBehind(tally)).toEqual(['dies.test.js'])
    const failure = { file: 'dies.test.js', name: 'comes after', error: 'Error: it' }
    const again = triedAgain(tally, { passed: 2, failed: [failure], flaky: [], skipped: [] })
    expect(again).toEqual({ passed: 3, failed: [failure], flaky: [expect.objectContaining({ file: 'dies.test.js', error: expect.stringContaining('Worker') })], skipped: [] })
  })

  it('is no excuse for an error that nothing caught', () => {
    const { tally } = tallyOf(0, { ...dies, 'late.test.js': files['late.test.js'] })
    expect(leftBehind(tally)).toEqual([])
    expect(leftBehind({ passed: 1, failed: [], flaky: [], skipped: [{ file: 'a.test.ts', name: 'waits', reason: '' }] })).toEqual([])
  })
})

describe('what is told of it', () => {
  const tally = sum([
    {
      passed: 2,
      failed: [{ file: 'a.test.ts', name: 'block > fails', error: `Error: it\n${'    at x\n'.repeat(20)}` }],
      flaky: [{ file: 'a.test.ts', name: 'now and then', error: 'Error: once' }],
      skipped: [
        { file: 'a.test.ts', name: 'Valkey (needs VALKEY_URL or valkey-server on this machine) > one', reason: '' },
        { file: 'a.test.ts', name: 'Valkey (needs VALKEY_URL or valkey-server on this machine) > inner > two', reason: '' },
        { file: 'a.test.ts', name: 'Valkey (needs VALKEY_URL or valkey-server on this machine) > inner > three', reason: '' },
      ],
    },
    { passed: 1, failed: [], flaky: [], skipped: [{ file: 'b.test.ts', name: 'alone', reason: 'nothing answers' }] },
  ])

  it('names the skipped in one line a block, then the flaky, then the failed with the first lines of its error', () => {
    expect(linesOf(tally)).toEqual([
      'skipped: 3 in a.test.ts > Valkey (needs VALKEY_URL or valkey-server on this machine): one | inner: two; three',
      'skipped: 1 in b.test.ts (nothing answers): alone',
      'flaky: a.test.ts > now and then',
      '    Error: once',
      'failed: a.test.ts > block > fails',
      '    Error: it',
      ...Array.from({ length: 7 }, () => '        at x'),
    ])
  })

  it('counts in one line', () => {
    expect(countsOf(tally)).toBe('3 passed, 1 failed, 4 skipped')
  })

  it('knows which skips CI accepts', () => {
    expect(holes(tally.skipped)).toEqual([{ file: 'b.test.ts', name: 'alone', error: 'CI must not skip it. nothing answers' }])
  })
})

it('tells what failed on another Node from the same test on this one', () => {
  const test = { file: 'a.test.ts', name: 'adds', error: 'Error: 3' }
  const run: Tally = { passed: 1, failed: [test], flaky: [test], skipped: [{ file: 'b.test.ts', name: 'waits', reason: '' }] }
  const lines = linesOf(sum([run, ranOn('Node 22.13.0', run)]))
  expect(lines.filter((line) => line.includes('a.test.ts'))).toEqual([
    'flaky: a.test.ts > adds', 'flaky: Node 22.13.0: a.test.ts > adds', 'failed: a.test.ts > adds', 'failed: Node 22.13.0: a.test.ts > adds',
  ])
  // What is skipped for want of a server is one hole, wherever it is.
  expect(holes(sum([run, ranOn('Node 22.13.0', run)]).skipped)).toEqual(holes([...run.skipped, ...run.skipped]))
})
