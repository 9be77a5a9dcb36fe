import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** An example of a page, and where it stands. */
export interface Snippet {
  readonly page: string
  /** The line of the page on which the code begins. */
  readonly line: number
  readonly language: 'ts' | 'tsx'
  readonly code: string
}

/** Every example of a page that says that it is TypeScript. */
export function snippetsOf(page: string, text: string): readonly Snippet[] {
  return [...text.matchAll(/^```(tsx?)\n([^]*?)^```/gm)].map(({ index, 1: language, 2: code }) => ({
    page,
    line: text.slice(0, index).split('\n').length + 1,
    language: language as Snippet['language'],
    code: code as string,
  }))
}

/** Where the examples lie: deep enough for each `../` that one of them writes. */
const AT = 'src/app/api/orders/example'

/**
 * Compiles examples as they stand, each as a module of its own, in one program, as a strict Next application would. What is the
 * application's comes from `application.ts`, whether an example imports it or only mentions it. What is the library's does not: an
 * example imports what it uses.
 *
 * @param root The root of the repository.
 * @returns What the compiler says, by page and line.
 */
export function compile(snippets: readonly Snippet[], root: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-docs-'))
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  try {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    const application = join(root, 'packages/sallyport/test/docs/application.ts')
    copyFileSync(application, join(folder, 'application.ts'))
    put('mentioned.d.ts', mentioned(readFileSync(application, 'utf8')))
    const places = new Map<string, Snippet>()
    for (const snippet of snippets) {
      const path = `${AT}/${snippet.page.replace(/\W/g, '_')}_${snippet.line}.${snippet.language}`
      // Without an import or export it would be a script, and share its names with the others.
      put(path, `${snippet.code}\nexport {}\n`)
      places.set(path, snippet)
      for (const [, file] of snippet.code.matchAll(/(?:from |import\()'(\.\.?\/[^']+)'/g)) put(`${join(AT, file as string)}.ts`, "export * from 'the-application'\n")
    }
    const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.base.json'), 'utf8')) as { readonly compilerOptions: { readonly lib: readonly string[] } }
    put('tsconfig.json', JSON.stringify({
      compilerOptions: {
        target: 'es2024', lib: compilerOptions.lib, module: 'esnext', moduleResolution: 'bundler', customConditions: ['@sallyport/source'], jsx: 'react-jsx', types: ['node'],
        strict: true, noEmit: true, skipLibCheck: true, isolatedModules: true, allowImportingTsExtensions: true, paths: { 'the-application': ['./application.ts'] },
      },
      include: ['mentioned.d.ts', 'application.ts', 'src'],
    }))
    const { stdout, stderr, error } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', '.', '--pretty', 'false'], { encoding: 'utf8', cwd: folder })
    if (error !== undefined) throw error
    return `${stdout}${stderr}`.split('\n').filter((line) => line !== '').map((line) => line.replace(/^([^(]+)\((\d+),\d+\)/, (place, path: string, row: string) => {
      const snippet = places.get(path)
      return snippet === undefined ? place : `${snippet.page}:${snippet.line + Number(row) - 1}`
    }))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What the application exports, as names that are there without an import. */
function mentioned(application: string): string {
  const names = ['z', ...[...application.matchAll(/^export (?:declare )?(?:const|function|class) (\w+)/gm)].map(([, name]) => name as string)]
  return `export {}\ndeclare global {\n${names.map((name) => `  const ${name}: typeof import('./application.ts').${name}\n`).join('')}}\n`
}
