import { posix } from 'node:path'
import type { CodeBase } from '../resolve/program.ts'

/** A file that imports a module, and whether it is a client module. */
export interface Importer {
  readonly file: string
  readonly client: boolean
}

const specifiers = /(?:\bfrom\s*|\bimport\s*\(?\s*)(['"])([^'"\n]+)\1/g
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

/**
 * Who imports these files, directly or through files that only pass them on. Reads imports from the text, so that
 * nothing needs to be parsed for it.
 */
export function importersOf(base: CodeBase, targets: readonly string[]): Map<string, Importer[]> {
  const wanted = new Map<string, Set<string>>()
  for (const target of targets) wanted.set(target, new Set([target]))
  const stems = new Set(targets.map(stem))
  const result = new Map<string, Importer[]>(targets.map((target) => [target, []]))
  if (targets.length === 0) return result
  // The same few packages are imported everywhere.
  const ends = new Map<string, string>()
  const endOf = (source: string): string => {
    let end = ends.get(source)
    if (end === undefined) ends.set(source, (end = stem(source)))
    return end
  }
  const imports = new Map<string, { readonly source: string; readonly end: string; readonly at: number }[]>()
  for (const file of base.tree.files) {
    const text = base.tree.read(file)
    if (text === undefined) continue
    const own: { source: string; end: string; at: number }[] = []
    specifiers.lastIndex = 0
    for (let match = specifiers.exec(text); match; match = specifiers.exec(text)) {
      const source = match[2] ?? ''
      if (!source.startsWith('node:')) own.push({ source, end: endOf(source), at: match.index })
    }
    if (own.length > 0) imports.set(file, own)
  }
  for (let round = 0; round < 4 && stems.size > 0; round += 1) {
    const next = new Set<string>()
    for (const [file, own] of imports) {
      for (const { source, end, at } of own) {
        if (!stems.has(end)) continue
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
          if (list && !list.some((one) => one.file === file)) list.push({ file, client: isClientText(base.tree.read(file) ?? '') })
        }
      }
    }
    stems.clear()
    for (const name of next) stems.add(name)
  }
  for (const [target, list] of result) {
    if (!list.some(({ client }) => client)) result.set(target, list.map((one) => ({ ...one, client: reachesClient(one.file) })))
  }
  return result

  /** Whether a client module imports a file, directly or through others that say nothing of where they run. */
  function reachesClient(start: string): boolean {
    const seen = new Set([start])
    for (let below = [start]; below.length > 0 && seen.size < most; ) {
      const ends = new Set(below.filter((file) => !staysOnServer(base.tree.read(file) ?? '')).map(stem))
      const above: string[] = []
      for (const [file, own] of imports) {
        if (seen.has(file) || !own.some(({ source, end }) => ends.has(end) && leadsTo(file, source, below))) continue
        if (isClientText(base.tree.read(file) ?? '')) return true
        seen.add(file)
        above.push(file)
      }
      below = above
    }
    return false
  }

  function leadsTo(file: string, source: string, below: readonly string[]): boolean {
    const resolution = base.resolver.resolve(file, source)
    return resolution.kind === 'file' && below.includes(resolution.path)
  }
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
