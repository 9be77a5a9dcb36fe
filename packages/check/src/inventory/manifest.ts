import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { posix } from 'node:path'
import { isRecord, parseLooseJson, type Json } from '../resolve/json.ts'
import type { CodeBase } from '../resolve/program.ts'
import type { WorkspacePackage } from '../resolve/workspace.ts'

/** One action as a build registered it. */
export interface RegisteredAction {
  readonly id: string
  /** Absolute path, where the manifest names the file. */
  readonly file?: string
  readonly name?: string
  /** Its id stands in a client bundle. */
  readonly shipped: boolean
}

/** What one Next.js build registered. */
export interface Build {
  /** Folder of the application that was built. */
  readonly folder: string
  readonly actions: readonly RegisteredAction[]
}

/**
 * Every Next.js build in the code base that says which file an action stands in. Left out is what would call exposed actions
 * latent: what `next dev` wrote, which lists only the pages that were asked for, and a build that is older than a source file.
 */
export function readBuilds(base: CodeBase): Build[] {
  const folders = new Set([base.tree.root, ...base.packages.map((pack) => pack.folder)])
  return [...folders].flatMap((folder) => {
    const path = `${folder}/.next/server/server-reference-manifest.json`
    if (!existsSync(path)) return []
    const manifest = parseLooseJson(readFileSync(path, 'utf8'))
    const because = !isRecord(manifest) ? 'is not valid JSON' : existsSync(`${folder}/.next/BUILD_ID`) ? olderThan(base, folder, path) : 'is of no finished build'
    if (isRecord(manifest) && because === undefined) {
      const actions = actionsIn(base, folder, manifest)
      return actions.some(({ file }) => file !== undefined) ? [{ folder, actions }] : []
    }
    base.tree.problems.push({ file: path, problem: `${because}: exposure is derived instead` })
    return []
  })
}

function olderThan(base: CodeBase, folder: string, path: string): string | undefined {
  const built = statSync(path).mtimeMs
  const newer = base.tree.files.find((file) => file.startsWith(`${folder}/`) && (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) > built)
  return newer === undefined ? undefined : `is older than ${posix.relative(folder, newer)}`
}

function actionsIn(base: CodeBase, folder: string, manifest: { readonly [key: string]: Json }): RegisteredAction[] {
  const bundles = clientBundles(`${folder}/.next/static`)
  return [manifest.node, manifest.edge].filter(isRecord).flatMap((runtime) => Object.entries(runtime)).flatMap(([id, entry]) => {
    if (!isRecord(entry)) return []
    return [{
      id,
      ...(typeof entry.filename === 'string' ? { file: locate(base, folder, entry.filename) } : {}),
      ...(typeof entry.exportedName === 'string' ? { name: entry.exportedName } : {}),
      shipped: bundles.some((text) => text.includes(id)),
    }]
  })
}

/** What builds registered of a file. Undefined where none can say: it belongs to an application that was not built, or to none. */
export function registeredIn(base: CodeBase, builds: readonly Build[], file: string): readonly RegisteredAction[] | undefined {
  const own = builds.flatMap(({ actions }) => actions.filter((one) => one.file === file))
  if (own.length > 0) return own
  const applications = [...builds.map(({ folder }) => folder), ...base.packages.filter(isApplication).map(({ folder }) => folder)]
  const nearest = applications.filter((folder) => file.startsWith(`${folder}/`)).reduce((longest, folder) => (folder.length > longest.length ? folder : longest), '')
  return builds.some(({ folder }) => folder === nearest) ? [] : undefined
}

function isApplication({ manifest }: WorkspacePackage): boolean {
  return [manifest.dependencies, manifest.devDependencies].some((list) => isRecord(list) && list.next !== undefined)
}

function locate(base: CodeBase, folder: string, name: string): string {
  for (const from of [folder, base.tree.root]) {
    const path = posix.join(from, name)
    if (base.tree.has(path)) return path
  }
  // The name is relative to the root of the build, which may lie above.
  return base.tree.files.find((file) => file.endsWith(`/${name}`)) ?? posix.join(folder, name)
}

function clientBundles(folder: string): string[] {
  const texts: string[] = []
  const visit = (at: string): void => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      if (entry.isDirectory()) visit(`${at}/${entry.name}`)
      else if (entry.name.endsWith('.js')) texts.push(readFileSync(`${at}/${entry.name}`, 'utf8'))
    }
  }
  if (existsSync(folder)) visit(folder)
  return texts
}
