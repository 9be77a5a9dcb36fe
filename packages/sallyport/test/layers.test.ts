import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { VERSION } from '../src/lib/version.ts'

const src = join(dirname(dirname(fileURLToPath(import.meta.url))), 'src')

/**
 * The layers, lowest first. A file imports from its own layer's folder or from below; the subjects of one layer don't
 * import each other's insides, only what the list `OPEN` names.
 */
const LAYERS: readonly (readonly string[])[] = [
  ['lib', 'errors'],
  ['identity', 'policy', 'limits', 'approvals', 'grants', 'secrets', 'screening', 'scrub', 'audit'],
  ['pipeline', 'action', 'stores'],
  ['port.ts', 'port-options.ts'],
  ['adapters', 'testing', 'governance', 'browser', 'index.ts'],
]
const SUBJECTS = new Set(LAYERS[1])

/** Interfaces that subjects share: types, and what stores implement. */
const OPEN = /\/(?:types|principal|provider|duration|tiers)\.ts$/

/** What stores implement, and what SQL is written against: below the subjects, whatever folder it stands in. */
const STORE_INTERFACES = /^stores\/(?:types|sql\/driver|sql\/migrations)\.ts$/

/** A subject's actions are actions of a port like the application's own: they stand beside the adapters. */
const ACTIONS = /\/actions\.ts$|-actions\.ts$/

function layerOf(file: string): number {
  if (STORE_INTERFACES.test(file)) return 0
  if (ACTIONS.test(file)) return LAYERS.length - 1
  return LAYERS.findIndex((names) => names.includes(file.split('/')[0] as string))
}

interface Import {
  readonly from: string
  readonly to: string
  readonly typeOnly: boolean
}

function sources(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.(?:test|test-d|fixture)\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8')
  return [...text.matchAll(/^(?:import|export)\s+(type\s+)?[^'";]*?from\s+'(\.[^']+)'/gm)].map(([, type, path]) => ({
    from: relative(src, file),
    to: relative(src, resolve(dirname(file), path as string)),
    typeOnly: type !== undefined,
  }))
}

const imports = sources(src).flatMap(importsOf)

describe('the layers', () => {
  it('are all known', () => {
    expect([...new Set(sources(src).map((file) => relative(src, file)).filter((file) => layerOf(file) === -1))]).toEqual([])
    expect(imports.length).toBeGreaterThan(200)
  })

  it('import only downwards', () => {
    const upwards = imports.filter(({ from, to, typeOnly }) => layerOf(to) > layerOf(from) && !typeOnly)
    expect(upwards.map(({ from, to }) => `${from} → ${to}`)).toEqual([])
  })

  it("do not let a subject import another's insides", () => {
    const across = imports.filter(({ from, to, typeOnly }) => {
      const [a, b] = [from.split('/')[0] as string, to.split('/')[0] as string]
      return SUBJECTS.has(a) && SUBJECTS.has(b) && a !== b && !typeOnly && !OPEN.test(`/${to}`)
    })
    expect(across.map(({ from, to }) => `${from} → ${to}`)).toEqual([])
  })

  it('leave stores to the application: nothing else imports them', () => {
    const users = imports.filter(({ from, to }) => to.startsWith('stores/') && !STORE_INTERFACES.test(to) && !/^(?:stores|testing)\//.test(from))
    expect(users.map(({ from, to }) => `${from} → ${to}`)).toEqual([])
  })

  it('keep Node out of what runs on the edge', () => {
    const portable = sources(src).filter((file) => {
      const path = relative(src, file)
      return !/^(?:stores|adapters|secrets|audit)\//.test(path) && !path.endsWith('.node.ts')
    })
    const users = portable.filter((file) => /from '(?:node:[^']+|fs|path|crypto)'/.test(readFileSync(file, 'utf8')))
    expect(users.map((file) => relative(src, file))).toEqual([])
  })
})

describe('the version', () => {
  it('in the audit log is that of the package', () => {
    const { version } = JSON.parse(readFileSync(join(src, '..', 'package.json'), 'utf8')) as { version: string }
    expect(VERSION).toBe(version)
  })
})
