import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, createReadStream, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HOOK_FILE } from './hook.ts'

// Put together at run time, so that a scan of this repository has nothing to find in its tests.
const TOKEN = `gh${'p_'}A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8`
const BIN = fileURLToPath(new URL('../bin.ts', import.meta.url))
const WORKFLOW = fileURLToPath(new URL('../../templates/scan.yml', import.meta.url))
const VERSION = (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { readonly version: string }).version
const DOCS = fileURLToPath(new URL('../../../../docs/scan.md', import.meta.url))

let root = ''
let tools = ''
const write = (file: string, text: string): void => {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}
/** An executable in a folder: the command that the application has installed, or a gitleaks that is on the path. */
function program(folder: string, name: string, script: string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`)
  chmodSync(join(folder, name), 0o755)
}
interface Run { readonly status: number | null; readonly out: string }
function run(command: string, args: readonly string[], folder = root): Run {
  const env = { ...process.env, PATH: `${tools}${delimiter}${process.env['PATH'] ?? ''}`, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' }
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8', env })
  return { status, out: `${stdout}${stderr}` }
}
const git = (...args: readonly string[]): Run => run('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false', ...args])
const scan = (...args: readonly string[]): Run => run(process.execPath, ['--conditions=@sallyport/source', '--no-warnings', BIN, 'scan', ...args])
const commit = (message: string): Run => {
  git('add', '-A')
  return git('commit', '-m', message)
}
const count = (): number => Number(git('rev-list', '--count', '--all').out)

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-hook-'))
  root = join(folder, 'repository')
  tools = join(folder, 'tools')
  mkdirSync(root)
  program(join(root, 'node_modules/.bin'), 'sallyport', `exec '${process.execPath}' --conditions=@sallyport/source --no-warnings '${BIN}' "$@"`)
  git('init', '-q')
  write('.gitignore', 'node_modules\n')
})
afterEach(() => rmSync(dirname(root), { recursive: true, force: true }))

describe('the pre-commit hook', () => {
  it('refuses a commit that adds a secret, and lets others pass', () => {
    expect(scan('--install-hook')).toMatchObject({ status: 0 })
    expect(statSync(join(root, '.git/hooks/pre-commit')).mode & 0o111).toBe(0o111)
    write('a.ts', 'export const one = 1\n')
    expect(commit('clean').status).toBe(0)
    write('b.ts', `const token = '${TOKEN}'\n`)
    const refused = commit('planted')
    expect(refused.status).not.toBe(0)
    expect(refused.out).toContain('b.ts:1')
    expect(refused.out).not.toContain(TOKEN)
    expect(count()).toBe(1)
    rmSync(join(root, 'b.ts'))
    write('c.ts', 'export const two = 2\n')
    expect(commit('clean again').status).toBe(0)
    expect(count()).toBe(2)
  })

  it('fails where the command is gone', () => {
    scan('--install-hook')
    rmSync(join(root, 'node_modules'), { recursive: true })
    program(tools, 'npx', 'exit 1')
    write('a.ts', 'export const one = 1\n')
    expect(commit('nobody looked').status).not.toBe(0)
    expect(count()).toBe(0)
  })

  it('asks gitleaks too, where that is installed, and its no counts', () => {
    scan('--install-hook')
    write('a.ts', 'export const one = 1\n')
    program(tools, 'gitleaks', `echo "$@" > '${join(tools, 'asked')}'; exit 1`)
    expect(commit('clean for one of two').status).not.toBe(0)
    expect(readFileSync(join(tools, 'asked'), 'utf8')).toBe('git --pre-commit --staged --redact --no-banner\n')
    program(tools, 'gitleaks', 'exit 0')
    expect(commit('clean for both').status).toBe(0)
  })

  it('stays beside another hook, takes core.hooksPath, and is put in place again', () => {
    write('.git/hooks/pre-commit', '#!/bin/sh\nexit 0\n')
    const other = scan('--install-hook')
    expect(other).toMatchObject({ status: 2, out: expect.stringContaining('npx --no-install sallyport scan --staged') as string })
    expect(readFileSync(join(root, '.git/hooks/pre-commit'), 'utf8')).toBe('#!/bin/sh\nexit 0\n')
    git('config', 'core.hooksPath', '.husky')
    expect(scan('--install-hook').status).toBe(0)
    expect(scan('--install-hook').status).toBe(0)
    expect(readFileSync(join(root, '.husky/pre-commit'), 'utf8')).toBe(readFileSync(HOOK_FILE, 'utf8'))
  })

  it('of an application in a folder of the repository finds the command there', () => {
    mkdirSync(join(root, "it's an app"))
    run('mv', ['node_modules', "it's an app/node_modules"])
    expect(scan('--install-hook', '--root', "it's an app").status).toBe(0)
    write('elsewhere/a.ts', `'${TOKEN}'\n`)
    const refused = commit('planted')
    expect(refused.status).not.toBe(0)
    expect(refused.out).toContain('elsewhere/a.ts:1')
  })

  it('is refused outside of a repository', () => {
    rmSync(join(root, '.git'), { recursive: true })
    expect(scan('--install-hook')).toMatchObject({ status: 2, out: expect.stringContaining('no git repository') as string })
  })
})

describe('what can not be scanned', () => {
  it.each([[['nosuch']], [['--all', 'nosuch']], [['--bundle']], [['--bundle', 'nosuch']], [['--staged', '--history']], [['--no-such-option']], [['--baseline-path', 'nosuch.json']], [['--root', 'nosuch']], [['--root', '.git/HEAD']]])(
    'is a failure, and not "nothing found": %j',
    (args) => {
      const result = scan(...args)
      expect(result.status).toBe(2)
      expect(result.out).not.toContain('Nothing found')
    },
  )

  it.each([[['--incremental'], 'go with --history'], [['--staged', '--log-opts', 'main'], 'go with --history'], [['--staged', 'a.ts'], 'Paths are for'], [['--history', 'a.ts'], 'Paths are for'], [['..'], 'is outside of'], [['--history', '--incremental', '--log-opts', 'main'], 'cannot be used with']])(
    'is said to be so, and not left out: %j',
    (args, reason) => {
      write('a.ts', 'export const one = 1\n')
      expect(scan(...args)).toMatchObject({ status: 2, out: expect.stringContaining(reason) as string })
    },
  )

  it('is not what is named with its whole path', () => {
    write('src/a.ts', `'${TOKEN}'\n`)
    write('b.ts', `'${TOKEN}'\n`)
    const result = scan(join(root, 'src'))
    expect(result).toMatchObject({ status: 1, out: expect.stringContaining('1 found in 1 file') as string })
    expect(result.out).toContain('src/a.ts:1')
  })

  it('tells a scan that went on from one of everything', () => {
    write('a.ts', `'${TOKEN}'\n`)
    commit('planted')
    expect(scan('--history', '--incremental').out).toContain('1 found in 1 new commit and those scanned before')
    expect(scan('--history', '--incremental').out).toContain('1 found in 0 new commits and those scanned before')
  })

  it.each([['--staged'], ['--history']])('%s outside of a repository is one line', (mode) => {
    rmSync(join(root, '.git'), { recursive: true })
    const result = scan(mode)
    expect(result).toMatchObject({ status: 2, out: expect.stringMatching(/^sallyport scan: There is no git repository at .*\n$/) as string })
  })

  it('help is no failure', () => {
    expect(scan('--help').status).toBe(0)
  })
})

describe('a scan that is interrupted', () => {
  it('ends with all that it started', async () => {
    write('a.ts', 'export const one = 1\n')
    commit('clean')
    // A git whose `log` hangs, and holds a pipe open until it ends.
    const held = join(dirname(root), 'held')
    run('mkfifo', [held])
    const real = run('sh', ['-c', 'command -v git']).out.trim()
    program(tools, 'git', `case "$*" in *" log "*) exec 3>'${held}'; echo started >&3; exec sleep 600;; *) exec '${real}' "$@";; esac`)
    const child = spawn(process.execPath, ['--conditions=@sallyport/source', '--no-warnings', BIN, 'scan', '--history'], {
      cwd: root, detached: true, stdio: 'ignore', env: { ...process.env, PATH: `${tools}${delimiter}${process.env['PATH'] ?? ''}` },
    })
    const ended = once(child, 'exit')
    const pipe = createReadStream(held)
    const closed = once(pipe, 'close')
    await once(pipe, 'data')
    // As a terminal does with Ctrl-C: all of the group.
    process.kill(-(child.pid ?? 0), 'SIGINT')
    expect(await ended).toEqual([null, 'SIGINT'])
    await closed
  })
})

describe('the CI example', () => {
  const steps = readFileSync(WORKFLOW, 'utf8').split('\n').flatMap((line) => /^ +- run: (.*)$/.exec(line)?.[1] ?? [])

  it('has steps that fail on a secret in the tree, in the history and in the bundle, and pass without', () => {
    const scans = steps.filter((step) => step.startsWith('npx --no-install sallyport scan'))
    expect(scans).toHaveLength(3)
    write('.next/static/app.js', 'const a = 1\n')
    commit('clean')
    for (const step of scans) expect(run('sh', ['-c', step])).toMatchObject({ status: 0 })
    write('a.ts', `'${TOKEN}'\n`)
    write('.next/static/app.js', `const a = '${TOKEN}'\n`)
    commit('planted')
    for (const step of scans) expect(run('sh', ['-c', step])).toMatchObject({ status: 1 })
    expect(JSON.parse(readFileSync(join(root, 'scan.sarif'), 'utf8'))).toMatchObject({ version: '2.1.0', runs: [{ tool: { driver: { semanticVersion: VERSION } } }] })
  })

  it('runs gitleaks where it is installed, and says so where it is not', () => {
    const step = steps.find((known) => known.includes('gitleaks')) ?? ''
    program(tools, 'gitleaks', 'exit 1')
    expect(run('sh', ['-c', step]).status).toBe(1)
    rmSync(join(tools, 'gitleaks'))
    if (run('sh', ['-c', 'command -v gitleaks']).status !== 0) expect(run('sh', ['-c', step])).toMatchObject({ status: 0, out: expect.stringContaining('not installed') as string })
  })

  it('and the hook are what the docs show', () => {
    const docs = readFileSync(DOCS, 'utf8')
    expect(docs).toContain(readFileSync(WORKFLOW, 'utf8'))
    expect(docs).toContain(readFileSync(HOOK_FILE, 'utf8'))
  })
})

describe('what this account may not read', () => {
  // Whoever runs as root may read all: then the command runs as nobody.
  const isRoot = process.getuid?.() === 0
  const nobody = 65_534
  const scanAsOther = (...args: readonly string[]): Run => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--conditions=@sallyport/source', '--no-warnings', BIN, 'scan', ...args], {
      cwd: root, encoding: 'utf8', env: { ...process.env, HOME: '/nonexistent', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' }, ...(isRoot ? { uid: nobody, gid: nobody } : {}),
    })
    return { status, out: `${stdout}${stderr}` }
  }
  beforeEach(() => chmodSync(dirname(root), 0o755))

  it('is named, and the rest is looked at', () => {
    write('closed/a.txt', `key = ${TOKEN}\n`)
    write('open/a.txt', `key = ${TOKEN}\n`)
    write('public/a.txt', 'nothing\n')
    write('public/closed/a.txt', 'nothing\n')
    const closed = [join(root, 'closed'), join(root, 'public/closed')]
    for (const folder of closed) chmodSync(folder, 0)
    const tree = scanAsOther('--all')
    const bundle = scanAsOther('--bundle', 'public')
    for (const folder of closed) chmodSync(folder, 0o755)
    expect(tree).toMatchObject({ status: 1, out: expect.stringMatching(/^open\/a\.txt:1:[\s\S]*Not looked at: closed \(EACCES\), public\/closed \(EACCES\)\.\n$/) as string })
    expect(bundle).toMatchObject({ status: 0, out: expect.stringContaining('Not looked at: public/closed (EACCES).') as string })
  })

  it.skipIf(!isRoot)('is told of a repository of another account, with what to do about it (skipped where this account can make none)', () => {
    expect(scanAsOther('--staged')).toMatchObject({ status: 2, out: expect.stringContaining('safe.directory') as string })
  })
})
