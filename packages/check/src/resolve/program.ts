import { Resolver, type Resolution } from './resolver.ts'
import { readPackages, type WorkspacePackage } from './workspace.ts'
import { parseModule } from '../syntax/parse.ts'
import type { Node } from '../syntax/ast.ts'
import type { Module } from '../syntax/module.ts'
import type { SourceTree } from '../files/tree.ts'

/** What a name stands for, once imports and re-exports have been followed. */
export type Symbol =
  | { readonly kind: 'local'; readonly module: Module; readonly name: string; readonly node: Node }
  | { readonly kind: 'expression'; readonly module: Module; readonly node: Node }
  | { readonly kind: 'namespace'; readonly module: Module }
  | { readonly kind: 'external'; readonly package: string; readonly name: string }
  | { readonly kind: 'missing'; readonly source: string; readonly name: string }

const deepest = 24
/** Exports names that it does not hold: another barrel, or a name written with escapes. */
const passesOn = /\bexport\s*(?:type\s*)?\*|\\u/

/** The modules of a code base, parsed when they are first asked for. */
export class CodeBase {
  readonly tree: SourceTree
  readonly packages: readonly WorkspacePackage[]
  readonly resolver: Resolver
  /** Imports that were followed so far, by the file that they stand in. */
  readonly followed: Map<string, Map<string, Resolution>> = new Map()
  /** Files that the parser found errors in. */
  readonly flawed: Set<string> = new Set()
  readonly #modules = new Map<string, Module | undefined>()
  readonly #exports = new Map<Module, Map<string, Symbol | undefined>>()
  readonly #names = new Map<Module, Map<string, Symbol | undefined>>()

  constructor(tree: SourceTree) {
    this.tree = tree
    this.packages = readPackages(tree.manifests, (path) => tree.read(path), (file, problem) => tree.problems.push({ file, problem }))
    this.resolver = new Resolver(tree, this.packages)
  }

  /** How many modules have been parsed so far. */
  get parsed(): number {
    return this.#modules.size
  }

  /** The module of a file; undefined where it can't be parsed. */
  module(path: string): Module | undefined {
    if (this.#modules.has(path)) return this.#modules.get(path)
    const text = this.tree.read(path)
    const parsed = text === undefined ? { errors: [] } : parseModule(path, text)
    for (const problem of parsed.errors.slice(0, 1)) {
      this.flawed.add(path)
      this.tree.problems.push({ file: path, problem: `${parsed.module ? 'has a syntax error, read as far as it goes' : 'can\'t be parsed'}: ${problem}` })
    }
    this.#modules.set(path, parsed.module)
    return parsed.module
  }

  /** Where an import of a module leads. */
  resolve(module: Module, source: string): Resolution {
    let known = this.followed.get(module.path)
    if (known === undefined) this.followed.set(module.path, (known = new Map()))
    let found = known.get(source)
    if (found === undefined) known.set(source, (found = this.resolver.resolve(module.path, source)))
    return found
  }

  /** Follows a top-level name of a module through imports and re-exports. Undefined for a global. */
  lookup(module: Module, name: string): Symbol | undefined {
    let known = this.#names.get(module)
    if (known === undefined) this.#names.set(module, (known = new Map()))
    const before = known.get(name)
    if (before !== undefined || known.has(name)) return before
    const node = module.locals.get(name)
    const imported = node ? undefined : module.imports.get(name)
    const found: Symbol | undefined = node ? { kind: 'local', module, name, node } : imported && this.#imported(module, imported.source, imported.name, 0)
    known.set(name, found)
    return found
  }

  /** What a module exports under a name. */
  exported(module: Module, name: string, depth = 0): Symbol | undefined {
    let known = this.#exports.get(module)
    if (known === undefined) this.#exports.set(module, (known = new Map()))
    if (known.has(name)) return known.get(name)
    known.set(name, undefined)
    const found = this.#exported(module, name, depth)
    known.set(name, found)
    return found
  }

  #exported(module: Module, name: string, depth: number): Symbol | undefined {
    if (depth > deepest) return undefined
    const target = module.exports.get(name)
    if (target?.kind === 'local') return this.lookup(module, target.name)
    if (target?.kind === 'expression') return { kind: 'expression', module, node: target.node }
    if (target?.kind === 'from') return this.#imported(module, target.source, target.name, depth)
    if (name === 'default') return undefined
    let outside: Symbol | undefined
    for (const source of module.stars) {
      // A barrel passes on hundreds of files: those that don't hold the name need not be parsed for it.
      if (!this.#mayExport(module, source, name)) {
        outside ??= { kind: 'missing', source, name }
        continue
      }
      const found = this.#imported(module, source, name, depth)
      if (found && found.kind !== 'external' && found.kind !== 'missing') return found
      outside ??= found
    }
    return outside
  }

  #mayExport(module: Module, source: string, name: string): boolean {
    const resolution = this.resolve(module, source)
    if (resolution.kind !== 'file' || this.#modules.has(resolution.path)) return true
    const text = this.tree.read(resolution.path)
    return text === undefined || text.includes(name) || passesOn.test(text)
  }

  #imported(module: Module, source: string, name: string, depth: number): Symbol | undefined {
    const resolution = this.resolve(module, source)
    if (resolution.kind === 'package') return { kind: 'external', package: resolution.name, name }
    const next = resolution.kind === 'file' ? this.module(resolution.path) : undefined
    if (next === undefined) return { kind: 'missing', source, name }
    if (name === '*') return { kind: 'namespace', module: next }
    return this.exported(next, name, depth + 1) ?? { kind: 'missing', source, name }
  }
}
