import type { SourceTree } from './tree.ts'

/** A tree of files that are held in memory: for tests, and for editors that check what is not saved yet. */
export function memoryTree(files: { readonly [path: string]: string }, root = '/app'): SourceTree {
  const texts = new Map(Object.entries(files).map(([path, text]) => [`${root}/${path}`, text]))
  const all = [...texts.keys()].sort()
  const source = /\.(?:[cm]?[jt]s|[jt]sx)$/
  return {
    root,
    files: all.filter((path) => source.test(path)),
    manifests: all.filter((path) => !source.test(path)),
    problems: [],
    has: (path) => source.test(path) && texts.has(path),
    read: (path) => texts.get(path),
  }
}
