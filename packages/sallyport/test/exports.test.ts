import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
type Conditions = Readonly<Record<string, string>>
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, Conditions | string>>
  readonly dependencies?: object
  readonly peerDependencies: object
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>
}
const entries = Object.entries(manifest.exports).filter((entry): entry is [string, Conditions] => typeof entry[1] === 'object')

/** What a browser may import: hooks, and nothing else. */
const FOR_BROWSERS: ReadonlySet<string> = new Set(['./react'])

describe.each(entries)('the entry %s', (name, conditions) => {
  it('has a source, and is built to the same place in dist', () => {
    const source = conditions['@sallyport/source'] as string
    expect(existsSync(join(root, source))).toBe(true)
    const built = source.replace('./src/', './dist/').replace(/\.tsx?$/, '')
    expect(conditions['default']).toBe(`${built}.js`)
    expect(conditions['types']).toBe(`${built}.d.ts`)
  })

  it('can reach a client bundle only if it is meant to', () => {
    const names = Object.keys(conditions)
    if (FOR_BROWSERS.has(name)) return expect(names).not.toContain('browser')
    expect(conditions['browser']).toBe('./dist/browser/refused.js')
    // A bare `browser` condition breaks edge builds: their conditions come first.
    for (const edge of ['workerd', 'edge-light', 'worker']) expect(names.indexOf(edge)).toBeLessThan(names.indexOf('browser'))
    expect(names.at(-1)).toBe('default')
  })
})

describe('the package', () => {
  it('has no runtime dependency, and every peer is optional', () => {
    expect(manifest.dependencies).toBeUndefined()
    for (const peer of Object.keys(manifest.peerDependencies)) expect(manifest.peerDependenciesMeta[peer]?.optional).toBe(true)
  })
})

interface Packed {
  readonly files: readonly { readonly path: string }[]
}

describe.each(['sallyport', 'check', 'cli'])('what is published of packages/%s', (folder) => {
  const at = join(dirname(root), folder)
  const packageJson = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8')) as { readonly bin?: Readonly<Record<string, string>> }

  it('has no tests, no fixtures and no sources', () => {
    // `--ignore-scripts`: without a build there is less in it, and nothing else.
    const answer = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: at, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    // A list, or an object by name: npm has changed it.
    const packed = Object.values(JSON.parse(answer) as Readonly<Record<string, Packed>>)
    const paths = packed.flatMap(({ files }) => files.map(({ path }) => path))
    expect(paths).toContain('package.json')
    expect(paths.filter((path) => /^(src|test)\/|\.test[.-]|\.fixture\./.test(path))).toEqual([])
  })

  it('keeps its command: npm removes one whose path begins with a dot when it publishes', () => {
    expect(Object.values(packageJson.bin ?? {}).filter((path) => path.startsWith('.'))).toEqual([])
  })
})
