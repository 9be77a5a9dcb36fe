import { isUtf8 } from 'node:buffer'
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { extendedBy } from '../resolve/tsconfig.ts'

/** A file that could not be taken as it is, and why. */
export interface FileProblem {
  readonly file: string
  readonly problem: string
  /** What it holds was not looked at, and may be an entry point. */
  readonly unchecked?: true
}

/** The source files of a code base. Paths are absolute, with forward slashes. */
export interface SourceTree {
  readonly root: string
  /** Source files, sorted. */
  readonly files: readonly string[]
  /** package.json, tsconfig.json with what it extends, lock files and .env files. */
  readonly manifests: readonly string[]
  readonly problems: FileProblem[]
  has(path: string): boolean
  /** Text of a file, read once. Undefined where it can't be read; the problem is then recorded. */
  read(path: string): string | undefined
}

const ignored = new Set([
  'node_modules', '.git', '.next', '.turbo', '.vercel', '.output', '.svelte-kit', '.cache', '.yarn', '.pnpm-store',
  'dist', 'build', 'out', 'coverage', 'storybook-static', '__snapshots__',
])
const source = /\.(?:[cm]?[jt]s|[jt]sx)$/
const manifest = /^(?:package(?:-lock)?\.json|tsconfig(?:\.[\w-]+)?\.json|jsconfig\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lock|\.env(?:\.[\w.-]+)?)$/
const configuration = /\/[jt]sconfig(?:\.[\w-]+)?\.json$/
const maximumBytes = 2 * 1024 * 1024

/** Options of {@link readTree}. */
export interface TreeOptions {
  /** Folder names to leave out, beside those that hold generated files. */
  readonly ignore?: readonly string[]
  /** Takes test and story files too. Default false: no server runs them. */
  readonly tests?: boolean
}

const testFile = /\.(?:test|spec|stories|d|e2e|bench)\.[cm]?[jt]sx?$/

/**
 * Lists the files of a code base. Follows no symbolic link: what it leads to inside is met by its own name.
 * Leaves out what builds generate.
 *
 * @throws {Error} if the root is not a directory that can be read
 */
export function readTree(root: string, options: TreeOptions = {}): SourceTree {
  if (!statSync(root).isDirectory()) throw new Error(`${root} is not a directory`)
  const top = realpathSync(root).replaceAll('\\', '/')
  const skip = new Set([...ignored, ...(options.ignore ?? [])])
  const files: string[] = []
  const manifests: string[] = []
  const json = new Set<string>()
  const problems: FileProblem[] = []
  const seen = new Set<string>([top])

  const take = (directory: string, name: string): void => {
    const path = `${directory}/${name}`
    if (source.test(name) && (options.tests || !testFile.test(name))) files.push(path)
    else if (manifest.test(name)) manifests.push(path)
    else if (name.endsWith('.json')) json.add(path)
  }
  const follow = (directory: string, name: string): void => {
    try {
      const target = realpathSync(join(directory, name)).replaceAll('\\', '/')
      // What it leads to inside is met by its own name; what is outside is another code base, or the whole disk.
      if (target !== top && !target.startsWith(`${top}/`)) problems.push({ file: `${directory}/${name}`, problem: 'left out: a symbolic link that leads out of the directory' })
    } catch {
      problems.push({ file: `${directory}/${name}`, problem: 'a symbolic link that leads nowhere' })
    }
  }
  function visit(directory: string): void {
    seen.add(directory)
    let entries
    try {
      entries = readdirSync(directory, { withFileTypes: true })
    } catch (error) {
      problems.push({ file: directory, problem: `can't be listed${codeOf(error)}`, unchecked: true })
      return
    }
    for (const entry of entries) {
      if (skip.has(entry.name)) continue
      if (entry.isDirectory()) {
        const path = `${directory}/${entry.name}`
        if (!seen.has(path)) visit(path)
      } else if (entry.isSymbolicLink()) follow(directory, entry.name)
      else if (entry.isFile()) take(directory, entry.name)
    }
  }
  visit(top)
  files.sort()
  const known = new Set(files)
  const texts = new Map<string, string | undefined>()
  const read = (path: string): string | undefined => {
    if (!texts.has(path)) texts.set(path, readText(path, problems))
    return texts.get(path)
  }
  const configurations = manifests.filter((path) => configuration.test(path))
  for (const path of configurations) {
    for (const base of extendedBy(path, read(path) ?? '')) {
      if (!json.delete(base)) continue
      configurations.push(base)
      manifests.push(base)
    }
  }
  return { root: top, files, manifests, problems, has: (path) => known.has(path), read }
}

function readText(path: string, problems: FileProblem[]): string | undefined {
  try {
    const text = readFileSync(path, 'utf8')
    // A character takes three bytes at most.
    const bytes = text.length * 3 > maximumBytes ? statSync(path).size : text.length
    if (bytes > maximumBytes) {
      problems.push({ file: path, problem: `left out: ${Math.round(bytes / 1024)} KiB is more than the ${maximumBytes / 1024} KiB that are checked`, ...(text.includes('use server') ? { unchecked: true } : {}) })
      return undefined
    }
    // Bytes that can't be read became this character, unless it stood there.
    if (text.includes('\uFFFD') && !isUtf8(readFileSync(path))) problems.push({ file: path, problem: 'is not UTF-8: bytes that can\'t be read were replaced' })
    return text
  } catch (error) {
    problems.push({ file: path, problem: `can't be read${codeOf(error)}`, unchecked: true })
    return undefined
  }
}

/** The code of an error of the file system. Its message names the whole path. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
}
