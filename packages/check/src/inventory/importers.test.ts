import { describe, expect, it } from 'vitest'
import { memoryTree } from '../files/memory.ts'
import { CodeBase } from '../resolve/program.ts'
import { importersOf, type Importer } from './importers.ts'

const target = '/app/lib/actions.ts'

function importers(files: { readonly [path: string]: string }): readonly Importer[] {
  const tree = memoryTree({ 'lib/actions.ts': '\'use server\'\nexport async function act() {}', ...files })
  return importersOf(new CodeBase(tree), [target]).get(target) ?? []
}

describe('who imports a file', () => {
  it('is read from every way to write an import, in the order of the files', () => {
    const found = importers({
      'a.ts': 'import { act } from "./lib/actions"',
      'b.ts': 'const from = 1, important = from\nimport\'./lib/actions\'',
      'c.ts': 'const late = () => import( \'./lib/actions\')',
      'd.ts': 'export { act } from\n  \'./lib/actions\'',
      'e.ts': 'export const reimport = platform("./lib/actions")',
      'f.ts': 'import { act } from \'./lib/other/actions\'',
    })
    expect(found.map(({ file }) => file)).toEqual(['/app/a.ts', '/app/b.ts', '/app/c.ts', '/app/d.ts'])
  })

  it('counts those that import it through a file that passes it on, and no others', () => {
    const found = importers({ 'lib/index.ts': 'export * from \'./actions\'', 'lib/uses.ts': 'import \'./actions\'', 'page.ts': 'import { act } from \'./lib\'', 'other.ts': 'import \'./lib/uses\'' })
    expect(found.map(({ file }) => file)).toEqual(['/app/lib/index.ts', '/app/lib/uses.ts', '/app/page.ts'])
  })

  it('is found where an import is not called like the file that it leads to', () => {
    const found = importers({
      'package.json': '{ "name": "@acme/ui", "exports": { ".": "./lib/index.ts" } }',
      'tsconfig.json': '{ "compilerOptions": { "paths": { "@do": ["./lib/actions.ts"] } } }',
      'lib/index.ts': 'export * from \'./actions\'', 'lib/dot.ts': 'import { act } from \'.\'', 'lib/index-of.ts': 'import { act } from \'./index\'',
      'alias.ts': 'import { act } from \'@do\'', 'button.tsx': '\'use client\'\nimport { act } from \'@acme/ui\'',
    })
    expect(found).toEqual([
      { file: '/app/alias.ts', client: false }, { file: '/app/lib/index.ts', client: false }, { file: '/app/button.tsx', client: true },
      { file: '/app/lib/dot.ts', client: false }, { file: '/app/lib/index-of.ts', client: false },
    ])
  })

  it('is a client where one is above it, round circles and not past a file of the server', () => {
    const files = { 'form.ts': 'import { act } from \'./lib/actions\'\nimport \'./wrap\'', 'wrap.ts': 'import \'./form\'', 'view.ts': '\'use client\'\nimport \'./wrap\'' }
    expect(importers(files)).toEqual([{ file: '/app/form.ts', client: true }])
    expect(importers({ ...files, 'wrap.ts': 'import \'server-only\'\nimport \'./form\'' })).toEqual([{ file: '/app/form.ts', client: false }])
    expect(importers({ ...files, 'view.ts': 'import \'./wrap\'' })).toEqual([{ file: '/app/form.ts', client: false }])
  })
})
