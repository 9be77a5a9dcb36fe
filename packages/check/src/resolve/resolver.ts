import { createRequire } from 'node:module'
import { posix } from 'node:path'
import { AliasFinder, expandAlias } from './tsconfig.ts'
import { sourceCandidates, type WorkspacePackage } from './workspace.ts'
import type { ResolverFactory } from 'oxc-resolver'
import type { SourceTree } from '../files/tree.ts'

/** What an import leads to: a file of the code base, a package from outside, or nothing that is there. */
export type Resolution =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'package'; readonly name: string }
  | { readonly kind: 'missing' }

const extensions = ['.ts', '.tsx', '.js', '.jsx', '.mts', '.mjs', '.cts', '.cjs']

const require = createRequire(import.meta.url)

/** Loaded where it is needed first: few code bases have imports of their own names (`#db`). */
function oxcResolver(): typeof import('oxc-resolver') {
  return require('oxc-resolver') as typeof import('oxc-resolver')
}

/** Resolves imports within a code base, from the list of its files: no installed dependencies are needed. */
export class Resolver {
  readonly #tree: SourceTree
  readonly #aliases: AliasFinder
  readonly #packages: ReadonlyMap<string, WorkspacePackage>
  readonly #cache = new Map<string, Map<string, Resolution>>()
  readonly #bare: ReadonlyMap<string, string>
  #fallback: ResolverFactory | undefined

  constructor(tree: SourceTree, packages: readonly WorkspacePackage[]) {
    this.#tree = tree
    this.#bare = withoutExtensions(tree.files)
    this.#packages = new Map(packages.filter((pack) => pack.name !== '').map((pack) => [pack.name, pack]))
    const known = new Set(tree.manifests)
    this.#aliases = new AliasFinder(
      (path) => (known.has(path) ? tree.read(path) : undefined),
      (specifier) => {
        const found = this.#package(specifier)
        return found && posix.join(found.pack.folder, found.subpath)
      },
      (file, problem) => tree.problems.push({ file, problem }),
    )
  }

  /** Resolves a specifier as a file of the tree imports it. */
  resolve(from: string, specifier: string): Resolution {
    const folder = from.slice(0, from.lastIndexOf('/'))
    let known = this.#cache.get(folder)
    if (known === undefined) this.#cache.set(folder, (known = new Map()))
    let found = known.get(specifier)
    if (found === undefined) known.set(specifier, (found = this.#resolve(folder, specifier)))
    return found
  }

  #resolve(folder: string, specifier: string): Resolution {
    // Sallyport is recognised by its name, also in its own repository.
    if (/^sallyport(?:\/|$)/.test(specifier)) return { kind: 'package', name: specifier }
    if (/^(?:node|bun|data|https?):/.test(specifier)) return { kind: 'package', name: specifier }
    if (specifier.startsWith('.') || specifier.startsWith('/')) {
      const path = this.#file(specifier.startsWith('/') ? posix.join(this.#tree.root, specifier) : posix.join(folder, specifier))
      return path === undefined ? { kind: 'missing' } : { kind: 'file', path }
    }
    const aliases = this.#aliases.for(folder, this.#tree.root)
    const expanded = aliases === undefined ? [] : expandAlias(aliases, specifier)
    for (const candidate of expanded) {
      const path = this.#file(candidate)
      if (path !== undefined) return { kind: 'file', path }
    }
    const workspace = this.#package(specifier)
    if (workspace) {
      for (const candidate of sourceCandidates(workspace.pack, workspace.subpath)) {
        const path = this.#file(candidate)
        if (path !== undefined) return { kind: 'file', path }
      }
      return { kind: 'missing' }
    }
    if (specifier.startsWith('#')) return this.#imported(folder, specifier)
    // `@/…` and `~/…` can't be names of packages: an alias that no tsconfig explains.
    if (/^(?:@\/|~\/?)/.test(specifier)) return this.#guessed(folder, specifier)
    if (aliases?.patterns.some(({ prefix, exact }) => (exact ? specifier === prefix : prefix !== '' && specifier.startsWith(prefix)))) return { kind: 'missing' }
    return { kind: 'package', name: specifier }
  }

  #imported(folder: string, specifier: string): Resolution {
    this.#fallback ??= new (oxcResolver().ResolverFactory)({ conditionNames: ['import', 'node', 'default'], extensions })
    const path = this.#fallback.sync(folder, specifier).path?.replaceAll('\\', '/')
    return path !== undefined && this.#tree.has(path) ? { kind: 'file', path } : { kind: 'missing' }
  }

  /** Without a tsconfig.json, `@/x` means `x` beside the nearest `app`, `src` or package folder. */
  #guessed(folder: string, specifier: string): Resolution {
    const rest = specifier.replace(/^[@~]\/?/, '')
    for (let at = folder; at.startsWith(this.#tree.root); at = posix.dirname(at)) {
      const path = this.#file(`${at}/${rest}`) ?? this.#file(`${at}/src/${rest}`)
      if (path !== undefined) return { kind: 'file', path }
      if (at === this.#tree.root) break
    }
    return { kind: 'missing' }
  }

  #package(specifier: string): { pack: WorkspacePackage; subpath: string } | undefined {
    const parts = specifier.split('/')
    const length = specifier.startsWith('@') ? 2 : 1
    const pack = this.#packages.get(parts.slice(0, length).join('/'))
    return pack && { pack, subpath: ['.', ...parts.slice(length)].join('/') }
  }

  #file(path: string): string | undefined {
    const tree = this.#tree
    if (tree.has(path)) return path
    const found = this.#bare.get(path)
    if (found !== undefined) return found
    const script = /\.([cm]?)js(x?)$/.exec(path)
    if (script) {
      const base = path.slice(0, script.index)
      for (const extension of [`.${script[1]}ts${script[2]}`, '.ts', '.tsx']) if (tree.has(base + extension)) return base + extension
    }
    return this.#bare.get(`${path}/index`)
  }
}

/** Files by their paths without the extension. Of several, the one whose extension is tried first. */
function withoutExtensions(files: readonly string[]): ReadonlyMap<string, string> {
  const bare = new Map<string, { readonly path: string; readonly rank: number }>()
  for (const path of files) {
    const dot = path.lastIndexOf('.')
    const rank = extensions.indexOf(path.slice(dot))
    const before = bare.get(path.slice(0, dot))
    if (rank !== -1 && (before === undefined || rank < before.rank)) bare.set(path.slice(0, dot), { path, rank })
  }
  return new Map([...bare].map(([name, { path }]) => [name, path]))
}
