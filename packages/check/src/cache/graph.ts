import { hash } from 'node:crypto'
import type { CodeBase } from '../resolve/program.ts'
import type { Resolution } from '../resolve/resolver.ts'

/** Where an import led: the number of a file, or to none of the tree. */
type Target = number | 'package' | 'missing'

/** A file that was read for an entry point: its path, the hash of its text, and imports of it that were followed. */
type StoredModule = readonly [path: string, hash: string, imports: { readonly [source: string]: Target }]

export interface StoredGraph {
  /** Hash of the list of all files: while it is the same, imports lead where they led. */
  readonly files: string
  readonly modules: readonly StoredModule[]
}

/** Which files were read for which, and what of that is still as it was. */
export class Graph {
  readonly #base: CodeBase
  readonly #stored: StoredGraph | undefined
  readonly #files: string
  readonly #numbers: ReadonlyMap<string, number>
  /** Numbers of the files that are as they were, as are all that were read for them. */
  readonly #fresh: ReadonlySet<number>
  /** Numbers of the files that are as they were themselves. */
  readonly #unchanged: ReadonlySet<number>

  constructor(base: CodeBase, stored: StoredGraph | undefined) {
    this.#base = base
    this.#stored = stored
    this.#files = hash('sha256', base.tree.files.map((path) => this.short(path)).join('\n'))
    const modules = stored?.modules ?? []
    this.#numbers = new Map(modules.map(([path], number) => [path, number]))
    this.#unchanged = new Set(modules.flatMap((module, number) => (this.#isUnchanged(module) ? [number] : [])))
    this.#fresh = withoutReaders(modules, this.#unchanged)
  }

  /** A path as it is stored: the code base may lie elsewhere the next time. */
  short(path: string): string {
    return path.slice(this.#base.tree.root.length + 1)
  }

  /** Whether a file, and all that was read for it, is as it was. */
  isFresh(short: string): boolean {
    const number = this.#numbers.get(short)
    return number !== undefined && this.#fresh.has(number)
  }

  /** Whether everything that is stored is as it was. */
  get isSame(): boolean {
    return this.#stored?.files === this.#files && this.#fresh.size === this.#stored.modules.length
  }

  /** What was read for these files, in this check or, where that still holds, before. */
  toStored(base: CodeBase, roots: readonly string[]): StoredGraph {
    const numbers = new Map<string, number>()
    const order: string[] = []
    const number = (short: string): number => {
      let known = numbers.get(short)
      if (known === undefined) numbers.set(short, (known = order.push(short) - 1))
      return known
    }
    for (const root of roots) number(root)
    const modules: StoredModule[] = []
    // The list grows while it is gone through.
    for (const short of order) {
      const path = `${base.tree.root}/${short}`
      const imports: { [source: string]: Target } = {}
      for (const [source, { kind, path: to }] of this.#importsOf(short)) imports[source] = kind === 'file' ? number(this.short(to)) : kind
      // A file with an error is reported each time that it is parsed: so it has to be parsed.
      const text = base.flawed.has(path) ? undefined : base.tree.read(path)
      modules.push([short, text === undefined ? '' : hash('sha256', text), imports])
    }
    return { files: this.#files, modules }
  }

  #importsOf(short: string): Map<string, { readonly kind: Resolution['kind']; readonly path: string }> {
    const all = new Map<string, { readonly kind: Resolution['kind']; readonly path: string }>()
    const number = this.#numbers.get(short)
    const stored = number !== undefined && this.#unchanged.has(number) ? this.#stored?.modules[number] : undefined
    for (const [source, target] of Object.entries(stored?.[2] ?? {})) {
      if (typeof target === 'number') all.set(source, { kind: 'file', path: `${this.#base.tree.root}/${this.#stored?.modules[target]?.[0] ?? ''}` })
      else all.set(source, { kind: target, path: '' })
    }
    for (const [source, resolution] of this.#base.followed.get(`${this.#base.tree.root}/${short}`) ?? []) all.set(source, { kind: resolution.kind, path: resolution.kind === 'file' ? resolution.path : '' })
    return all
  }

  #isUnchanged([short, stored, imports]: StoredModule): boolean {
    const { tree, resolver } = this.#base
    const path = `${tree.root}/${short}`
    if (!tree.has(path)) return false
    const text = tree.read(path)
    if (text === undefined || hash('sha256', text) !== stored) return false
    return Object.entries(imports).every(([source, target]) => {
      // What `#name` leads to is asked of the disk, not of the list of files.
      if (this.#stored?.files === this.#files && !source.startsWith('#')) return true
      const now = resolver.resolve(path, source)
      return now.kind === 'file' ? typeof target === 'number' && this.#stored?.modules[target]?.[0] === this.short(now.path) : now.kind === target
    })
  }
}

/** Numbers of modules but for those that a changed one was read for, directly or through others. */
function withoutReaders(modules: readonly StoredModule[], unchanged: ReadonlySet<number>): ReadonlySet<number> {
  const readers = new Map<number, number[]>()
  modules.forEach(([, , imports], reader) => {
    for (const target of Object.values(imports)) {
      if (typeof target !== 'number') continue
      const known = readers.get(target)
      if (known) known.push(reader)
      else readers.set(target, [reader])
    }
  })
  const fresh = new Set(modules.keys())
  const stale = [...modules.keys()].filter((number) => !unchanged.has(number))
  for (let number = stale.pop(); number !== undefined; number = stale.pop()) {
    if (fresh.delete(number)) stale.push(...(readers.get(number) ?? []))
  }
  return fresh
}
