import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { commands } from './commands.ts'

const bin = fileURLToPath(new URL('./bin.ts', import.meta.url))
const nowhere = mkdtempSync(join(tmpdir(), 'sallyport-main-'))
afterAll(() => rmSync(nowhere, { recursive: true, force: true }))

function sallyport(...words: readonly string[]): { readonly code: number | null; readonly out: string; readonly err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--conditions=@sallyport/source', bin, ...words], { cwd: nowhere, encoding: 'utf8' })
  return { code: status, out: stdout, err: stderr }
}

describe('the command', () => {
  it.each([
    'chekc', 'check --no-such-option', 'check --format paper', 'check one two', 'report --format paper', 'scan --no-such-option',
    'audit tail --no-such-option', 'identities list --state asleep', 'audit no-such-command', 'audit show', 'secrets rotate', 'identities rotate', '',
  ])('ends with 2, and not with what means "found", where it is not understood: %s', (line) => {
    const { code, out, err } = sallyport(...line.split(' ').filter((word) => word !== ''))
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/--help/)
  })

  it('names a module that is not there', () => {
    expect(sallyport('secrets', 'list', '--module', 'nowhere.ts')).toMatchObject({ code: 2, err: expect.stringMatching(/^sallyport secrets: there is no .*nowhere\.ts\n$/) as string })
  })

  it('tells its version, and of each command what it takes', () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string }
    expect(sallyport('--version')).toEqual({ code: 0, out: `${version}\n`, err: '' })
    const { code, out } = sallyport('help', 'scan')
    expect(code).toBe(0)
    expect(out).toContain('--history')
  })

  it('ends without a word when nobody reads on', () => {
    const many = join(nowhere, 'many')
    mkdirSync(many)
    writeFileSync(join(many, 'actions.ts'), `'use server'\n${Array.from({ length: 3_000 }, (_, i) => `export async function action${i}(id: string) { return db.post.delete({ where: { id } }) }`).join('\n')}\n`)
    const { stdout, stderr } = spawnSync('sh', ['-c', '"$0" --conditions=@sallyport/source "$1" check "$2" --format json | head -c 1', process.execPath, bin, many], { encoding: 'utf8' })
    expect({ stdout, stderr }).toEqual({ stdout: '{', stderr: '' })
  })

  it.each(['check', 'scan', 'report'])('prints JSON where it is asked for it as the other commands are: %s', (command) => {
    const folder = join(nowhere, `json-${command}`)
    mkdirSync(folder)
    writeFileSync(join(folder, 'actions.ts'), '\'use server\'\nexport async function remove(id: string) { return id }\n')
    const named = sallyport(command, folder, '--format', 'json').out
    expect(named).toMatch(/^[[{]/)
    expect(Object.keys(JSON.parse(sallyport(command, folder, '--json').out) as object)).toEqual(Object.keys(JSON.parse(named) as object))
  })

  it('puts no colours into a file', () => {
    const folder = join(nowhere, 'coloured')
    mkdirSync(folder)
    writeFileSync(join(folder, 'actions.ts'), '\'use server\'\nexport async function remove(id: string) { return db.post.delete({ where: { id } }) }\n')
    const table = join(nowhere, 'table.txt')
    const told = (...words: readonly string[]): string => spawnSync(process.execPath, ['--conditions=@sallyport/source', bin, 'check', folder, ...words], { encoding: 'utf8', env: { ...process.env, FORCE_COLOR: '1', NO_COLOR: '' } }).stdout
    expect(told()).toContain('\u001b[')
    expect(told('--output', table)).toBe('')
    expect(readFileSync(table, 'utf8')).not.toContain('\u001b[')
  })

  it.skipIf(!existsSync('/dev/full'))('ends with 2 when what it says can not be written (skipped where there is no /dev/full)', () => {
    const { status, stderr } = spawnSync('sh', ['-c', '"$0" --conditions=@sallyport/source "$1" audit key shop.example/audit > /dev/full', process.execPath, bin], { encoding: 'utf8' })
    expect({ status, stderr: stderr.split('\n')[0] }).toEqual({ status: 2, stderr: expect.stringContaining('can not be written: ENOSPC') as string })
  })

  it('says which Node it needs', () => {
    const old = `Object.defineProperty(process.versions, 'node', { value: '20.9.0' })`
    const { status, stderr } = spawnSync(process.execPath, ['--conditions=@sallyport/source', '--import', `data:text/javascript,${encodeURIComponent(old)}`, bin, 'check'], { cwd: nowhere, encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 2, stderr: 'sallyport needs Node 22.13 or later, and this is 20.9.0\n' })
  })

  it.each(Object.keys(commands))('%s has a help', (name) => {
    expect(sallyport(name, '--help')).toMatchObject({ code: 0, err: '' })
  })
})
