import { posix } from 'node:path'
import type { CodeBase } from '../resolve/program.ts'

/** A file that imports a module, and whether it is a client module. */
export interface Importer {
  readonly file: string
  readonly client: boolean
  /** It hands something of the module to the browser: `<form action={save}>`. */
  readonly hands?: true
}

const specifier = /(?:\bfrom\s*|\bimport\s*\(?\s*)(['"])([^'"\n]+)\1/y
const clientDirective = /^(?:\s|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/)*['"]use client['"]/

/** Name that an import of a file ends with: its own, or its folder's for an index. */
function stem(path: string): string {
  const base = posix.basename(path).replace(/\.[cm]?[jt]sx?$/, '')
  return base === 'index' ? posix.basename(posix.dirname(path)) : base
}

/** True if a text is a client module. */
export function isClientText(text: string): boolean {
  return text.includes('use client') && clientDirective.test(text)
}

/** One import as it is written. */
interface Written {
  readonly file: string
  readonly source: string
  /** Offset in the text of the file. */
  readonly at: number
  /** Its place among all imports of the code base. */
  readonly order: number
}

/** Imports of a text, first to last. */
function* importsIn(text: string): Generator<{ readonly source: string; readonly at: number }> {
  let from = text.indexOf('from')
  let word = text.indexOf('import')
  while (from !== -1 || word !== -1) {
    const at = word === -1 || (from !== -1 && from < word) ? from : word
    specifier.lastIndex = at
    const match = specifier.exec(text)
    if (match) yield { source: match[2] ?? '', at }
    const next = match ? at + match[0].length : at + 1
    if (from !== -1 && from < next) from = text.indexOf('from', next)
    if (word !== -1 && word < next) word = text.indexOf('import', next)
  }
}

/** `@acme/ui`, `@actions`, `.`: what such an import leads to need not be called like it. */
function isByName(source: string): boolean {
  return !source.startsWith('.') || /^\.{1,2}$/.test(stem(source))
}

/** Imports of all files, by what they end with, or by what the file is called that they lead to. */
function importsByEnd({ tree, resolver }: CodeBase): Map<string, Written[]> {
  const all = new Map<string, Written[]>()
  const listOf = (end: string): Written[] => {
    const list = all.get(end) ?? []
    if (list.length === 0) all.set(end, list)
    return list
  }
  // The same few packages are imported everywhere.
  const ends = new Map<string, Written[]>()
  let order = 0
  for (const file of tree.files) {
    const text = tree.read(file)
    if (text === undefined) continue
    for (const { source, at } of importsIn(text)) {
      if (source.startsWith('node:')) continue
      let same = ends.get(source)
      if (same === undefined) ends.set(source, (same = listOf(stem(source))))
      const written = { file, source, at, order: (order += 1) }
      same.push(written)
      const resolution = isByName(source) ? resolver.resolve(file, source) : undefined
      if (resolution?.kind === 'file' && stem(resolution.path) !== stem(source)) listOf(stem(resolution.path)).push(written)
    }
  }
  return all
}

/**
 * Who imports these files, directly or through files that only pass them on. Reads imports from the text, so that
 * nothing needs to be parsed for it.
 */
export function importersOf(base: CodeBase, targets: readonly string[]): Map<string, Importer[]> {
  const wanted = new Map<string, Set<string>>()
  for (const target of targets) wanted.set(target, new Set([target]))
  const result = new Map<string, Importer[]>(targets.map((target) => [target, []]))
  if (targets.length === 0) return result
  const imports = importsByEnd(base)
  let stems = new Set(targets.map(stem))
  for (let round = 0; round < 4 && stems.size > 0; round += 1) {
    const next = new Set<string>()
    for (const { file, source, at } of [...stems].flatMap((end) => imports.get(end) ?? []).sort((left, right) => left.order - right.order)) {
      const resolution = base.resolver.resolve(file, source)
      if (resolution.kind !== 'file') continue
      const passes = isReExport(base.tree.read(file) ?? '', at)
      for (const [target, reachable] of wanted) {
        if (!reachable.has(resolution.path) || file === target) continue
        if (passes && !reachable.has(file)) {
          reachable.add(file)
          next.add(stem(file))
        }
        const list = result.get(target)
        const text = base.tree.read(file) ?? ''
        if (list && !list.some((one) => one.file === file)) list.push({ file, client: isClientText(text), ...(handsOn(text, at) ? { hands: true } : {}) })
      }
    }
    stems = next
  }
  const known = new Map<string, boolean>()
  for (const [target, list] of result) {
    if (!list.some(({ client }) => client)) result.set(target, list.map((one) => ({ ...one, client: leadsToClient(one.file) })))
  }
  return result

  function leadsToClient(file: string): boolean {
    let client = known.get(file)
    if (client === undefined) known.set(file, (client = reachesClient(base, imports, file)))
    return client
  }
}

/** Whether a client module imports a file, directly or through others that say nothing of where they run. */
function reachesClient(base: CodeBase, imports: ReadonlyMap<string, readonly Written[]>, start: string): boolean {
  const seen = new Set([start])
  for (let below = new Set([start]); below.size > 0 && seen.size < most; ) {
    const ends = new Set([...below].filter((file) => !staysOnServer(base.tree.read(file) ?? '')).map(stem))
    const above = new Set<string>()
    for (const end of ends) {
      for (const { file, source } of imports.get(end) ?? []) {
        if (seen.has(file) || above.has(file)) continue
        const resolution = base.resolver.resolve(file, source)
        if (resolution.kind !== 'file' || !below.has(resolution.path)) continue
        if (isClientText(base.tree.read(file) ?? '')) return true
        above.add(file)
      }
    }
    for (const file of above) seen.add(file)
    below = above
  }
  return false
}

/** So many files above one are enough to tell. */
const most = 200

/** A module of actions, or one that says that it is for the server: who imports it gets references, or an error. */
function staysOnServer(text: string): boolean {
  return /^(?:\s|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/)*['"]use server['"]/.test(text) || /\bimport\s*['"]server-only['"]/.test(text)
}

/** `export … from '…'`: the file passes on what it imports. */
function isReExport(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 2_000), at)
  const statement = Math.max(before.lastIndexOf('export '), before.lastIndexOf('import '))
  return statement !== -1 && before.startsWith('export', statement)
}

/** Whether what is imported at a place becomes a prop: as it is, bound, or as a member of the namespace. */
function handsOn(text: string, at: number): boolean {
  const names = text.slice(Math.max(0, text.lastIndexOf('import', at)), at).match(/[\w$]+/g)?.slice(1).map((name) => name.replaceAll('$', '\\$')) ?? []
  return names.length > 0 && new RegExp(`=\\{\\s*(?:${names.join('|')})(?:\\.[\\w$]+)?(?:\\.bind\\(|\\s*\\})`).test(text)
}
