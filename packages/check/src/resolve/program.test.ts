import { describe, expect, it } from 'vitest'
import { CodeBase } from './program.ts'
import { memoryTree } from '../files/memory.ts'

function base(files: { readonly [path: string]: string }): CodeBase {
  return new CodeBase(memoryTree(files))
}

describe('a name behind a barrel', () => {
  const files = {
    'main.ts': 'import { wanted } from \'./lib\'',
    'lib/index.ts': ['one', 'two', 'renamed', 'nested', 'gone'].map((name) => `export * from './${name}'`).join('\n'),
    'lib/one.ts': 'export const other = 1',
    'lib/two.ts': 'export function another() {}',
    'lib/renamed.ts': 'const own = 1\nexport { own as known }',
    'lib/nested/index.ts': 'export * from \'./deep\'',
    'lib/nested/deep.ts': 'export const wanted = 1',
  }
  const find = (code: CodeBase, name: string) => {
    const module = code.module('/app/lib/index.ts')
    return module && code.exported(module, name)
  }

  it('is found, and files that do not hold it are not parsed', () => {
    const code = base(files)
    expect(find(code, 'wanted')).toMatchObject({ kind: 'local', module: { path: '/app/lib/nested/deep.ts' } })
    // The barrel, the nested one, and the file.
    expect(code.parsed).toBe(3)
  })

  it('is found under the name that it is given on the way, however that is written', () => {
    expect(find(base(files), 'known')).toMatchObject({ kind: 'local', name: 'own' })
    expect(find(base({ ...files, 'lib/one.ts': 'export const w\\u0061nted = 1' }), 'wanted')).toMatchObject({ module: { path: '/app/lib/one.ts' } })
    expect(find(base({ ...files, 'lib/one.ts': 'export *from \'./two\'\n' }), 'another')).toMatchObject({ module: { path: '/app/lib/two.ts' } })
  })

  it('that nobody exports is missing, and said to come from where it was looked for first', () => {
    expect(find(base(files), 'nothing')).toMatchObject({ kind: 'missing', source: './one' })
  })
})

describe('an import without its extension', () => {
  it('means the file whose extension is tried first, then the folder', () => {
    const resolve = (files: readonly string[]) => base(Object.fromEntries(files.map((file) => [file, '']))).resolver.resolve('/app/main.ts', './lib/it')
    expect(resolve(['lib/it.js', 'lib/it.tsx', 'lib/it/index.ts'])).toEqual({ kind: 'file', path: '/app/lib/it.tsx' })
    expect(resolve(['lib/it.cjs', 'lib/it/index.ts'])).toEqual({ kind: 'file', path: '/app/lib/it.cjs' })
    expect(resolve(['lib/it/index.mjs', 'lib/it/index.tsx'])).toEqual({ kind: 'file', path: '/app/lib/it/index.tsx' })
    expect(resolve(['lib/item.ts'])).toEqual({ kind: 'missing' })
  })
})
